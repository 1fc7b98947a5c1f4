'use strict';
const swc = require('@swc/jest');
const { withoutMacros } = require('../../ui/macros.cjs');

/** Sources of the pages for tests: first the macros of texts, then as everything else. Texts stay in, so they are English. */
module.exports = {
  createTransformer(options) {
    const next = swc.createTransformer(options);
    return {
      ...next,
      process: (code, filename, ...rest) =>
        next.process(withoutMacros(code, filename, false)?.code ?? code, filename, ...rest),
    };
  },
};
