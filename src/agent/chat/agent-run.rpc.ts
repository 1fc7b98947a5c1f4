import { Injectable } from '@nestjs/common';
import type { DeliveryRoute } from '../../common/delivery-route';
import { findAgent } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { KNOWN_CHANNEL_IDS } from '../../channels/channels.config';
import type { InboxRow } from '../../inbox/inbox-row';
import { IntakeLine } from '../../inbox/intake-line';
import type { RpcContext } from '../../rpc/rpc-context';
import { RpcError, invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { agentOfSession, canonicalSessionKey, namedSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { ChatCommands } from '../commands/chat-commands.service';
import { giverOf } from '../commands/command-giver';
import { type RunOutcome, RunOutcomeService } from '../turns/run-outcome.service';
import { AgentIntake } from './agent-intake.service';
import { Attachments } from './attachments';
import { AgentParams, AgentWaitParams } from './chat.dto';

const DEFAULT_WAIT_MS = 30_000;
/** Longest a caller can wait for the second answer of `agent`. */
const MAX_RUN_WAIT_MS = 24 * 3_600_000;

interface SessionPlace {
  sessionKey: string;
  /** As the caller spelled it. */
  spelledKey: string;
}

@Injectable()
export class AgentRunRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly intake: AgentIntake,
    private readonly outcomes: RunOutcomeService,
    private readonly sessions: SessionStore,
    private readonly commands: ChatCommands,
    private readonly attachments: Attachments,
    private readonly line: IntakeLine,
  ) {}

  @RpcMethod({
    name: 'agent',
    scope: 'operator.write',
    params: AgentParams,
    summary: 'Runs the assistant once: answers at once with the run id, then with the result.',
  })
  async run(params: AgentParams, context: RpcContext): Promise<unknown> {
    const { runId, runName } = await this.inLine(params, (place) => this.take(params, place, context));
    return finalAnswer(runName, await this.outcomes.wait(runId, MAX_RUN_WAIT_MS, context.signal));
  }

  /** Which session is meant has to be looked up where it is named by its id; then that is a line, too. */
  private async inLine<T>(params: AgentParams, work: (place: SessionPlace) => Promise<T>): Promise<T> {
    const enter = (place: SessionPlace): Promise<T> => this.line.run(place.sessionKey, () => work(place));
    if (params.sessionKey || !params.sessionId) return enter(this.sessionOfKey(params));
    return this.line.run(`session id ${params.sessionId}`, async () => enter(await this.sessionOfId(params)));
  }

  /** Commits the message, and says so. */
  private async take(
    params: AgentParams,
    { sessionKey, spelledKey }: SessionPlace,
    context: RpcContext,
  ): Promise<InboxRow> {
    const agentId = agentOfSession(this.config.config, sessionKey);
    if (params.agentId && !findAgent(this.config.config, params.agentId)) {
      throw invalidRequest(`invalid agent params: unknown agent id "${params.agentId}"`);
    }
    if (params.channel && params.channel !== 'last' && !isKnownChannel(params.channel)) {
      throw invalidRequest(`invalid agent params: unknown channel: ${params.channel}`);
    }
    const { caller } = context;
    const { images, texts } = await this.attachments.read(params.attachments, {
      agentId: agentOfSession(this.config.config, sessionKey),
      sessionKey,
      isOwner: true,
    });
    const route = params.deliver ? await this.routeOf(params, sessionKey) : undefined;
    const plan = this.commands.plan(params.message, sessionKey, giverOf(caller));
    const overrides = plan?.kind === 'words' ? plan.overrides : undefined;
    const model = params.model
      ? params.model.includes('/') || !params.provider
        ? params.model
        : `${params.provider}/${params.model}`
      : undefined;
    const { row } = await this.intake.accept({
      via: 'agent',
      caller,
      key: params.idempotencyKey,
      sessionKey,
      spelledKey,
      text: plan?.kind === 'words' ? plan.text : params.message.trim(),
      ...(overrides ? { overrides } : {}),
      ...(overrides?.queueMode ? { queueMode: overrides.queueMode } : {}),
      ...(plan?.kind === 'command' ? { command: plan.wish } : {}),
      images,
      files: texts,
      ...(params.thinking ? { thinking: params.thinking } : {}),
      ...(params.timeout ? { timeoutMs: params.timeout * 1000 } : {}),
      ...(params.extraSystemPrompt ? { extraSystemPrompt: params.extraSystemPrompt } : {}),
      ...(model ? { model } : {}),
      ...(route ? { route } : {}),
    });
    const facts = caller.protocol === 4 ? { sessionKey, agentId } : {};
    context.acknowledge({ runId: row.runName, ...facts, status: 'accepted', acceptedAt: Date.now() });
    return row;
  }

  @RpcMethod({
    name: 'agent.wait',
    scope: 'operator.write',
    params: AgentWaitParams,
    summary: 'Waits for the end of a run.',
  })
  async wait(params: AgentWaitParams, context: RpcContext): Promise<unknown> {
    const { runId } = params;
    const find = (): Promise<string | undefined> => this.intake.runOf(runId, context.caller);
    const outcome = await this.outcomes.wait(find, params.timeoutMs ?? DEFAULT_WAIT_MS, context.signal);
    if (!outcome) return { runId, status: 'timeout' };
    const failed = outcome.outcome === 'failed';
    return {
      runId,
      status: failed ? 'error' : 'ok',
      ...(outcome.startedAt === undefined ? {} : { startedAt: outcome.startedAt }),
      ...(outcome.endedAt === undefined ? {} : { endedAt: outcome.endedAt }),
      ...(failed ? { error: outcome.reason ?? 'failed' } : {}),
    };
  }

  /** The session of an id; an id that no session has is a name by which its caller will come back to a new one. */
  private async sessionOfId({ sessionId = '', agentId }: AgentParams): Promise<SessionPlace> {
    const session = await this.sessions.findBySessionId(sessionId);
    return this.sessionOfKey({ sessionKey: session?.key ?? namedSessionKey(sessionId), agentId });
  }

  private sessionOfKey(params: Pick<AgentParams, 'sessionKey' | 'agentId'>): SessionPlace {
    const { config } = this.config;
    const spelledKey = params.sessionKey ?? 'main';
    const sessionKey = canonicalSessionKey(config, spelledKey, params.agentId);
    if (
      params.agentId &&
      sessionKey.startsWith('agent:') &&
      agentOfSession(config, sessionKey) !== canonicalAgent(params.agentId)
    ) {
      throw invalidRequest(
        `invalid agent params: session "${spelledKey}" does not belong to agent "${params.agentId}"`,
      );
    }
    return { sessionKey, spelledKey };
  }

  /** Where a delivered answer goes: as asked, or the session's last route. */
  private async routeOf(params: AgentParams, sessionKey: string): Promise<DeliveryRoute> {
    const session = await this.sessions.find(sessionKey);
    const wanted = params.replyChannel ?? params.channel;
    const channel = wanted === undefined || wanted === 'last' ? session?.lastChannel : wanted;
    const isLastRoute = channel !== undefined && channel === session?.lastChannel;
    const to = params.replyTo ?? params.to ?? (isLastRoute ? session?.lastTo : undefined);
    if (!channel || !to) {
      throw invalidRequest(
        'invalid agent params: deliver needs channel and to, or a session that was last used from a channel',
      );
    }
    const threadId = params.threadId ?? (isLastRoute ? session?.lastThreadId : undefined);
    return {
      channel,
      account:
        params.replyAccountId ?? params.accountId ?? (isLastRoute ? session?.lastAccountId : undefined) ?? 'default',
      to,
      ...(threadId === undefined ? {} : { threadId: String(threadId) }),
    };
  }
}

const canonicalAgent = (id: string): string => id.trim().toLowerCase();
const isKnownChannel = (id: string): boolean =>
  id === 'webchat' || (KNOWN_CHANNEL_IDS as readonly string[]).includes(id);

function finalAnswer(runId: string, outcome: RunOutcome | undefined): unknown {
  if (!outcome)
    throw new RpcError('AGENT_TIMEOUT', 'the connection ended before the run did', {
      payload: { runId, status: 'timeout' },
    });
  if (outcome.outcome === 'failed') {
    const summary = outcome.reason ?? 'failed';
    throw new RpcError('UNAVAILABLE', summary, { payload: { runId, status: 'error', summary } });
  }
  const { result } = outcome;
  const isStopped = outcome.outcome === 'aborted' || outcome.outcome === 'dropped';
  return {
    runId,
    status: 'ok',
    summary: isStopped ? (outcome.reason ?? 'stopped') : 'completed',
    result: {
      payloads: result?.payloads ?? [],
      meta: {
        durationMs: result?.durationMs ?? 0,
        agentMeta: {
          sessionId: outcome.sessionId ?? '',
          provider: result?.provider ?? '',
          model: result?.model ?? '',
          ...(result ? { usage: { ...result.usage, total: result.usage.totalTokens } } : {}),
          ...(result?.offline ? { offline: true } : {}),
        },
        aborted: isStopped,
      },
    },
  };
}
