import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import type { Environment } from '../config/environment';
import { BubblewrapDriver } from '../tools/sandbox/bubblewrap.driver';
import type { PluginManifest } from './catalog/plugin-manifest';
import { PluginRuntime } from './plugin-runtime';

/** Starts a plugin once, behind the same walls as in the gateway. @returns what is wrong with it */
export async function tryPlugin(
  manifest: PluginManifest,
  folder: string,
  config: Record<string, unknown>,
  env: Environment,
): Promise<string | undefined> {
  const dataDir = mkdtempSync(join(tmpdir(), 'openclaw-plugin-'));
  const runtime = new PluginRuntime(manifest, () => Promise.resolve(folder), {
    env,
    driver: new BubblewrapDriver(),
    dataDir,
    config,
    variables: {},
    ask: () => Promise.reject(new Error('this is a trial; there is no gateway to ask')),
    log: silentLogger,
    changed: () => undefined,
  });
  try {
    await runtime.start();
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await runtime.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
