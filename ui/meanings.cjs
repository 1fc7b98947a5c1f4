'use strict';
// What the gateway says of the keys of its configuration, as texts to translate. It is read from the declarations
// themselves, so that no list of it has to be kept.
const { readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const source = join(__dirname, '../src/config/ui-hints.ts');

/** Runs a module of the gateway from its source, as the build would compile it. */
async function fromSource(file) {
  const { OPTIONS } = await import('../scripts/compile-file.mjs');
  const { transformSync } = require('@swc/core');
  require('reflect-metadata');
  require.extensions['.ts'] = (module, filename) =>
    module._compile(transformSync(readFileSync(filename, 'utf8'), { ...OPTIONS, filename }).code, filename);
  try {
    return require(file);
  } finally {
    delete require.extensions['.ts'];
  }
}

/** For Lingui: each sentence once, as its own id, at the first key that it is said of. */
const extractor = {
  match: (filename) => resolve(filename) === source,
  async extract(filename, _code, onMessageExtracted) {
    const { uiHints } = await fromSource(filename);
    const seen = new Set([undefined]);
    for (const [key, { help }] of Object.entries(uiHints())) {
      if (seen.has(help)) continue;
      seen.add(help);
      onMessageExtracted({ id: help, origin: [join(__dirname, key)] });
    }
  },
};

module.exports = { source, extractor };
