import { Injectable } from '@nestjs/common';
import { EventBus } from '../../events/event-bus';
import { NoParams } from '../../rpc/no-params.dto';
import { RpcMethod } from '../../rpc/rpc-method';
import { type SessionGroup, SessionGroupsStore } from './session-groups.store';
import { SessionGroupsDeleteParams, SessionGroupsPutParams, SessionGroupsRenameParams } from './sessions.dto';

interface Changed {
  ok: true;
  groups: SessionGroup[];
  updatedSessions: number;
}

/** Groups of sessions; `sessions.patch` with `category` puts a session into one. */
@Injectable()
export class SessionGroupsRpc {
  constructor(
    private readonly store: SessionGroupsStore,
    private readonly events: EventBus,
  ) {}

  @RpcMethod({
    name: 'sessions.groups.list',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Groups of sessions, in their order.',
  })
  async list(): Promise<{ groups: SessionGroup[]; sectionOrder: string[] }> {
    const groups = await this.store.list();
    return { groups, sectionOrder: groups.map(({ name }) => name) };
  }

  @RpcMethod({
    name: 'sessions.groups.put',
    scope: 'operator.write',
    params: SessionGroupsPutParams,
    summary: 'Sets which groups there are, and their order.',
  })
  async put({ names }: SessionGroupsPutParams): Promise<Changed> {
    await this.store.put(names);
    return this.changed([]);
  }

  @RpcMethod({
    name: 'sessions.groups.rename',
    scope: 'operator.write',
    params: SessionGroupsRenameParams,
    summary: 'Gives a group another name; its sessions stay in it.',
  })
  async rename({ name, to }: SessionGroupsRenameParams): Promise<Changed> {
    return this.changed(await this.store.rename(name, to));
  }

  @RpcMethod({
    name: 'sessions.groups.delete',
    scope: 'operator.write',
    params: SessionGroupsDeleteParams,
    summary: 'Removes a group; its sessions stay, in none.',
  })
  async delete({ name }: SessionGroupsDeleteParams): Promise<Changed> {
    return this.changed(await this.store.delete(name));
  }

  private async changed(keys: readonly string[]): Promise<Changed> {
    for (const sessionKey of keys) this.events.emit('session.changed', { sessionKey, reason: 'group' });
    return { ok: true, groups: await this.store.list(), updatedSessions: keys.length };
  }
}
