import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { addresses, macros, precompress, startFiles } from './build-plugins.mts';

const here = dirname(fileURLToPath(import.meta.url));

export default defineConfig({
  root: here,
  // Relative addresses: the page works under any base path.
  base: './',
  plugins: [
    macros(),
    lingui({ configPath: join(here, 'lingui.config.cjs'), failOnMissing: true, failOnCompileError: true }),
    react(),
    addresses(),
    startFiles(),
    precompress(),
  ],
  build: {
    outDir: join(here, '../dist/ui'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What views share is one file instead of a dozen small ones.
        codeSplitting: {
          groups: [
            {
              name: 'kit',
              test: /ui\/src\/(kit(?!\/(chart|phone|qr))|gateway|words)\/|vite\/preload-helper|safe-text|visible-text|web-address|use-copy|palette\.module|(tokens|base)\.css|(shell|text)\/[\w\/-]+\.module\.css/,
            },
            { name: 'markdown', test: /ui\/src\/text\/markdown|node_modules\/marked\/|src\/common\/markdown\// },
          ],
        },
      },
    },
  },
});
