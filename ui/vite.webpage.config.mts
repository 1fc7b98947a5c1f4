import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { macros, precompress } from './build-plugins.mts';

const here = dirname(fileURLToPath(import.meta.url));

/** The chat page for other sites; it shares how text is shown with the Control UI. */
export default defineConfig({
  root: join(here, 'webpage'),
  base: './',
  plugins: [
    macros(),
    lingui({ configPath: join(here, 'lingui.config.cjs'), failOnMissing: true, failOnCompileError: true }),
    react(),
    precompress(),
  ],
  build: {
    outDir: join(here, '../dist/webpage'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
  },
});
