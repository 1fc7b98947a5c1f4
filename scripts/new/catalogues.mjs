import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/**
 * Brings the texts of a new view into its catalogues and those of the shell. One that another view has in a language is taken
 * over from there; the others stand in English until they are translated.
 * @returns paths of what was changed
 */
export async function addTexts(root, view) {
  const { getConfig } = require('@lingui/conf');
  const { getCatalogs } = require('@lingui/cli/api');
  const config = getConfig({ configPath: join(root, 'ui', 'lingui.config.cjs') });
  const catalogues = await getCatalogs(config);
  const known = await knownTexts(catalogues, config.locales);
  const changed = [];
  for (const catalogue of catalogues.filter(({ path }) => ['shell', view].includes(partOf(path)))) {
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
