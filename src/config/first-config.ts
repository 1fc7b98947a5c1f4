import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { ConfigWriter } from './config-writer';
import type { Environment } from './environment';
import type { ConfigEdit } from './apply-edits';
import type { GatewayFlags } from './gateway-flags';
import type { OpenclawConfig } from './openclaw.config';

const TOKEN_BYTES = 32;

const HEADER = `// Configuration of the gateway, in JSON5. Documentation: docs/reference/configuration.md
// "openclaw config set <path> <value>" changes it and keeps comments; "openclaw config history" shows what it was.
`;

/**
 * Writes the first configuration when there is none: local mode and a fresh 256-bit token, unless one is given from
 * outside. The token goes to the secret store, the file refers to it. An existing file is never touched.
 */
export async function ensureFirstConfig(
  env: Environment,
  path: string,
  flags: GatewayFlags,
): Promise<{ created: boolean }> {
  if (existsSync(path) || env.isOn('OPENCLAW_NIX_MODE')) return { created: false };
  const given =
    flags.token ?? flags.password ?? env.get('OPENCLAW_GATEWAY_TOKEN') ?? env.get('OPENCLAW_GATEWAY_PASSWORD');
  const token = freshToken();
  const auth = given === undefined ? `\n    auth: { mode: 'token', token: '${token}' },` : '';
  const text = `${HEADER}{\n  gateway: {\n    mode: 'local',${auth}\n  },\n}\n`;
  await new ConfigWriter(path, env).replace(text, { baseHash: null, by: 'first start' });
  return { created: true };
}

/** What a configuration that somebody else wrote still needs before a gateway starts on this machine with it. */
export function missingBasics({ gateway }: OpenclawConfig, env: Environment): ConfigEdit[] {
  const { mode = 'token', token, password } = gateway?.auth ?? {};
  const isGiven =
    (token ?? password ?? env.get('OPENCLAW_GATEWAY_TOKEN') ?? env.get('OPENCLAW_GATEWAY_PASSWORD')) !== undefined;
  return [
    ...(gateway?.mode === undefined ? [{ path: ['gateway', 'mode'], value: 'local' }] : []),
    ...(mode === 'token' && !isGiven ? [{ path: ['gateway', 'auth', 'token'], value: freshToken() }] : []),
  ];
}

const freshToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');
