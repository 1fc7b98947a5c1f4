import type { REST } from 'discord.js';
import type { GuardedHttp } from '../../tools/web/guarded-http.service';
import type { DiscordAccount } from './discord-accounts';

const API_VERSION = '10';
const CALL_MS = 60_000;

const DEFAULT_API_ROOT = 'https://discord.com';

type RestAccount = Pick<DiscordAccount, 'settings' | 'token'>;

export const apiRootOf = ({ settings }: Pick<RestAccount, 'settings'>): string =>
  (settings.apiRoot ?? DEFAULT_API_ROOT).replace(/\/+$/, '');

/** How the library is to call: our outbox decides what is tried again, and when. */
export const restOptions = (account: Pick<RestAccount, 'settings'>): ConstructorParameters<typeof REST>[0] => ({
  api: `${apiRootOf(account)}/api`,
  version: API_VERSION,
  retries: 0,
  timeout: CALL_MS,
  rejectOnRateLimit: () => true,
});

/** Content of a file of a message. */
export async function fetchFile(
  http: GuardedHttp,
  apiRoot: string,
  url: string,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Buffer> {
  const answer = await http.request({
    url,
    timeoutMs: CALL_MS,
    maxBytes,
    signal,
    ...(apiRoot === DEFAULT_API_ROOT ? {} : { trustedOrigins: [new URL(apiRoot).origin] }),
  });
  if (answer.status !== 200) throw new Error(`Discord answered ${answer.status}`);
  return answer.body;
}

export async function newRest(account: RestAccount): Promise<REST> {
  const { REST: Rest } = await import('discord.js');
  return new Rest(restOptions(account)).setToken(account.token ?? '');
}

/** Clients for calls by account; the library is loaded with the first one. */
export class DiscordRest {
  private readonly clients = new Map<string, { key: string; rest: REST }>();

  async of(account: DiscordAccount): Promise<REST> {
    const key = `${account.token ?? ''} ${apiRootOf(account)}`;
    const known = this.clients.get(account.id);
    if (known?.key === key) return known.rest;
    const rest = await newRest(account);
    this.clients.set(account.id, { key, rest });
    return rest;
  }
}
