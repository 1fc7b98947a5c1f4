import type { Gateway } from '../../gateway/use-gateway';
import { CREDENTIALS, type Plan, type Secrets } from './plan';

/** What would be written: values of the secret store, and a patch of the configuration that only refers to them. */
export interface Changes {
  secrets: Readonly<Record<string, string>>;
  patch: Readonly<Record<string, unknown>>;
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const reference = (name: string): string => `\${secret:${name}}`;

/** @param provider of the plan; undefined while none is chosen */
export function changesOf(
  plan: Plan,
  { apiKey: typed, credentials }: Secrets,
  chosen: { baseUrl: string; isLocal?: boolean } | undefined,
): Changes {
  const { baseUrl = '', isLocal = false } = chosen ?? {};
  const apiKey = isLocal ? '' : typed;
  const { provider, model, name, workspace, channel } = plan;
  const secrets: Record<string, string> = {};
  const keyName = `${provider}-api-key`;
  if (provider !== '' && apiKey !== '') secrets[keyName] = apiKey;
  const tokens: Record<string, string> = {};
  for (const field of CREDENTIALS[channel]) {
    const value = credentials[field.name];
    if (value === undefined || value === '') continue;
    const secretName = `${channel}-${kebab(field.name)}`;
    secrets[secretName] = value;
    tokens[field.name] = reference(secretName);
  }
  const defaults = {
    ...(provider === '' ? {} : { model: { primary: `${provider}/${model}` } }),
    ...(workspace.trim() === '' ? {} : { workspace: workspace.trim() }),
  };
  const patch = {
    ...(isLocal ? { models: { providers: { [provider]: { baseUrl, api: 'openai-completions' } } } } : {}),
    ...(keyName in secrets ? { models: { providers: { [provider]: { baseUrl, apiKey: reference(keyName) } } } } : {}),
    ...(Object.keys(defaults).length > 0 ? { agents: { defaults } } : {}),
    ...(name.trim() === '' ? {} : { ui: { assistant: { name: name.trim() } } }),
    ...(Object.keys(tokens).length > 0 ? { channels: { [channel]: { enabled: true, ...tokens } } } : {}),
  };
  return { secrets, patch };
}

/**
 * Writes it: secrets first, since a configuration that refers to what is not there is refused. Where that fails, secrets
 * that were not there before are taken away again.
 */
export async function write({ secrets, patch }: Changes, call: Gateway['call']): Promise<void> {
  const { hash } = await call<{ hash?: string }>('config.get');
  const known = await call<{ secrets: { name: string }[] }>('secrets.store.list');
  const before = new Set(known.secrets.map((entry) => entry.name));
  const added: string[] = [];
  try {
    for (const [name, value] of Object.entries(secrets)) {
      await call('secrets.store.set', { name, value });
      if (!before.has(name)) added.push(name);
    }
    await call('config.patch', {
      raw: JSON.stringify(patch),
      restartDelayMs: 0,
      ...(hash === undefined ? {} : { baseHash: hash }),
    });
  } catch (error) {
    for (const name of added) await call('secrets.store.delete', { name, force: true }).catch(() => undefined);
    throw error;
  }
}
