import type { Client, GatewayDispatchPayload } from 'discord.js';

export type DiscordPacket = GatewayDispatchPayload;

/** Whoever runs an account, as the connection sees them. */
export interface DiscordListener {
  opened(client: Client): void;
  packet(packet: DiscordPacket, shard: number): void;
  /** A new session stands: what was said before it has to be looked for. */
  ready(shard: number): void;
  /** The old session goes on; Discord tells what was missed. */
  resumed(): void;
  lost(reason: string): void;
  /** Closed with a code after which the library does not come back. */
  closed(code: number): void;
  alive(): void;
}

export const DISCORD_LISTENER = Symbol('discord-listener');
