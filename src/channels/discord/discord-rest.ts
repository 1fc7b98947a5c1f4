import type { REST } from 'discord.js';
import type { DiscordAccount } from './discord-accounts';

const API_VERSION = '10';
const CALL_MS = 60_000;

export const DEFAULT_API_ROOT = 'https://discord.com';

export const apiRootOf = ({ settings }: DiscordAccount): string =>
  (settings.apiRoot ?? DEFAULT_API_ROOT).replace(/\/+$/, '');

/** How the library is to call: our outbox decides what is tried again, and when. */
export const restOptions = (account: DiscordAccount): ConstructorParameters<typeof REST>[0] => ({
  api: `${apiRootOf(account)}/api`,
  version: API_VERSION,
  retries: 0,
  timeout: CALL_MS,
  rejectOnRateLimit: () => true,
});

/** Clients for calls by account; the library is loaded with the first one. */
export class DiscordRest {
  private readonly clients = new Map<string, { key: string; rest: REST }>();

  async of(account: DiscordAccount): Promise<REST> {
    const key = `${account.token ?? ''} ${apiRootOf(account)}`;
    const known = this.clients.get(account.id);
    if (known?.key === key) return known.rest;
    const { REST } = await import('discord.js');
    const rest = new REST(restOptions(account)).setToken(account.token ?? '');
    this.clients.set(account.id, { key, rest });
    return rest;
  }
}
