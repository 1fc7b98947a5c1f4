import type { Gateway } from './use-gateway';

/** What is written: values of the secret store, and a patch of the configuration that only refers to them. */
export interface Changes {
  secrets: Readonly<Record<string, string>>;
  patch: Readonly<Record<string, unknown>>;
}

/**
 * Writes it: secrets first, since a configuration that refers to what is not there is refused. Where that fails, secrets
 * that were not there before are taken away again.
 */
export async function writeSettings({ secrets, patch }: Changes, call: Gateway['call']): Promise<void> {
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
