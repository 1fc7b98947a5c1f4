import { Injectable } from '@nestjs/common';
import { findSession } from '../agent/sessions/find-session';
import { SessionOrigins } from '../agent/context/session-origins.service';
import { RunOutcomeService } from '../agent/turns/run-outcome.service';
import { Doc, Int, Opt, Text } from '../common/validation/fields';
import { normaliseAgentId } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { sendAllowed } from '../sessions/send-policy';
import type { SessionEntry } from '../sessions/session-entry';
import { SessionStore } from '../sessions/session.store';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../tools/agent-tool';
import { worstOrigin } from '../tools/provenance/taint';
import { DialogueService } from './dialogue.service';
import { type CallSinks, Leaves } from '../tools/provenance/sinks';
import { isOwnersChat } from '../channels/owners-chats';
import { ChannelDirectory } from '../events/channel-directory';

const DEFAULT_TIMEOUT_SECONDS = 30;

@Leaves<SessionsSendParams>({
  sessionKey: 'none',
  label: 'none',
  agentId: 'none',
  message: 'out',
  timeoutSeconds: 'none',
})
export class SessionsSendParams {
  @Opt() @Text() @Doc('Key or id of the conversation; or give label.') sessionKey?: string;
  @Opt() @Text() @Doc('Conversation by its label.') label?: string;
  @Opt() @Text() @Doc('With label: whose conversation.') agentId?: string;
  @Text({ max: 20_000 }) @Doc('What is said there.') message!: string;
  @Opt()
  @Int({ min: 0, max: 3600 })
  @Doc(`Seconds to wait for the answer, ${DEFAULT_TIMEOUT_SECONDS} by default; 0: don't wait.`)
  timeoutSeconds?: number;
}

@Injectable()
@AgentTool({
  name: 'sessions_send',
  description:
    'Say something in another conversation and get its answer. The two may go on talking; what came out is told in its chat.',
  params: SessionsSendParams,
  idempotent: true,
  core: true,
  rare: 'say something in another conversation',
  origin: 'gateway',
})
export class SessionsSendTool {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly origins: SessionOrigins,
    private readonly dialogues: DialogueService,
    private readonly outcomes: RunOutcomeService,
    private readonly directory: ChannelDirectory,
  ) {}

  /** What is said stays inside, and keeps whose text it is, unless the other conversation answers in somebody's chat. */
  async sinksOf(params: SessionsSendParams, context: ToolContext): Promise<CallSinks> {
    const target = await this.target(params, context);
    const { key, lastChannel: channel, lastTo: to, lastAccountId: account = 'default' } = target;
    if (channel === undefined || to === undefined || isOwnersChat(this.directory, { channel, account, to }))
      return { message: 'none' };
    const summary = `say in ${key} (answers go to ${channel}:${to}): ${params.message}`;
    return { message: { sink: 'out', summary, target: key } };
  }

  async execute(params: SessionsSendParams, context: ToolContext): Promise<ToolResult> {
    const target = await this.target(params, context);
    if (target.key === context.sessionKey)
      throw new ToolError('invalid_args', 'this is the conversation you are in; just answer');
    if (!sendAllowed(this.config.config, target.key, target))
      throw new ToolError('denied_by_policy', `the send policy forbids messages to ${target.key}`, {
        status: 'forbidden',
      });
    const origin = worstOrigin(context.provenance.origins);
    const runId = await this.dialogues.open({
      externalId: `send:${context.runId}:${context.callId}`,
      from: context.sessionKey,
      target,
      message: params.message,
      isOwner: context.isOwner,
      origin,
    });
    const seconds = params.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    const delivery = { mode: 'announce', channel: target.lastChannel ?? null };
    if (seconds === 0)
      return textResult('Handed over.', { runId, status: 'accepted', sessionKey: target.key, delivery });
    const outcome = await this.outcomes.wait(runId, seconds * 1000, context.signal);
    if (!outcome)
      return textResult(`No answer within ${seconds} s; it is still being worked on.`, {
        runId,
        status: 'timeout',
        sessionKey: target.key,
        delivery,
      });
    const reply = (outcome.result?.payloads ?? []).map((payload) => payload.text).join('\n\n');
    const failed = outcome.outcome === 'failed' || outcome.outcome === 'dropped';
    const read = await this.origins.of(target.sessionId);
    return {
      ...textResult(
        failed ? `It failed: ${outcome.reason ?? 'unknown reason'}` : reply || '(it answered nothing)',
        { runId, status: failed ? 'error' : 'ok', reply, sessionKey: target.key, delivery },
        worstOrigin(read),
      ),
      ...(failed ? { isError: true } : {}),
    };
  }

  private async target(params: SessionsSendParams, context: ToolContext): Promise<SessionEntry> {
    if ((params.sessionKey === undefined) === (params.label === undefined))
      throw new ToolError('invalid_args', 'give sessionKey or label, and not both');
    if (params.sessionKey !== undefined)
      return findSession(this.config.config, this.sessions, params.sessionKey, context);
    const agentId = params.agentId ? normaliseAgentId(params.agentId) : context.agentId;
    const [found] = await this.sessions.list({ agentId, label: params.label ?? '', limit: 1 });
    if (!found) throw new ToolError('not_found', `agent "${agentId}" has no conversation labelled "${params.label}"`);
    return findSession(this.config.config, this.sessions, found.key, context);
  }
}
