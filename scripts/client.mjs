// `npm run client`: makes packages/client/dist, the client for programs of others, and says how large it is.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { at } from './paths.mjs';

const folder = (...names) => at('packages', 'client', ...names);

await build({
  entryPoints: [folder('client.ts'), folder('device-key.ts')],
  outdir: folder('dist'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
});
const sizes = ['client.mjs', 'device-key.mjs'].map((name) => gzipSync(readFileSync(folder('dist', name))).length);
console.log(`packages/client/dist: ${sizes.reduce((sum, size) => sum + size, 0)} bytes compressed`);
