'use strict';
const swc = require('@swc/jest');
const { withoutMacros } = require('../../ui/macros.cjs');

const LANGUAGE = JSON.stringify(require.resolve('./page-language.cjs'));

/** Sources of the pages for tests: first the macros of texts, then as everything else. Texts stay in, so they are English. */
module.exports = {
  createTransformer(options) {
    const next = swc.createTransformer(options);
    return {
      ...next,
      process(code, filename, ...rest) {
        const plain = withoutMacros(code, filename, false);
        if (!plain) return next.process(code, filename, ...rest);
        const made = next.process(plain.code, filename, ...rest);
        return { ...made, code: `require(${LANGUAGE});${made.code}` };
      },
    };
  },
};
