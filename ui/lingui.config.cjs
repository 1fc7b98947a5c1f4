'use strict';
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const babel = require('@lingui/cli/api/extractors/babel').default;
const meanings = require('./meanings.cjs');

const here = __dirname;
const views = readdirSync(join(here, 'src/views')).filter((name) => name !== 'chats');

/**
 * One catalogue for what the first load shows, one for each other view, one for the chat page of other sites, one for what
 * the gateway says of its settings.
 */
module.exports = {
  rootDir: here,
  sourceLocale: 'en',
  locales: ['en', 'de', 'es', 'ja', 'zh'],
  orderBy: 'message',
  extractors: [meanings.extractor, babel],
  catalogs: [
    {
      path: '<rootDir>/src/locales/{locale}/shell',
      include: ['gateway', 'kit', 'shell', 'text', 'words', 'views/chats'].map((name) => `<rootDir>/src/${name}`),
    },
    ...views.map((name) => ({
      path: `<rootDir>/src/locales/{locale}/${name}`,
      include: [`<rootDir>/src/views/${name}`],
    })),
    {
      path: '<rootDir>/src/locales/{locale}/webpage',
      include: ['<rootDir>/webpage/src', '<rootDir>/src/text'],
    },
    { path: '<rootDir>/src/locales/{locale}/meanings', include: [meanings.source] },
  ].map((catalog) => ({ ...catalog, exclude: ['**/*.spec.ts', '**/*.spec.tsx'] })),
};
