import { isPlainObject } from '../../common/plain-object';
import { type Block, type ToolCard, blocksOf } from './blocks';
import {
  type AgentEvent,
  type ChatEvent,
  type Part,
  type WireHistory,
  type WireMessage,
  textOf,
} from './wire-messages';

/** A message of this terminal that the history does not show yet. Its id names the run and makes a repeat harmless. */
export interface Outgoing {
  id: string;
  text: string;
  state: 'sending' | 'sent' | 'failed';
  error?: string;
}

/** A run that goes on, or has just ended and is not in the history yet. */
interface LiveRun {
  id: string;
  text: string;
  /** Calls in their order, each with the position in the text at which it was made. */
  calls: { at: number; card: ToolCard }[];
  startedAt: number;
  ended?: ChatEvent['state'];
  error?: string;
}

/** What of the history has changed, for whoever has to read it. */
export type Due = 'nothing' | 'history';

/** The conversation that is shown, as a function of what was read and heard. The history of the gateway always wins. */
export class Conversation {
  private messages: readonly WireMessage[] = [];
  private settled: Block[] = [];
  private outgoing: Outgoing[] = [];
  private runs: LiveRun[] = [];
  private sessionId: string | undefined;
  isLoaded = false;
  hasOlder = false;
  title: string | undefined;
  model: string | undefined;
  thinking: string | undefined;

  /** @param key its full name, with the agent it belongs to */
  constructor(
    public key: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** Since when the gateway works on an answer here. */
  get busySince(): number | undefined {
    const starts = this.runs.filter(({ ended }) => ended === undefined).map(({ startedAt }) => startedAt);
    return starts.length === 0 ? undefined : Math.min(...starts);
  }

  /** What this person has said here, oldest first. */
  get saidByUser(): string[] {
    const said = this.settled.flatMap((block) => (block.kind === 'user' && block.who === undefined ? block.text : []));
    return [...said, ...this.outgoing.map(({ text }) => text)].filter((text) => text.trim() !== '');
  }

  /** Number of the first message that was read, to read those before it. */
  get firstSeq(): number | undefined {
    return this.messages[0]?.__openclaw?.seq;
  }

  /** Messages that the gateway may not have: they are sent again with the same name. */
  get unsent(): readonly Outgoing[] {
    return this.outgoing.filter(({ state }) => state === 'sending');
  }

  send(id: string, text: string): void {
    this.runs = this.runs.filter(({ ended }) => ended === undefined);
    this.outgoing.push({ id, text, state: 'sending' });
  }

  sent(id: string): void {
    this.change(id, { state: 'sent' });
  }

  failed(id: string, error: string): void {
    this.change(id, { state: 'failed', error });
  }

  /** The newest messages, or with `older` those before what is held. */
  read(history: WireHistory, older = false): void {
    // What was read of another conversation under this key does not join this one.
    if (older && history.sessionId !== this.sessionId) return;
    if (older) {
      const first = this.firstSeq ?? Infinity;
      const before = history.messages.filter(({ __openclaw }) => (__openclaw?.seq ?? Infinity) < first);
      this.hold([...before, ...this.messages]);
      this.hasOlder = history.hasMore === true && before.length > 0;
      return;
    }
    const first = history.messages[0]?.__openclaw?.seq ?? 0;
    const isSame = history.sessionId === this.sessionId;
    const kept = isSame ? this.messages.filter(({ __openclaw }) => (__openclaw?.seq ?? Infinity) < first) : [];
    // Between what is held and what was read nothing may be missing.
    const joins = (kept.at(-1)?.__openclaw?.seq ?? -1) === first - 1;
    this.hold(joins ? [...kept, ...history.messages] : history.messages);
    if (!joins || !this.isLoaded) this.hasOlder = history.hasMore === true;
    this.sessionId = history.sessionId;
    this.isLoaded = true;
    this.describe(history);
    this.settle(history);
  }

  /** @returns whether the history has to be read: something goes on that this terminal did not begin */
  hearAgent({ runId, stream, data }: AgentEvent): Due {
    const isKnown = this.runs.some(({ id }) => id === runId);
    const phase = data['phase'];
    if (stream === 'assistant' && typeof data['text'] === 'string') {
      const { text } = data;
      this.changeRun(runId, (run) => (run.text = text));
    } else if (stream === 'tool') this.changeRun(runId, (run) => hearTool(run, data));
    else if (stream === 'lifecycle' && phase === 'start') this.changeRun(runId, () => undefined);
    else return 'nothing';
    return isKnown || this.outgoing.some(({ id }) => id === runId) ? 'nothing' : 'history';
  }

  hearChat({ runId, state, message, errorMessage }: ChatEvent): Due {
    if (state === 'delta') return 'nothing';
    this.changeRun(runId, (run) => {
      run.ended = state;
      const text = message ? textOf(message.content) : '';
      if (run.text === '' && text !== '') run.text = text;
      if (errorMessage !== undefined) run.error = errorMessage;
    });
    this.change(runId, { state: 'sent' });
    return 'history';
  }

  blocks(): Block[] {
    const { live, waiting } = this.unsettled();
    return [...this.settled, ...live, ...waiting];
  }

  /** What is in the history and no longer changes by itself: the same objects until it is read again. */
  get settledBlocks(): readonly Block[] {
    return this.settled;
  }

  private unsettled(): { live: Block[]; waiting: Block[] } {
    const runIds = new Set(this.runs.map(({ id }) => id));
    const own = new Map(this.outgoing.map((message) => [message.id, message]));
    const live = this.runs.flatMap((run) => {
      const asked = own.get(run.id);
      return [...(asked ? [outgoingBlock(asked)] : []), ...runBlocks(run)];
    });
    const waiting = this.outgoing.filter(({ id }) => !runIds.has(id)).map(outgoingBlock);
    return { live, waiting };
  }

  private hold(messages: readonly WireMessage[]): void {
    this.messages = messages;
    this.settled = blocksOf(messages);
  }

  private describe({ sessionInfo, defaults, thinkingLevel }: WireHistory): void {
    // A conversation may have a name of its own in the configuration.
    if (sessionInfo) this.key = sessionInfo.key;
    this.title = sessionInfo?.label ?? undefined;
    const [provider, model] = [
      sessionInfo?.modelProvider ?? defaults?.modelProvider,
      sessionInfo?.model ?? defaults?.model,
    ];
    this.model = model === undefined ? undefined : provider === undefined ? model : `${provider}/${model}`;
    this.thinking = thinkingLevel;
  }

  private settle({ messages, inFlightRun }: WireHistory): void {
    const known = new Set<string>();
    const finished = new Set<string>();
    for (const { idempotencyKey, role, __openclaw } of messages) {
      if (idempotencyKey !== undefined) known.add(idempotencyKey);
      const { runId, pending } = __openclaw ?? {};
      if (runId === undefined) continue;
      known.add(runId);
      if (!pending && role === 'assistant') finished.add(runId);
    }
    const isOpen = (run: LiveRun): boolean =>
      run.id === inFlightRun?.runId || (run.ended === undefined && !finished.has(run.id) && known.has(run.id));
    // Why a run has failed stands nowhere else.
    this.runs = this.runs.filter((run) => isOpen(run) || (run.ended === 'error' && !finished.has(run.id)));
    if (inFlightRun) {
      const { runId, text = '' } = inFlightRun;
      this.changeRun(runId, (run) => (run.text = text.length > run.text.length ? text : run.text));
    }
    this.outgoing = this.outgoing.filter(({ id }) => !known.has(id));
  }

  /** Changes a run that has not ended; an unknown one begins. */
  private changeRun(id: string, change: (run: LiveRun) => void): void {
    let run = this.runs.find((known) => known.id === id);
    if (run?.ended !== undefined) return;
    if (!run) this.runs.push((run = { id, text: '', calls: [], startedAt: this.now() }));
    change(run);
  }

  private change(id: string, fields: Partial<Outgoing>): void {
    this.outgoing = this.outgoing.map((message) => (message.id === id ? { ...message, ...fields } : message));
  }
}

function outgoingBlock({ text, state, error }: Outgoing): Block {
  return {
    kind: 'user',
    text,
    ...(state === 'sent' ? {} : { state }),
    ...(error === undefined ? {} : { error }),
  };
}

/** Text and calls in the order in which they came. */
function runBlocks({ text, calls, ended, error }: LiveRun): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  const say = (until: number): void => {
    // eslint-disable-next-line openclaw/cut-text -- where a call was made: the text goes on behind its card
    const said = text.slice(at, until).trim();
    at = Math.max(at, until);
    if (said !== '') blocks.push({ kind: 'assistant', text: said });
  };
  for (const call of calls) {
    say(Math.min(call.at, text.length));
    blocks.push({ kind: 'tool', card: call.card });
  }
  say(text.length);
  if (ended === 'aborted') blocks.push({ kind: 'note', text: '(stopped)', isBad: false });
  if (ended === 'error') blocks.push({ kind: 'note', text: `error: ${error ?? 'unknown'}`, isBad: true });
  return blocks;
}

function hearTool(run: LiveRun, data: AgentEvent['data']): void {
  const { toolCallId, name, phase } = data;
  if (typeof toolCallId !== 'string' || typeof name !== 'string') return;
  let call = run.calls.find(({ card }) => card.id === toolCallId);
  if (!call) {
    const card: ToolCard = { id: toolCallId, name, args: data['args'], phase: 'running', text: '' };
    run.calls.push((call = { at: run.text.length, card }));
  }
  const result = phase === 'update' ? data['partialResult'] : phase === 'result' ? data['result'] : undefined;
  if (isPlainObject(result) && Array.isArray(result['content']))
    call.card.text = textOf(result['content'] as readonly Part[]);
  if (phase === 'result') call.card.phase = data['isError'] === true ? 'failed' : 'done';
}
