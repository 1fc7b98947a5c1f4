import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/openclaw-error';
import { EVERYBODY, isHandle } from '../common/sender-identity';
import { Doc, Int, Opt, StrList, Text } from '../common/validation/fields';
import { ChannelDirectory } from '../events/channel-directory';
import { namedChannel } from '../events/named-channel';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { SessionStore } from '../sessions/session.store';
import { KnownPeopleList } from './access/known-people.service';
import { PairingService } from './access/pairing.service';
import type { ChannelAccount, RegisteredChannel } from './channel-adapter';
import { MESSAGE_ACTIONS } from './message-params';

const DEFAULT_LIMIT = 50;
const MOST_MEMBERS = 1000;

export class ChannelNameParams {
  @Opt()
  @Text({ max: 40 })
  @Doc('Such as telegram; all of them, or the only configured one, where it is left out.')
  channel?: string;
}

export class ChannelsResolveParams extends ChannelNameParams {
  @Opt() @Text({ max: 100 }) accountId?: string;
  @StrList({ min: 1, max: 50 }) @Doc('Names: #channel or @person. An id is its own answer.') names!: string[];
}

export class DirectorySelfParams extends ChannelNameParams {
  @Opt() @Text({ max: 100 }) accountId?: string;
}

export class DirectoryListParams extends DirectorySelfParams {
  @Opt() @Text({ max: 200 }) @Doc('Part of an id or name.') query?: string;
  @Opt() @Int({ min: 1, max: 500 }) @Doc(`Most entries, ${DEFAULT_LIMIT} by default.`) limit?: number;
}

export class DirectoryMembersParams extends DirectoryListParams {
  @Text({ max: 200 }) @Doc('Id or #name of the group or channel.') groupId!: string;
}

interface Peer {
  id: string;
  name?: string;
  role?: string;
  /** Why they are known: let in by a code, on a list of the configuration, or in a conversation. */
  from: 'paired' | 'configuration' | 'conversation';
}

interface Group {
  id: string;
  name?: string;
  kind: 'group' | 'channel';
  sessionKey: string;
  lastAt: number;
}

/** What channels can do, and whom and which groups this gateway knows on them. */
@Injectable()
export class DirectoryRpc {
  constructor(
    private readonly directory: ChannelDirectory,
    private readonly pairing: PairingService,
    private readonly known: KnownPeopleList,
    private readonly sessions: SessionStore,
  ) {}

  @RpcMethod({
    name: 'channels.capabilities',
    scope: 'operator.read',
    params: ChannelNameParams,
    unlisted: true,
    summary: 'What each channel can do: files, edits, groups, and the actions of message.action.',
  })
  capabilities({ channel }: ChannelNameParams): unknown {
    const wanted = channel === undefined ? this.directory.all() : [namedChannel(this.directory, channel)];
    return {
      channels: wanted.map(({ declaration, adapter }) => {
        const { id, label, credentials, capabilities } = declaration;
        const { files, actions = [], edits, typing, groups } = capabilities;
        return {
          id,
          label,
          edits: edits === true,
          typing: typing === true,
          groups: groups === true,
          files: files !== undefined,
          findsNames: adapter.locate !== undefined,
          streams: adapter.streamInterval !== undefined,
          actions: [...MESSAGE_ACTIONS.filter((action) => action !== 'edit' || adapter.edit !== undefined), ...actions],
          credentials,
        };
      }),
    };
  }

  @RpcMethod({
    name: 'channels.resolve',
    scope: 'operator.read',
    params: ChannelsResolveParams,
    unlisted: true,
    summary: 'Ids that names of channels and people stand for, as the platform knows them.',
  })
  async resolve({ channel, accountId, names }: ChannelsResolveParams): Promise<unknown> {
    const found = namedChannel(this.directory, channel);
    const account = accountOf(found, accountId);
    const { adapter, declaration } = found;
    if (!adapter.locate) throw invalidRequest(`${declaration.id} can't be asked for names; give ids`);
    const results: ({ name: string; id: string } | { name: string; error: string })[] = [];
    for (const name of names)
      results.push(
        await adapter.locate(account.id, name).then(
          (id) => ({ name, id }),
          (error: unknown) => ({ name, error: messageOf(error) }),
        ),
      );
    return { channel: declaration.id, accountId: account.id, results };
  }

  @RpcMethod({
    name: 'directory.self',
    scope: 'operator.read',
    params: DirectorySelfParams,
    unlisted: true,
    summary: 'Who the assistant is on a platform: the account behind its token, as the platform tells it.',
  })
  async self({ channel, accountId }: DirectorySelfParams): Promise<unknown> {
    const found = namedChannel(this.directory, channel);
    const account = accountOf(found, accountId);
    if (account.notConfigured !== undefined)
      throw invalidRequest(`${found.declaration.id}/${account.id}: ${account.notConfigured}`);
    const { ok, error, elapsedMs: _, ...facts } = await found.adapter.probe(account.id);
    if (!ok) throw invalidRequest(`${found.declaration.id}/${account.id}: ${error ?? 'the platform gave no reason'}`);
    return { channel: found.declaration.id, accountId: account.id, ...facts };
  }

  @RpcMethod({
    name: 'directory.peers',
    scope: 'operator.read',
    params: DirectoryListParams,
    unlisted: true,
    summary: 'People that this gateway knows on an account: let in, on its lists, or in a direct conversation.',
  })
  async peers({ channel, accountId, query, limit = DEFAULT_LIMIT }: DirectoryListParams): Promise<unknown> {
    const found = namedChannel(this.directory, channel);
    const account = accountOf(found, accountId);
    const { id } = found.declaration;
    const peers = new Map<string, Peer>();
    const { owners } = await this.known.of(id, account.id);
    for (const listed of account.allowFrom ?? []) {
      if (listed === EVERYBODY) continue;
      const isOwner = owners ? owners.includes(listed) : !isHandle(listed);
      peers.set(listed, { id: listed, role: isOwner ? 'owner' : 'guest', from: 'configuration' });
    }
    for (const { senderId, role, name, account: at } of await this.pairing.approved(id)) {
      if (at !== account.id) continue;
      const named = name === undefined ? {} : { name };
      peers.set(senderId, { ...peers.get(senderId), id: senderId, role, ...named, from: 'paired' });
    }
    for (const { name, to } of await this.conversations(id, account.id, 'direct')) {
      const known = peers.get(to);
      peers.set(to, { from: 'conversation', ...known, id: to, ...(name === undefined ? {} : { name }) });
    }
    const fitting = [...peers.values()].filter((peer) => fits(peer, query));
    return { channel: id, accountId: account.id, total: fitting.length, peers: fitting.slice(0, limit) };
  }

  @RpcMethod({
    name: 'directory.groups',
    scope: 'operator.read',
    params: DirectoryListParams,
    unlisted: true,
    summary: 'Groups and channels in which this gateway has a conversation on an account, the newest first.',
  })
  async groups({ channel, accountId, query, limit = DEFAULT_LIMIT }: DirectoryListParams): Promise<unknown> {
    const found = namedChannel(this.directory, channel);
    const account = accountOf(found, accountId);
    const { id } = found.declaration;
    const groups = new Map<string, Group>();
    for (const kind of ['group', 'channel'] as const)
      for (const { name, to, sessionKey, lastAt } of await this.conversations(id, account.id, kind)) {
        if ((groups.get(to)?.lastAt ?? 0) > lastAt) continue;
        groups.set(to, { id: to, ...(name === undefined ? {} : { name }), kind, sessionKey, lastAt });
      }
    const fitting = [...groups.values()].filter((group) => fits(group, query)).sort((a, b) => b.lastAt - a.lastAt);
    return { channel: id, accountId: account.id, total: fitting.length, groups: fitting.slice(0, limit) };
  }

  @RpcMethod({
    name: 'directory.members',
    scope: 'operator.read',
    params: DirectoryMembersParams,
    unlisted: true,
    summary: 'Who is in a group or channel, as the platform tells it; says whom it does not tell of.',
  })
  async members(params: DirectoryMembersParams): Promise<unknown> {
    const { channel, accountId, groupId, query, limit = DEFAULT_LIMIT } = params;
    const found = namedChannel(this.directory, channel);
    const account = accountOf(found, accountId);
    const { adapter, declaration } = found;
    if (!adapter.members) throw invalidRequest(`${declaration.id} can't be asked who is in a group`);
    // What is looked for may be anywhere among them.
    const most = query === undefined ? limit : MOST_MEMBERS;
    const { members, without } = await adapter.members(account.id, groupId, most);
    const fitting = members.filter((member) => fits(member, query)).slice(0, limit);
    return {
      channel: declaration.id,
      accountId: account.id,
      groupId,
      members: fitting,
      ...(without === undefined ? {} : { without }),
    };
  }

  private async conversations(
    channel: string,
    account: string,
    kind: 'direct' | 'group' | 'channel',
  ): Promise<{ to: string; name?: string; sessionKey: string; lastAt: number }[]> {
    const sessions = await this.sessions.list();
    return sessions.flatMap(
      ({ key, chatType, lastChannel, lastAccountId, lastTo, subject, displayName, updatedAt }) => {
        if (chatType !== kind || lastChannel !== channel || (lastAccountId ?? 'default') !== account || !lastTo)
          return [];
        const name = subject ?? displayName;
        return [{ to: lastTo, sessionKey: key, lastAt: updatedAt, ...(name === undefined ? {} : { name }) }];
      },
    );
  }
}

/** @throws RpcError INVALID_REQUEST naming the accounts that there are */
function accountOf({ adapter, declaration }: RegisteredChannel, wanted: string | undefined): ChannelAccount {
  const accounts = adapter.accounts();
  const found = wanted === undefined ? accounts[0] : accounts.find(({ id }) => id === wanted);
  if (found) return found;
  throw invalidRequest(
    wanted === undefined || accounts.length === 0
      ? `${declaration.id} is not configured; "openclaw channels add ${declaration.id}" sets it up`
      : `${declaration.id} has no account "${wanted}"; there are: ${accounts.map(({ id }) => id).join(', ')}`,
  );
}

const fits = ({ id, name = '' }: { id: string; name?: string }, query: string | undefined): boolean =>
  query === undefined || [id, name].some((text) => text.toLowerCase().includes(query.toLowerCase()));
