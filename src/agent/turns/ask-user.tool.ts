import { Injectable } from '@nestjs/common';
import type { ReplyButton } from '../../common/chat-media';
import { cutText } from '../../common/cut-text';
import { timerMs } from '../../common/sleep';
import { Doc, Hidden, Int, Opt, StrList, Text } from '../../common/validation/fields';
import { EventBus } from '../../events/event-bus';
import { OutboundPort } from '../../events/outbound-port';
import { InboxStore } from '../../inbox/inbox.store';
import { DatabaseService } from '../../storage/database.service';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../../tools/agent-tool';
import { Leaves } from '../../tools/provenance/sinks';
import { isAnswer } from './asked-person';
import { AskedQuestions } from './asked-questions.service';

const DEFAULT_TIMEOUT_SECONDS = 300;
const MOST_BUTTON_BYTES = 64;
export const ASK_USER = 'ask_user';

@Leaves<AskUserParams>({ question: 'own', options: 'own', timeoutSeconds: 'none' })
export class AskUserParams {
  @Text({ max: 2000 })
  @Doc('The question, so that it can be answered without reading anything else.')
  question!: string;
  @Opt() @StrList({ max: 10 }) @Doc('Answers to choose from; other answers stay possible.') options?: string[];
  @Opt() @Hidden() @Int({ min: 5, max: 3600 }) timeoutSeconds?: number;
}

/** Asks in the middle of a turn. The answer is the next message of the conversation; it joins the running turn. */
@Injectable()
@AgentTool({
  name: ASK_USER,
  description: 'Ask the person a question and wait for the answer, when you can not go on without it.',
  params: AskUserParams,
  idempotent: true,
  whilePlanning: true,
  core: false,
  origin: 'gateway',
})
export class AskUserTool {
  constructor(
    private readonly inbox: InboxStore,
    private readonly outbound: OutboundPort,
    private readonly database: DatabaseService,
    private readonly events: EventBus,
    private readonly questions: AskedQuestions,
  ) {}

  async execute(params: AskUserParams, context: ToolContext): Promise<ToolResult> {
    const { question, options = [] } = params;
    const text = [question, ...options.map((option, index) => `${index + 1}. ${option}`)].join('\n');
    await this.deliver(text, options, context);
    context.update({
      content: [{ type: 'text', text }],
      details: { status: 'waiting', question: params.question, options: params.options ?? [] },
    });
    const seconds = params.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    const end = await this.asked(params, context, seconds * 1000);
    if (end === 'declined') throw new ToolError('approval_denied', 'they do not want to answer; go on without');
    if (end === 'late')
      throw new ToolError(
        context.signal.aborted ? 'aborted' : 'timeout',
        `nobody answered within ${seconds} s; go on without, or say what you need`,
      );
    return textResult('The answer follows as the next message.', {
      question: params.question,
      options: params.options ?? [],
    });
  }

  /** In a chat the question is a message of its own; in a connected client the tool's card shows it. */
  private async deliver(
    text: string,
    options: readonly string[],
    { origin, runId, callId }: ToolContext,
  ): Promise<void> {
    const { to } = origin;
    if (to === undefined) return;
    const announce = await this.database.write('ask-user', (transaction) =>
      this.outbound.enqueueIn(transaction, {
        runId: `ask:${runId}:${callId}`,
        route: { ...origin, to },
        texts: [text],
        ...(options.length > 0 ? { buttons: options.map(buttonOf) } : {}),
      }),
    );
    announce();
  }

  /** Clients of the owner see what the owner is asked, wherever that was, and may answer it. */
  private async asked(
    { question, options = [] }: AskUserParams,
    context: ToolContext,
    timeoutMs: number,
  ): Promise<'answered' | 'declined' | 'late'> {
    if (!context.isOwner) return (await this.answered(context, timeoutMs)) ? 'answered' : 'late';
    const declined = new AbortController();
    const { agentId, sessionKey, runId, callId } = context;
    const now = Date.now();
    const close = this.questions.open(
      { agentId, sessionKey, runId, callId, question, options, createdAtMs: now, expiresAtMs: now + timeoutMs },
      () => declined.abort(),
    );
    let isAnswered = false;
    try {
      const signal = AbortSignal.any([context.signal, declined.signal]);
      isAnswered = await this.answered({ ...context, signal }, timeoutMs);
    } finally {
      close(isAnswered);
    }
    if (declined.signal.aborted) return 'declined';
    return isAnswered ? 'answered' : 'late';
  }

  private async answered(context: ToolContext, timeoutMs: number): Promise<boolean> {
    const asked = {
      isOwner: context.isOwner,
      ...(context.subject.senders ? { senders: context.subject.senders } : {}),
    };
    const waiting = async (): Promise<boolean> =>
      (await this.inbox.ready(context.sessionKey)).some(({ message }) => isAnswer(message, asked));
    if (await waiting()) return true;
    return new Promise((resolve) => {
      const settle = (found: boolean): void => {
        clearTimeout(timer);
        for (const unsubscribe of unsubscribes) unsubscribe();
        context.signal.removeEventListener('abort', stop);
        resolve(found);
      };
      const stop = (): void => settle(false);
      const timer = setTimeout(stop, timerMs(timeoutMs));
      const look = (): void =>
        void waiting().then(
          (found) => (found || context.signal.aborted ? settle(found) : undefined),
          () => undefined,
        );
      const lookFor = ({ sessionKey }: { sessionKey: string }): void => {
        if (sessionKey === context.sessionKey) look();
      };
      // An answer behind a command counts when that is carried out, or is taken back.
      const unsubscribes = [
        this.events.on('inbox.accepted', lookFor, 'anywhere'),
        this.events.on('command.closed', lookFor, 'anywhere'),
        this.events.on('turn.closed', lookFor, 'anywhere'),
        this.events.on('replicas.look', look),
      ];
      context.signal.addEventListener('abort', stop, { once: true });
      look();
    });
  }
}

/** What is too long for a button says its number, as it stands in the question. */
function buttonOf(option: string, index: number): ReplyButton[] {
  const says = Buffer.byteLength(option) <= MOST_BUTTON_BYTES ? option : String(index + 1);
  return [{ label: cutText(option, MOST_BUTTON_BYTES), says }];
}
