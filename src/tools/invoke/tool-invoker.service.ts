import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { isSandboxed } from '../../sessions/sandbox-mode';
import { agentOfSession, canonicalSessionKey, isSubagentKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { SessionFolders } from '../../workspace/session-folder.service';
import type { PolicySubject, ToolContext, ToolResult } from '../agent-tool';
import { ToolPolicyService } from '../policy/tool-policy.service';
import { NOTHING_READ } from '../provenance/taint';
import { ProcessRegistry } from '../processes/process-registry.service';
import { ToolExecutor } from '../tool-executor.service';
import type { RegisteredTool } from '../tool-registry.service';

export interface OutsideCall {
  via: 'http' | 'mcp';
  sessionKey?: string;
  agentId?: string;
  channel?: string;
  account?: string;
}

/** Runs tools for callers outside a turn. They pass the same policy as a turn of the session, and one link more. */
@Injectable()
export class ToolInvoker {
  constructor(
    private readonly config: ConfigService,
    private readonly executor: ToolExecutor,
    private readonly policy: ToolPolicyService,
    private readonly sessions: SessionStore,
    private readonly folders: SessionFolders,
    private readonly events: EventBus,
    private readonly processes: ProcessRegistry,
  ) {}

  /** Tools that a caller has and that can work here. */
  available(call: OutsideCall): RegisteredTool[] {
    return this.policy
      .allowedTools(this.subjectOf(call, this.keyOf(call)))
      .filter((tool) => tool.handler.unavailableReason?.() === undefined);
  }

  isAllowed(tool: string, call: OutsideCall): boolean {
    return this.policy.evaluate(tool, this.subjectOf(call, this.keyOf(call))).allowed;
  }

  async invoke(tool: string, args: unknown, call: OutsideCall, signal: AbortSignal): Promise<ToolResult> {
    const sessionKey = this.keyOf(call);
    const agentId = agentOfSession(this.config.config, sessionKey);
    const runId = randomUUID();
    const folder = this.folders.of(agentId, sessionKey, false);
    const known = (await this.sessions.find(sessionKey))?.sessionId;
    const context: ToolContext = {
      runId: `${call.via}:${runId}`,
      callId: runId,
      sessionKey,
      sessionId: known ?? `${call.via}:${runId}`,
      agentId,
      workspace: folder.path,
      readOnly: folder.readOnly,
      model: 'none',
      isOwner: true,
      origin: { channel: call.channel ?? 'webchat', account: call.account ?? 'default' },
      subject: this.subjectOf(call, sessionKey),
      provenance: NOTHING_READ,
      signal,
      update: () => undefined,
    };
    try {
      return await this.executor.execute(tool, args, context);
    } finally {
      if (known === undefined) this.leave(context);
    }
  }

  /** Nobody comes back to the room of a call without a conversation, but what the call has left running there. */
  private leave({ sessionId, sessionKey }: ToolContext): void {
    const isInUse = this.processes.all().some((each) => each.sessionKey === sessionKey && !each.running.end);
    if (!isInUse) this.events.emit('conversation.removed', { sessionId });
  }

  private keyOf(call: OutsideCall): string {
    return canonicalSessionKey(this.config.config, call.sessionKey ?? 'main', call.agentId);
  }

  private subjectOf(call: OutsideCall, sessionKey: string): PolicySubject {
    const agentId = agentOfSession(this.config.config, sessionKey);
    return {
      agentId,
      ...(call.channel ? { channel: call.channel } : {}),
      ...(call.account ? { account: call.account } : {}),
      isOwner: true,
      isSubagent: isSubagentKey(sessionKey),
      isSandboxed: isSandboxed(this.config.config, agentId, sessionKey),
      via: call.via,
    };
  }
}
