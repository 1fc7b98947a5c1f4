// The platforms of the tests, for programs of Node.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { at } from '../scripts/paths.mjs';

const PLATFORMS = ['telegram-server', 'discord-server', 'slack-server'];

/** @param files of test/fakes @returns what they export; by default FakeTelegram, FakeDiscord, FakeSlack */
export async function loadFakes(files = PLATFORMS) {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-bench-fakes-'));
  const outfile = join(folder, 'fakes.cjs');
  try {
    await build({
      stdin: {
        contents: files.map((name) => `export * from './${name}';`).join('\n'),
        resolveDir: at('test', 'fakes'),
        loader: 'ts',
      },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['bufferutil', 'utf-8-validate'],
      logLevel: 'error',
    });
    return (await import(pathToFileURL(outfile).href)).default;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const QUIET_MS = 60_000;

export async function until(holds) {
  const deadline = Date.now() + QUIET_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('a platform got no answer');
    await pause(2);
  }
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
