import { type DynamicModule, Inject, Injectable, Module, type Type } from '@nestjs/common';
import { Client, GatewayIntentBits, Options, Partials } from 'discord.js';
import { Context, type ContextOf, NecordModule, On } from 'necord';
import type { DiscordAccount } from './discord-accounts';
import { restOptions } from './discord-rest';
import { DISCORD_LISTENER, type DiscordListener, type DiscordPacket } from './discord-listener';

/**
 * Hands what happens on the gateway socket to whoever runs the account. A class for each connection: necord binds a
 * method to the first instance that it sees, so one class for all would tell every account's events to one of them.
 */
function eventsClass(): Type {
  @Injectable()
  class DiscordEvents {
    constructor(
      @Inject(DISCORD_LISTENER) readonly listener: DiscordListener,
      client: Client,
    ) {
      this.listener.opened(client);
    }

    @On('raw' as never)
    onPacket(@Context() [packet, shard]: [DiscordPacket, number]): void {
      this.listener.packet(packet, shard);
    }

    @On('shardReady')
    onShardReady(@Context() [shard]: ContextOf<'shardReady'>): void {
      this.listener.ready(shard);
    }

    @On('shardResume')
    onShardResume(): void {
      this.listener.resumed();
    }

    @On('shardReconnecting')
    onShardReconnecting(): void {
      this.listener.lost('the connection broke; reconnecting');
    }

    @On('shardDisconnect')
    onShardDisconnect(@Context() [event]: ContextOf<'shardDisconnect'>): void {
      this.listener.closed(event.code);
    }

    @On('shardError')
    onShardError(@Context() [error]: ContextOf<'shardError'>): void {
      this.listener.lost(error.message);
    }

    @On('invalidated')
    onInvalidated(): void {
      this.listener.closed(4004);
    }

    @On('error')
    onError(@Context() [error]: ContextOf<'error'>): void {
      this.listener.lost(error.message);
    }

    @On('debug')
    onDebug(@Context() [message]: ContextOf<'debug'>): void {
      if (/heartbeat acknowledged/i.test(message)) this.listener.alive();
    }
  }
  return DiscordEvents;
}

/** One account's connection: necord's client with the listener of the account. */
@Module({})
export class DiscordBotModule {
  static for(account: DiscordAccount, listener: DiscordListener): DynamicModule {
    const { settings } = account;
    const { status, activity } = settings;
    return {
      module: DiscordBotModule,
      imports: [
        NecordModule.forRoot({
          token: account.token ?? '',
          intents: intentsOf(account),
          partials: [Partials.Channel, Partials.Message, Partials.Reaction],
          shards: 'auto',
          skipRegistration: true,
          rest: restOptions(account) ?? {},
          // Messages are in our own database; the library need not keep them.
          makeCache: Options.cacheWithLimits({
            ...Options.DefaultMakeCacheSettings,
            MessageManager: 0,
            ReactionManager: 0,
            GuildMemberManager: 50,
            UserManager: 50,
            PresenceManager: 0,
            VoiceStateManager: 0,
          }),
          ...(status || activity
            ? {
                presence: {
                  ...(status ? { status } : {}),
                  ...(activity ? { activities: [{ name: activity, type: 4, state: activity }] } : {}),
                },
              }
            : {}),
        }),
      ],
      providers: [eventsClass(), { provide: DISCORD_LISTENER, useValue: listener }],
    };
  }
}

export function intentsOf({ settings }: DiscordAccount): GatewayIntentBits[] {
  return [
    GatewayIntentBits.Guilds,
    GatewayIntentBits.GuildMessages,
    GatewayIntentBits.MessageContent,
    GatewayIntentBits.DirectMessages,
    GatewayIntentBits.GuildMessageReactions,
    GatewayIntentBits.DirectMessageReactions,
    GatewayIntentBits.GuildMessagePolls,
    GatewayIntentBits.DirectMessagePolls,
    ...(settings.intents?.presence ? [GatewayIntentBits.GuildPresences] : []),
    ...(settings.intents?.guildMembers ? [GatewayIntentBits.GuildMembers] : []),
  ];
}
