import type { OpenclawConfig } from '../../config/openclaw.config';
import { isSandboxed } from '../../sessions/sandbox-mode';
import { isSubagentKey } from '../../sessions/session-key';
import type { PolicySubject } from '../../tools/agent-tool';
import type { UsageAccount } from '../../usage/usage-account';
import type { TurnRecord } from './turn-record';

/** For whom the tools of a turn are decided; without the model, which may change from step to step. */
export function turnSubject(config: OpenclawConfig, turn: TurnRecord): PolicySubject {
  const { request, sessionKey, agentId } = turn;
  const isGroup =
    request.route !== undefined && request.route.chatType !== undefined && request.route.chatType !== 'direct';
  return {
    agentId,
    channel: request.channel,
    account: request.account,
    ...(isGroup && request.route ? { groupId: request.route.to } : {}),
    ...(request.route?.threadId ? { threadId: request.route.threadId } : {}),
    ...(request.rulesAt ? { rulesAt: request.rulesAt } : {}),
    ...(request.senders ? { senders: request.senders } : {}),
    isOwner: request.isOwner,
    isSubagent: isSubagentKey(sessionKey),
    isSandboxed: isSandboxed(config, agentId, sessionKey),
  };
}

/** Whom the calls of a turn are billed to. */
export function accountOf({ runId, sessionKey, agentId, request }: TurnRecord): UsageAccount {
  const isCron = request.channel === 'cron';
  const own = request.heartbeat ? 'heartbeat' : isCron ? 'cron' : 'turn';
  return {
    purpose: isSubagentKey(sessionKey) ? 'subagent' : own,
    agentId,
    runId,
    sessionKey,
    ...(request.senders?.[0] === undefined ? {} : { sender: `${request.channel}:${request.senders[0].id}` }),
    ...(request.jobId === undefined ? {} : { jobId: request.jobId }),
    ...(request.jobBudget === undefined ? {} : { jobBudget: request.jobBudget }),
  };
}
