import { Injectable } from '@nestjs/common';
import {
  type ChatCommand,
  type CommandCall,
  type CommandEffect,
  ProvidesChatCommands,
  answer,
} from '../agent/commands/chat-command';
import type { DeliveryRoute } from '../common/delivery-route';
import { messageOf } from '../common/openclaw-error';
import { ConfigService } from '../config/config.service';
import { SessionStore } from '../sessions/session.store';
import { PairingService } from './access/pairing.service';
import { ChannelManager } from './channel-manager.service';

const DOCKS = ['telegram', 'discord', 'slack'] as const;
const LISTS = { dm: 'allowFrom', group: 'groupAllowFrom' } as const;

interface ListedChannel {
  allowFrom?: (string | number)[];
  groupAllowFrom?: (string | number)[];
  configWrites?: boolean;
}

/** Commands about who may write, and where answers go. */
@Injectable()
@ProvidesChatCommands()
export class ChannelCommands {
  readonly commands: readonly ChatCommand[] = [
    {
      name: 'allowlist',
      usage: '[list] [dm|group|all] | add|remove <entry> [dm|group] [config|store] [channel=] [account=]',
      summary: 'who may write to me',
      category: 'management',
      right: 'owner',
      textOnly: true,
      run: (call) => this.allowlist(call),
    },
    ...DOCKS.map((channel): ChatCommand => ({
      name: `dock-${channel}`,
      aliases: [`dock_${channel}`],
      summary: `send later answers of this conversation to ${channel}`,
      category: 'docks',
      right: 'owner',
      run: (call) => this.dock(channel, call),
    })),
  ];

  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly pairing: PairingService,
    private readonly manager: ChannelManager,
  ) {}

  private async allowlist({ args, giver }: CommandCall): Promise<CommandEffect> {
    const words = args.split(/\s+/).filter((word) => word !== '');
    const named = (name: string): string | undefined =>
      words.find((word) => word.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const channel = named('channel') ?? giver.channel;
    const account = named('account') ?? (giver.channel === channel ? giver.account : 'default');
    const block = this.blockOf(channel);
    if (!block) return answer(`channels.${channel} is not configured.`);
    const [verb = 'list', entry = ''] = words.filter((word) => !word.includes('='));
    const list = words.includes('group') ? 'group' : 'dm';
    if (verb !== 'add' && verb !== 'remove') return answer(await this.shown(channel, account, block));
    if (entry === '' || entry === 'dm' || entry === 'group')
      return answer(`Whom? Write /allowlist ${verb} <id or @name>.`);
    const toStore = words.includes('store') || !words.includes('config');
    try {
      return answer(
        toStore
          ? await this.changeStore(verb, channel, account, entry, list)
          : await this.changeConfig(verb, channel, account, entry, list, block),
      );
    } catch (error) {
      return answer(`Not changed: ${messageOf(error)}`);
    }
  }

  private async shown(channel: string, account: string, block: ListedChannel): Promise<string> {
    const paired = [...(await this.pairing.approvedSenders(channel, account))].map(([id, role]) => `${id} (${role})`);
    const line = (title: string, entries: readonly (string | number)[] | undefined): string =>
      `${title}: ${entries && entries.length > 0 ? entries.join(', ') : 'nobody'}`;
    return [
      `Who may write on ${channel}${account === 'default' ? '' : ` (${account})`}:`,
      line('direct (configuration)', block.allowFrom),
      line('groups (configuration)', block.groupAllowFrom),
      line('paired', paired),
    ].join('\n');
  }

  private async changeStore(
    verb: 'add' | 'remove',
    channel: string,
    account: string,
    entry: string,
    list: keyof typeof LISTS,
  ): Promise<string> {
    if (list === 'group') return 'The store holds people for direct messages; for groups write "config".';
    if (!/^\d+$|^[\w.-]{2,}$/.test(entry))
      return `"${entry}" is no id; the store holds ids of the platform, names go to "config".`;
    if (verb === 'add') await this.pairing.admit({ channel, account, senderId: entry, role: 'guest' });
    else if (!(await this.pairing.revoke(channel, account, entry))) return `${entry} was not paired.`;
    return verb === 'add'
      ? `${entry} may write on ${channel} now, as a guest.`
      : `${entry} may not write on ${channel} any more.`;
  }

  private async changeConfig(
    verb: 'add' | 'remove',
    channel: string,
    account: string,
    entry: string,
    list: keyof typeof LISTS,
    block: ListedChannel,
  ): Promise<string> {
    if (this.config.config.commands?.config !== true)
      return 'Changes of the configuration from chats are off (commands.config).';
    if (block.configWrites === false) return `channels.${channel}.configWrites is false.`;
    const key = LISTS[list];
    const now = (block[key] ?? []).map(String);
    const next = verb === 'add' ? [...new Set([...now, entry])] : now.filter((each) => each !== entry);
    if (verb === 'remove' && next.length === now.length) return `${entry} is not in channels.${channel}.${key}.`;
    const path = account === 'default' ? ['channels', channel, key] : ['channels', channel, 'accounts', account, key];
    await this.config.edit([{ path, value: next }], { baseHash: this.config.peek().hash ?? null });
    return `channels.${channel}.${key}: ${next.join(', ') || 'nobody'}.`;
  }

  private async dock(channel: string, { sessionKey, agentId, giver }: CommandCall): Promise<CommandEffect> {
    if (!this.manager.has(channel)) return answer(`${channel} is not set up here (channels.${channel}).`);
    if (giver.channel === channel) {
      await this.sessions.upsert(sessionKey, agentId, ({ dock: _, ...entry }) => entry);
      return answer('Answers come here.');
    }
    const to = this.linkedId(channel, giver.channel, giver.senderId);
    if (to === undefined)
      return answer(
        `I do not know who you are on ${channel}. Link your ids: session.identityLinks.<name> = ["${giver.channel}:${giver.senderId ?? '<id>'}", "${channel}:<id>"].`,
      );
    const dock: DeliveryRoute = { channel, account: 'default', to, chatType: 'direct' };
    await this.sessions.upsert(sessionKey, agentId, (entry) => ({ ...entry, dock }));
    return answer(`Later answers go to ${channel}. /dock-${giver.channel} brings them back.`);
  }

  /** The same person elsewhere; for the owner at a client, the first person the configuration lets in there. */
  private linkedId(wanted: string, channel: string, senderId: string | undefined): string | undefined {
    for (const ids of Object.values(this.config.config.session?.identityLinks ?? {})) {
      if (senderId === undefined || !ids.includes(`${channel}:${senderId}`)) continue;
      const found = ids.find((id) => id.startsWith(`${wanted}:`));
      if (found) return found.slice(wanted.length + 1);
    }
    if (senderId !== undefined) return undefined;
    const first = this.blockOf(wanted)?.allowFrom?.find((entry) => /^\d+$/.test(String(entry)));
    return first === undefined ? undefined : String(first);
  }

  private blockOf(channel: string): ListedChannel | undefined {
    return (this.config.config.channels as Record<string, ListedChannel | undefined> | undefined)?.[channel];
  }
}
