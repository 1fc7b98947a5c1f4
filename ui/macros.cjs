'use strict';
const { transformSync } = require('@babel/core');
const macros = require('@lingui/babel-plugin-lingui-macro');
const { makeConfig } = require('@lingui/conf');
const config = require('./lingui.config.cjs');

const linguiConfig = makeConfig(config);
const USES_MACROS = /from '@lingui\/(core|react)\/macro'/;

/**
 * Puts what the macros stand for into a source of the pages; types and JSX stay for the next tool.
 *
 * @param isFinal texts are in the catalogues alone, as in what is shipped
 * @returns undefined where there is nothing to do
 */
function withoutMacros(code, filename, isFinal) {
  if (!USES_MACROS.test(code)) return undefined;
  return transformSync(code, {
    filename,
    babelrc: false,
    configFile: false,
    sourceMaps: true,
    parserOpts: { plugins: filename.endsWith('x') ? ['typescript', 'jsx'] : ['typescript'] },
    plugins: [[macros, { stripMessageField: isFinal, linguiConfig }]],
  });
}

module.exports = { withoutMacros };
