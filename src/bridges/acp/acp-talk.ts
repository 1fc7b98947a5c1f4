import type {
  ClientConnection,
  NewSessionRequest,
  NewSessionResponse,
  RequestPermissionRequest,
  RequestPermissionResponse,
  SessionUpdate,
} from '@agentclientprotocol/sdk';
import { LineStream } from '../../agent/chat/line-stream';
import { printNote } from '../../common/cli/output';
import { messageOf } from '../../common/openclaw-error';

type Sdk = typeof import('@agentclientprotocol/sdk');

export interface AcpTalkOptions {
  cwd: string;
  /** An earlier session to go on with. */
  sessionId?: string;
  /** Whether there is somebody to ask for permissions; without, they are refused. */
  canAsk: boolean;
  columns: () => number | undefined;
}

interface Question {
  request: RequestPermissionRequest;
  answer(response: RequestPermissionResponse): void;
}

/** A conversation with an agent of the protocol, shown on the terminal. */
export class AcpTalk {
  private readonly lines: LineStream;
  private readonly questions: Question[] = [];
  private connection!: ClientConnection;
  private sessionId = '';

  constructor(
    private readonly sdk: Sdk,
    private readonly options: AcpTalkOptions,
  ) {
    this.lines = new LineStream(options.columns);
  }

  /** Introduces itself and opens a session. @throws what the agent answers with */
  async open(input: WritableStream<Uint8Array>, output: ReadableStream<Uint8Array>): Promise<void> {
    this.connection = this.sdk
      .client()
      .onNotification('session/update', ({ params }) => this.show(params.update))
      .onRequest('session/request_permission', ({ params }) => this.ask(params))
      .connect(this.sdk.ndJsonStream(input, output));
    const { agent } = this.connection;
    const { agentInfo } = await agent.request('initialize', {
      protocolVersion: this.sdk.PROTOCOL_VERSION,
      clientCapabilities: {},
    });
    const place: NewSessionRequest = { cwd: this.options.cwd, mcpServers: [] };
    const { sessionId } = this.options;
    if (sessionId === undefined) {
      const opened: NewSessionResponse = await agent.request('session/new', place);
      this.sessionId = opened.sessionId;
    } else {
      await agent.request('session/load', { ...place, sessionId });
      this.lines.end();
      this.sessionId = sessionId;
    }
    printNote(`${agentInfo?.title ?? agentInfo?.name ?? 'an agent'}, session ${this.sessionId}`);
  }

  /** Says something and shows the answer. @returns why the turn ended, such as end_turn or cancelled */
  async say(text: string): Promise<string> {
    try {
      const { stopReason } = await this.connection.agent.request('session/prompt', {
        sessionId: this.sessionId,
        prompt: [{ type: 'text', text }],
      });
      return stopReason;
    } finally {
      this.lines.end();
    }
  }

  /** Stops the answer. */
  async cancel(): Promise<void> {
    for (const { answer } of this.questions.splice(0)) answer({ outcome: { outcome: 'cancelled' } });
    await this.connection.agent.notify('session/cancel', { sessionId: this.sessionId });
  }

  /** Takes a number as the answer to the question that waits. @returns whether it was one */
  answer(text: string): boolean {
    const [question] = this.questions;
    if (!question || !/^\d+$/.test(text)) return false;
    const option = question.request.options[Number(text) - 1];
    if (!option) {
      printNote(`1 to ${question.request.options.length}`);
      return true;
    }
    this.questions.shift();
    question.answer({ outcome: { outcome: 'selected', optionId: option.optionId } });
    return true;
  }

  close(): void {
    this.connection.close();
  }

  private ask(request: RequestPermissionRequest): Promise<RequestPermissionResponse> | RequestPermissionResponse {
    this.lines.end();
    const { toolCall, options } = request;
    printNote(`The agent asks for permission: ${toolCall.title ?? toolCall.toolCallId}`);
    for (const part of toolCall.content ?? [])
      if (part.type === 'content' && part.content.type === 'text')
        for (const line of part.content.text.split('\n')) printNote(`  ${line}`);
    if (!this.options.canAsk) {
      printNote('refused: there is nobody to ask');
      const no = options.find(({ kind }) => kind === 'reject_once');
      return { outcome: no ? { outcome: 'selected', optionId: no.optionId } : { outcome: 'cancelled' } };
    }
    printNote(options.map(({ name }, index) => `${index + 1}: ${name}`).join('   '));
    return new Promise((answer) => this.questions.push({ request, answer }));
  }

  private show(update: SessionUpdate): void {
    switch (update.sessionUpdate) {
      case 'user_message_chunk':
      case 'agent_message_chunk':
        if (update.content.type === 'text') this.lines.add(update.content.text);
        break;
      case 'tool_call':
        this.lines.end();
        printNote(`… ${update.title}`);
        break;
      case 'tool_call_update':
        if (update.status === 'completed' || update.status === 'failed')
          printNote(`${update.status === 'failed' ? '✗' : '✓'} ${update.title ?? update.toolCallId}`);
        break;
      default:
    }
  }
}

/** What went wrong, in the agent's words. */
export function acpFault(error: unknown): string {
  const { data } = error as { data?: { reason?: unknown } };
  return typeof data?.reason === 'string' ? data.reason : messageOf(error);
}
