// `npm run fake:telegram` (discord, slack): a platform on loopback to chat with by hand, the one that the tests use.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { at } from './paths.mjs';
import { runTool } from './run.mjs';

const folder = mkdtempSync(join(tmpdir(), 'openclaw-fake-'));
const outfile = join(folder, 'fake.cjs');
await build({
  entryPoints: [at('test', 'fakes', 'by-hand.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['bufferutil', 'utf-8-validate'],
  logLevel: 'error',
});
try {
  runTool(outfile, process.argv.slice(2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
