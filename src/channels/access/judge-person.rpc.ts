import { Injectable } from '@nestjs/common';
import { Doc, Opt, Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { ChannelDirectory } from '../../events/channel-directory';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import type { InboundUpdate } from '../channel-adapter';
import { chooseRoute } from '../routing';
import { judgeAccess } from './access-gate';
import { KnownPeopleList } from './known-people.service';

export class ChannelsJudgeParams {
  @Text({ max: 100 }) @Doc('Such as telegram.') channel!: string;
  @Opt() @Text({ max: 100 }) accountId?: string;
  @Text({ max: 200 }) @Doc('Id of the person on the platform.') senderId!: string;
  @Opt() @Text({ max: 200 }) @Doc('What the platform calls them once, without @.') handle?: string;
}

/** What would become of a direct message. */
export interface JudgedPerson {
  /** `answered`: it is; `asked`: the person is told a code and you are asked; `refused`: it is kept, and not answered. */
  outcome: 'answered' | 'asked' | 'refused';
  reason: string;
  /** Where the rule stands that decides. */
  setting: string;
  isOwner: boolean;
  /** Conversation and agent that it would reach. */
  sessionKey?: string;
  agentId?: string;
}

/** "What would happen if" somebody wrote: a message that nobody sends passes the gate of its channel. */
@Injectable()
export class JudgePersonRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly directory: ChannelDirectory,
    private readonly people: KnownPeopleList,
  ) {}

  @RpcMethod({
    name: 'channels.judge',
    scope: 'operator.admin',
    params: ChannelsJudgeParams,
    summary: 'What would become of a direct message of somebody if it came now, and why. Nothing is kept or sent.',
  })
  async judge({ channel: name, accountId = 'default', senderId, handle }: ChannelsJudgeParams): Promise<JudgedPerson> {
    const channel = name.toLowerCase();
    const found = this.directory.find(channel);
    if (!found)
      throw invalidRequest(`there is no channel "${name}"`, {
        details: { channels: this.directory.all().map(({ declaration }) => declaration.id) },
      });
    const account = found.adapter.accounts().find(({ id }) => id === accountId);
    if (!account)
      throw invalidRequest(`${channel} has no account "${accountId}"; set one up first`, {
        details: { code: 'ACCOUNT_UNKNOWN' },
      });
    const policy = found.adapter.directPolicy?.(accountId);
    if (!policy) throw invalidRequest(`${channel} knows no people by id, so nothing can be said of one`);
    const update: InboundUpdate = {
      externalId: 'judge',
      chat: { id: senderId, type: 'direct' },
      sender: { id: senderId, isBot: false, ...(handle ? { username: handle.replace(/^@/, '') } : {}) },
      text: '',
      mentionsBot: false,
      policy,
    };
    const known = await this.people.of(channel, accountId);
    const verdict = judgeAccess(update, known);
    const isOwner = verdict.kind === 'admit' && verdict.isOwner;
    const setting = `${account.at}.dmPolicy is "${policy.dmPolicy}"`;
    switch (verdict.kind) {
      case 'drop':
        return { outcome: 'refused', reason: verdict.reason, setting, isOwner };
      case 'pair':
        return { outcome: 'asked', reason: 'nobody has let them in yet', setting, isOwner };
      case 'admit': {
        const { config } = this.config;
        const { agentId, sessionKey, refusal } = chooseRoute(
          config,
          channel,
          accountId,
          update.chat,
          senderId,
          isOwner,
        );
        if (refusal !== undefined) return { outcome: 'refused', reason: refusal, setting: 'bindings', isOwner };
        const reason = isOwner
          ? 'they own this gateway: their id is on its list, or was let in as an owner'
          : verdict.isListed
            ? 'they were let in, as a guest with a room of their own'
            : 'everybody may write; they are a guest with a room of their own';
        return { outcome: 'answered', reason, setting, isOwner, sessionKey, agentId };
      }
    }
  }
}
