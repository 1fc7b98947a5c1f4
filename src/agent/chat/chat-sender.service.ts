import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import { IntakeLine } from '../../inbox/intake-line';
import { type RpcCaller, callerKey } from '../../rpc/rpc-context';
import { RpcError, invalidRequest } from '../../rpc/rpc-error';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import { isStopRequest } from '../commands/chat-command';
import { ChatCommands } from '../commands/chat-commands.service';
import { giverOf } from '../commands/command-giver';
import { CommandLane } from '../commands/command-lane.service';
import { SessionBranches } from '../sessions/session-branches.service';
import { LaneService } from '../turns/lane.service';
import type { RunOutcome } from '../turns/run-outcome.service';
import { attachedTo } from '../turns/turn-messages';
import { AgentIntake, type RequestKey, isWrittenBy } from './agent-intake.service';
import { Attachments } from './attachments';
import type { ChatSendParams } from './chat.dto';

/** What became of a message: a run of that name, or the runs that it has stopped. */
export type SendReceipt =
  { runId: string; status: 'started' | 'in_flight' | 'ok' } | { ok: true; aborted: boolean; runIds: string[] };

/** Takes what clients say in a session: to the assistant, as a command, or to stop what runs. */
@Injectable()
export class ChatSender {
  constructor(
    private readonly config: ConfigService,
    private readonly intake: AgentIntake,
    private readonly commandLane: CommandLane,
    private readonly lanes: LaneService,
    private readonly commands: ChatCommands,
    private readonly attachments: Attachments,
    private readonly line: IntakeLine,
    private readonly branches: SessionBranches,
  ) {}

  /** @throws RpcError INVALID_REQUEST; UNAVAILABLE for a key whose run has failed */
  async send(params: ChatSendParams, caller: RpcCaller): Promise<SendReceipt> {
    const sessionKey = canonicalSessionKey(this.config.config, params.sessionKey, params.agentId);
    // Who wants a run to stop does not wait for what was said before.
    if (this.commands.isUrgent(params.message)) return this.take(params, sessionKey, caller);
    return this.line.run(sessionKey, () => this.take(params, sessionKey, caller));
  }

  private async take(params: ChatSendParams, sessionKey: string, caller: RpcCaller): Promise<SendReceipt> {
    const request = { via: 'chat', caller, key: params.idempotencyKey } as const;
    const text = params.message.trim();
    const { insteadOf } = params;
    if (insteadOf !== undefined || (params.attachments && params.attachments.length > 0)) {
      // Listening and reading cost something, and going back happens once: a repeated request does not do it again.
      const known = await this.intake.known(request);
      if (known) return replay(known.row.runName, known.outcome);
    }
    const { images, texts } = await this.attachments.read(params.attachments, {
      agentId: agentOfSession(this.config.config, sessionKey),
      sessionKey,
      isOwner: true,
    });
    if (insteadOf !== undefined) {
      if (text.startsWith('/')) throw invalidRequest('insteadOf: a command is not said instead of a message');
      const kept = attachedTo(await this.branches.toReplace(sessionKey, insteadOf, rewindName(request)));
      images.unshift(...kept.images);
      texts.unshift(...kept.files);
    }
    if (text === '' && images.length === 0 && texts.length === 0)
      throw invalidRequest('message or attachment required');
    if (insteadOf !== undefined)
      await this.branches.rewind(sessionKey, insteadOf, (row) => isWrittenBy(caller, row), rewindName(request));

    if (isStopRequest(text)) {
      this.commandLane.abort(sessionKey);
      const runIds = await this.lanes.stop(sessionKey, undefined, 'stop');
      runIds.push(...(await this.lanes.dropWaiting(sessionKey, 'stop')));
      // Whoever stops nothing is told so.
      const idle = runIds.length === 0 ? this.commands.plan('/stop', sessionKey, giverOf(caller)) : undefined;
      if (idle?.kind === 'command')
        await this.intake.accept({
          ...request,
          sessionKey,
          spelledKey: params.sessionKey,
          text,
          images: [],
          files: [],
          command: idle.wish,
        });
      return { ok: true, aborted: runIds.length > 0, runIds };
    }
    const isPlain = params.suppressCommandInterpretation || (!text.includes('/') && !this.commands.isCommand(text));
    const plan = isPlain ? undefined : this.commands.plan(text, sessionKey, giverOf(caller));
    const overrides = plan?.kind === 'words' ? plan.overrides : undefined;
    const receipt = await this.intake.accept({
      ...request,
      sessionKey,
      spelledKey: params.sessionKey,
      text: plan?.kind === 'words' ? plan.text : text,
      images,
      files: texts,
      ...(params.thinking ? { thinking: params.thinking } : {}),
      ...(params.timeoutMs ? { timeoutMs: params.timeoutMs } : {}),
      ...(overrides ? { overrides } : {}),
      ...(plan?.kind === 'command' ? { command: plan.wish } : {}),
      ...((params.queueMode ?? overrides?.queueMode) ? { queueMode: params.queueMode ?? overrides?.queueMode } : {}),
    });
    const { runName } = receipt.row;
    return receipt.duplicate ? replay(runName, receipt.outcome) : { runId: runName, status: 'started' };
  }
}

/** Names the going back of a request: its repetition finds it done. */
const rewindName = ({ caller, key }: RequestKey): string => `${callerKey(caller)}/${key}`;

/** Answer to a key that was used before. */
function replay(runId: string, outcome: RunOutcome | undefined): SendReceipt {
  if (outcome?.state !== 'ended') return { runId, status: 'in_flight' };
  if (outcome.outcome === 'failed') {
    const summary = outcome.reason ?? 'failed';
    throw new RpcError('UNAVAILABLE', summary, { payload: { runId, status: 'error', summary } });
  }
  return { runId, status: 'ok' };
}
