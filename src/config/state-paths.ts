import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Environment } from './environment';

const LEGACY_NAMES = ['clawdbot', 'moltbot', 'moldbot'] as const;

/** Expands a leading `~` and makes the path absolute. */
export function expandPath(path: string, home: string = homedir()): string {
  const expanded = path === '~' ? home : path.startsWith('~/') ? join(home, path.slice(2)) : path;
  return isAbsolute(expanded) ? expanded : resolve(expanded);
}

/** State directory: OPENCLAW_STATE_DIR, a profile's folder, `~/.openclaw`, or a legacy folder that exists alone. */
export function resolveStateDir(env: Environment): string {
  const explicit = env.get('OPENCLAW_STATE_DIR');
  if (explicit) return expandPath(explicit, env.home);
  const profile = env.get('OPENCLAW_PROFILE');
  if (profile && profile !== 'default') return join(env.home, `.openclaw-${profile}`);
  const standard = join(env.home, '.openclaw');
  if (existsSync(standard)) return standard;
  const legacy = LEGACY_NAMES.map((name) => join(env.home, `.${name}`)).find((folder) => existsSync(folder));
  return legacy ?? standard;
}

/** Configuration file: OPENCLAW_CONFIG_PATH, else `openclaw.json` (or a legacy name) in the state directory. */
export function resolveConfigPath(env: Environment, stateDir: string): string {
  const explicit = env.get('OPENCLAW_CONFIG_PATH');
  if (explicit) return expandPath(explicit, env.home);
  const standard = join(stateDir, 'openclaw.json');
  if (existsSync(standard)) return standard;
  const legacy = LEGACY_NAMES.map((name) => join(stateDir, `${name}.json`)).find((file) => existsSync(file));
  return legacy ?? standard;
}

/** Default workspace of the default agent. */
export function defaultWorkspace(env: Environment, stateDir: string): string {
  const profile = env.get('OPENCLAW_PROFILE');
  return join(stateDir, profile && profile !== 'default' ? `workspace-${profile}` : 'workspace');
}

/** Lock file of the gateway that serves a configuration file. */
export function gatewayLockPath(stateDir: string, configPath: string): string {
  const digest = createHash('sha1').update(configPath).digest('hex').slice(0, 8);
  return join(stateDir, `gateway.${digest}.lock`);
}
