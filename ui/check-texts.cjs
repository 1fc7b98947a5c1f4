'use strict';
// Prints, a line each, what is wrong with the catalogues: texts that lack, that nothing shows, or with other placeholders.
const { join } = require('node:path');
const { getConfig } = require('@lingui/conf');
const { getCatalogs } = require('@lingui/cli/api');

/** Placeholders and elements of a message; what stands around them is the translator's. */
const partsOf = (message) =>
  [...new Set(message.match(/(?<!(?:one|other|=1) )\{\w+[},]|<\d+\/>/g) ?? [])]
    .map((part) => part.replace(',', '}'))
    .sort()
    .join(' ');

async function check() {
  const config = getConfig({ configPath: join(__dirname, 'lingui.config.cjs') });
  let texts = 0;
  for (const catalog of await getCatalogs(config)) {
    const used = Object.entries((await catalog.collect()) ?? {});
    const ids = new Set(used.map(([id]) => id));
    texts += used.length;
    for (const locale of config.locales) {
      const kept = (await catalog.read(locale)) ?? {};
      const tell = (words) => process.stdout.write(`${locale}/${catalog.path.split('/').at(-1)} ${words}\n`);
      for (const [id, { message = id }] of used) {
        const said = kept[id]?.translation ?? '';
        if (said === '') tell(`lacks “${message}”`);
        else if (partsOf(said) !== partsOf(message)) tell(`has other placeholders than “${message}”: “${said}”`);
      }
      for (const [id, { message = id }] of Object.entries(kept))
        if (!ids.has(id)) tell(`has “${message}”, which nothing shows`);
    }
  }
  process.stdout.write(`${texts} texts\n`);
}

void check();
