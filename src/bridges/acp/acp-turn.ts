import type {
  AgentContext,
  PermissionOptionKind,
  RequestPermissionResponse,
  SessionUpdate,
  StopReason,
} from '@agentclientprotocol/sdk';
import { isPlainObject } from '../../common/plain-object';
import { GrowingText } from '../../common/text/growing-text';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import type { EventFrame } from '../../gateway/protocol/frames';
import type { ApprovalDecision } from '../../tools/approvals/approval-decision';
import type { PendingApproval } from '../../tools/approvals/pending-approval';
import { contentOf, kindOf, locationsOf, titleOf } from './acp-content';

const ANSWERS: Readonly<Record<ApprovalDecision, { name: string; kind: PermissionOptionKind }>> = {
  'allow-once': { name: 'Allow once', kind: 'allow_once' },
  'allow-session': { name: 'Allow for this conversation', kind: 'allow_always' },
  'allow-always': { name: 'Always allow', kind: 'allow_always' },
  deny: { name: 'Deny', kind: 'reject_once' },
};

/** One run of the gateway, told to an editor as it goes on. */
export class AcpTurn {
  /** Settles when the run has ended. */
  readonly ended: Promise<StopReason>;
  private end!: (reason: StopReason) => void;
  private fail!: (error: Error) => void;
  private readonly text = new GrowingText();
  /** Calls that have begun and not ended: name by id. */
  private readonly calls = new Map<string, string>();
  private readonly questions = new Map<string, AbortController>();
  /** Updates go out one after the other. */
  private line: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly gateway: GatewayClient,
    private readonly editor: AgentContext,
    private readonly sessionId: string,
    readonly runId: string,
  ) {
    this.ended = new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
    this.ended.catch(() => undefined);
  }

  /** Takes what of the gateway's events belongs to the run. */
  receive({ event, payload }: EventFrame): void {
    if (!isPlainObject(payload)) return;
    if (event === 'exec.approval.requested') this.ask(payload as unknown as PendingApproval);
    else if (event === 'exec.approval.resolved') this.questions.get(String(payload['id']))?.abort();
    else if (payload['runId'] !== this.runId) return;
    else if (event === 'agent' && isPlainObject(payload['data']))
      this.progress(String(payload['stream']), payload['data']);
    else if (event === 'chat') this.chat(payload);
  }

  /** The connection to the gateway is gone. */
  broken(error: Error): void {
    this.close();
    this.fail(error);
  }

  private progress(stream: string, data: Record<string, unknown>): void {
    if (stream === 'assistant' && typeof data['text'] === 'string') this.say(this.text.grow(data['text']));
    else if (stream === 'tool') this.tool(data);
  }

  private tool(data: Record<string, unknown>): void {
    const { phase, args } = data;
    const [name, toolCallId] = [String(data['name']), String(data['toolCallId'])];
    if (phase === 'start') {
      this.calls.set(toolCallId, name);
      this.tell({
        sessionUpdate: 'tool_call',
        toolCallId,
        title: titleOf(name, args),
        kind: kindOf(name),
        status: 'in_progress',
        rawInput: args,
        locations: locationsOf(args),
      });
    } else if (phase === 'update')
      this.tell({
        sessionUpdate: 'tool_call_update',
        toolCallId,
        status: 'in_progress',
        content: contentOf(data['partialResult']),
      });
    else if (phase === 'result') {
      this.calls.delete(toolCallId);
      this.tell({
        sessionUpdate: 'tool_call_update',
        toolCallId,
        status: data['isError'] === true ? 'failed' : 'completed',
        content: contentOf(data['result']),
        rawOutput: data['result'],
      });
    }
  }

  private chat(payload: Record<string, unknown>): void {
    const { state, message, stopReason } = payload;
    if (state === 'final') {
      const parts =
        isPlainObject(message) && Array.isArray(message['content']) ? (message['content'] as unknown[]) : [];
      const text = parts
        .map((part) => (isPlainObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
        .join('');
      if (text !== '') this.say(this.text.end(text));
      this.finish(stopReason === 'length' ? 'max_tokens' : 'end_turn');
    } else if (state === 'aborted') this.finish('cancelled');
    else if (state === 'error') this.broken(new Error(String(payload['errorMessage'] ?? 'the run failed')));
  }

  private say(piece: string): void {
    if (piece !== '') this.tell({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: piece } });
  }

  private ask(pending: PendingApproval): void {
    const { request, id, hash, choices } = pending;
    if ((request.runName ?? request.runId) !== this.runId) return;
    const decided = new AbortController();
    this.questions.set(id, decided);
    const [toolCallId = id] = [...this.calls].findLast(([, name]) => name === request.tool) ?? [];
    const asked: Promise<RequestPermissionResponse> = this.editor.request(
      'session/request_permission',
      {
        sessionId: this.sessionId,
        toolCall: {
          toolCallId,
          title: request.command,
          kind: kindOf(request.tool),
          status: 'pending',
          content: [{ type: 'content', content: { type: 'text', text: request.reason } }],
        },
        options: choices.map((optionId) => ({ optionId, ...ANSWERS[optionId] })),
      },
      { cancellationSignal: decided.signal },
    );
    asked
      .then(async ({ outcome }) => {
        if (decided.signal.aborted) return;
        const decision = outcome.outcome === 'selected' ? outcome.optionId : 'deny';
        await this.gateway.call('exec.approval.resolve', { id, decision, hash });
      })
      // Decided elsewhere, or the editor can't ask: the question stays open for others, and ends by itself.
      .catch(() => undefined)
      .finally(() => this.questions.delete(id));
  }

  private tell(update: SessionUpdate): void {
    this.line = this.line
      .then(() => this.editor.notify('session/update', { sessionId: this.sessionId, update }))
      .catch(() => undefined);
  }

  private finish(reason: StopReason): void {
    this.close();
    void this.line.then(() => this.end(reason));
  }

  private close(): void {
    for (const question of this.questions.values()) question.abort();
  }
}
