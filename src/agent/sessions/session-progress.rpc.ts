import { Injectable } from '@nestjs/common';
import { Opt, Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { RpcMethod } from '../../rpc/rpc-method';
import type { TodoItem } from '../../sessions/session-entry';
import { canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';

export class ProgressCardParams {
  @Text({ max: 512 }) sessionKey!: string;
  @Opt() @Text({ max: 128 }) agentId?: string;
}

const STATUS: Readonly<Record<TodoItem['status'], string>> = {
  open: 'pending',
  doing: 'in_progress',
  done: 'completed',
};

/** The assistant's own list of tasks (tool `todo`) as clients show it beside a conversation. */
@Injectable()
export class SessionProgressRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
  ) {}

  @RpcMethod({
    name: 'progressCard.get',
    scope: 'operator.read',
    params: ProgressCardParams,
    summary: "The assistant's list of tasks in a conversation; null where it has none.",
  })
  async get({ sessionKey, agentId }: ProgressCardParams): Promise<{ card: unknown }> {
    const key = canonicalSessionKey(this.config.config, sessionKey, agentId);
    const session = await this.sessions.find(key);
    const todos = session?.todos ?? [];
    if (!session || todos.length === 0) return { card: null };
    const { updatedAt } = session;
    const steps = todos.map(({ text, status }) => ({ step: text, status: STATUS[status] }));
    return { card: { sessionKey: key, revision: updatedAt, updatedAt, steps } };
  }
}
