import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/**
 * Brings new texts into catalogues. One that another catalogue has in a language is taken over from there; the others stand in
 * English until they are translated.
 * @param parts catalogues that get them
 * @returns paths of what was changed
 */
export async function addTexts(root, parts) {
  const { makeConfig } = require('@lingui/conf');
  const { getCatalogs } = require('@lingui/cli/api');
  const configPath = join(root, 'ui', 'lingui.config.cjs');
  // It lists the views that there were when it was read.
  delete require.cache[configPath];
  const config = makeConfig(require(configPath));
  const catalogues = await getCatalogs(config);
  const known = await knownTexts(catalogues, config.locales);
  const changed = [];
  for (const catalogue of catalogues.filter(({ path }) => parts.includes(partOf(path)))) {
    const made = await catalogue.make({ orderBy: config.orderBy, clean: true });
    for (const locale of config.locales) {
      for (const [id, text] of Object.entries(made[locale]))
        if (!text.translation) text.translation = known.get(`${locale} ${id}`) ?? text.message ?? id;
      await catalogue.write(locale, made[locale]);
      changed.push(`ui/src/locales/${locale}/${partOf(catalogue.path)}.po`);
    }
  }
  return changed;
}

/** Translations by language and id. */
async function knownTexts(catalogues, locales) {
  const known = new Map();
  for (const catalogue of catalogues)
    for (const locale of locales)
      for (const [id, { translation }] of Object.entries((await catalogue.read(locale)) ?? {}))
        if (translation) known.set(`${locale} ${id}`, translation);
  return known;
}

const partOf = (path) => path.split('/').at(-1);
