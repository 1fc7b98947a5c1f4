import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { defaultAgentId } from '../config/agent-entries';
import type { Environment } from '../config/environment';
import type { OpenclawConfig } from '../config/openclaw.config';
import { BubblewrapDriver } from '../tools/sandbox/bubblewrap.driver';
import { workspacePath } from '../workspace/workspace-path';
import type { Brings } from './catalog/brings';
import { openclawPackageOf } from './catalog/openclaw-package';
import { type PluginManifest, grantedTo } from './catalog/plugin-manifest';
import { PluginRuntime } from './plugin-runtime';

/** What a plugin is tried with. */
export interface Trial {
  config: OpenclawConfig;
  env: Environment;
  stateDir: string;
}

/**
 * Starts a plugin once, behind the same walls as in the gateway.
 * @returns what is wrong with it; of one made for OpenClaw, what it registers
 */
export async function tryPlugin(
  manifest: PluginManifest,
  folder: string,
  { config, env, stateDir }: Trial,
): Promise<{ fault?: string; brings?: Brings }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'openclaw-plugin-'));
  const entry = config.plugins?.entries?.[manifest.id];
  const workspace = workspacePath(config, env, stateDir, defaultAgentId(config));
  const runtime = new PluginRuntime(grantedTo(manifest, entry?.grants), () => Promise.resolve(folder), {
    env,
    driver: new BubblewrapDriver(),
    dataDir,
    config: entry?.config ?? {},
    variables: entry?.env ?? {},
    ask: () => Promise.reject(new Error('this is a trial; there is no gateway to ask')),
    log: silentLogger,
    changed: () => undefined,
    ...(openclawPackageOf(manifest) ? { openclaw: { config, workspace, isTrial: true } } : {}),
  });
  try {
    await runtime.start();
    return runtime.brings ? { brings: runtime.brings } : {};
  } catch (error) {
    return { fault: messageOf(error) };
  } finally {
    await runtime.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
