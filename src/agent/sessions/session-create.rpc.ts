import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { type RpcContext, callerKey } from '../../rpc/rpc-context';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import type { SessionEntry } from '../../sessions/session-entry';
import { SessionStore } from '../../sessions/session.store';
import type { TranscriptEvent } from '../../sessions/transcript-event';
import { TranscriptStore } from '../../sessions/transcript.store';
import { ChatSender } from '../chat/chat-sender.service';
import { ModelChoice } from '../providers/model-choice.service';
import { noThinkingLevel, thinkingLevelOf } from '../thinking-level';
import { SessionArchive } from './session-archive.service';
import { SessionRows } from './session-rows.service';
import { SessionsCreateParams } from './sessions.dto';

/** Makes sessions. */
@Injectable()
export class SessionCreateRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly archive: SessionArchive,
    private readonly choice: ModelChoice,
    private readonly sender: ChatSender,
    private readonly rows: SessionRows,
    private readonly events: EventBus,
  ) {}

  @RpcMethod({
    name: 'sessions.create',
    scope: 'operator.write',
    params: SessionsCreateParams,
    summary: 'Makes a session, empty or with the conversation of another one so far, and says something in it.',
  })
  async create(params: SessionsCreateParams, { caller }: RpcContext): Promise<unknown> {
    const { config } = this.config;
    const { label, displayName, category, idempotencyKey } = params;
    const named = params.key ?? `chat-${idempotencyKey === undefined ? randomUUID() : idOf(caller, idempotencyKey)}`;
    const key = canonicalSessionKey(config, named, params.agentId);
    const agentId = agentOfSession(config, key);
    if (params.worktree === true)
      throw invalidRequest(
        'invalid sessions.create params: worktree: sessions have no worktrees of their own; leave it out',
      );
    if (params.forkFrom !== undefined && params.fork !== true)
      throw invalidRequest(
        'invalid sessions.create params: forkFrom: it says how much is taken along; set fork to true',
      );
    const model = params.model === undefined ? undefined : await this.choice.required(params.model);
    const thinkingLevel = params.thinkingLevel === undefined ? undefined : thinkingLevelOf(params.thinkingLevel);
    if (params.thinkingLevel !== undefined && thinkingLevel === undefined)
      throw invalidRequest(`invalid sessions.create params: thinkingLevel: ${noThinkingLevel(params.thinkingLevel)}`);
    const holders = label === undefined ? [] : await this.sessions.list({ label });
    if (holders.some((holder) => holder.key !== key)) throw invalidRequest(`label already in use: ${label ?? ''}`);
    if (params.fork === true && !(await this.sessions.find(key))) {
      const parentKey = canonicalSessionKey(config, params.parentSessionKey ?? 'main', params.agentId);
      const parent = await this.sessions.find(parentKey);
      if (!parent) throw invalidRequest(`No session found: ${parentKey}`);
      await this.archive.fork(parent, key, params.forkFrom && (await this.lastAnswerIn(parent)));
    }
    const entry = await this.sessions.upsert(key, agentId, (old) => ({
      ...old,
      ...(label === undefined ? {} : { label }),
      ...(displayName === undefined ? {} : { displayName }),
      ...(category === undefined ? {} : { category }),
      ...(model === undefined ? {} : { modelOverride: model.name }),
      ...(thinkingLevel === undefined ? {} : { thinkingLevel }),
    }));
    this.events.emit('session.changed', { sessionKey: key, reason: 'create' });
    const message = params.message ?? params.task;
    const receipt =
      message === undefined && params.attachments === undefined
        ? undefined
        : await this.sender.send(
            {
              sessionKey: key,
              message: message ?? '',
              idempotencyKey: idempotencyKey ?? randomUUID(),
              ...(params.attachments === undefined ? {} : { attachments: params.attachments }),
              ...(params.timeoutMs === undefined ? {} : { timeoutMs: params.timeoutMs }),
            },
            caller,
          );
    return {
      ok: true,
      key,
      sessionId: entry.sessionId,
      entry: this.rows.entry(entry),
      runStarted: receipt !== undefined && 'runId' in receipt,
      ...(receipt ?? {}),
      resolved: this.rows.resolved(entry),
      ...(model?.warning === undefined ? {} : { warning: model.warning }),
    };
  }

  /** Where the last answer stands that was neither cut off nor goes on with a tool; 0 where there is none. */
  private async lastAnswerIn({ sessionId }: SessionEntry): Promise<number> {
    const events = await this.transcripts.read(sessionId);
    return events.findLast(isWhole)?.seq ?? 0;
  }
}

const isWhole = ({ message }: TranscriptEvent): boolean =>
  message.role === 'assistant' && (message.stopReason === 'stop' || message.stopReason === 'injected');

/** The same for the same key of the same caller, so that a repeated request makes no second session. */
const idOf = (caller: RpcContext['caller'], idempotencyKey: string): string =>
  createHash('sha256')
    .update(`${callerKey(caller)}\n${idempotencyKey}`)
    .digest('hex')
    .slice(0, 32);
