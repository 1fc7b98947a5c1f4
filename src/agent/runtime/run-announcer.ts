import type { DeliveryRoute } from '../../common/delivery-route';
import type { EventBus } from '../../events/event-bus';
import type { Audience } from '../../rpc/audience';
import type { ToolResult } from '../../tools/agent-tool';
import { led } from './answer-lead';
import { StreamFilter } from './reply-outcome';
import { ShownText } from './shown-text';

/** Least time between two events of the same kind while text streams, in milliseconds. */
const AGENT_INTERVAL_MS = 150;
const CHAT_INTERVAL_MS = 150;
const TURN_TEXT_INTERVAL_MS = 250;
const PIECE_INTERVAL_MS = 200;

export interface RunFacts {
  runId: string;
  sessionKey: string;
  sessionId: string;
  agentId: string;
  /** What clients call the runs that the turn answers, its own first; more may join it. */
  names(): readonly string[];
  /** Spelling of the session key that the caller used. */
  spelledKey?: string;
  route?: DeliveryRoute;
  /** Tool events reach protocol 3 clients only at this level. */
  verbose: boolean;
}

type Payload = Record<string, unknown>;

/** What a run has said and thought so far; clients that get pieces only go on from it. */
export interface LiveText {
  text: string;
  thinking: string;
}

const WHOLE: Audience = { kind: 'whole' };
const PIECES: Audience = { kind: 'pieces' };

/**
 * Tells clients (events `agent` and `chat`) and channels (event `turn.text`) about one run while it goes on.
 * Text is merged so that a fast stream costs few events; the final event always carries the whole text.
 */
export class RunAnnouncer {
  private seq = 0;
  /** What the run has said so far. */
  private said = new ShownText();
  /** Its text at the end, where that is another one. */
  private ending: string | undefined;
  private filter = new StreamFilter();
  /** Where the text of the present step begins. */
  private stepAt = 0;
  private thinking = '';
  private thinkingShown = '';
  private agentShown = '';
  private piecesShown = '';
  private piecesAt = -Infinity;
  private chatShown = '';
  private agentAt = -Infinity;
  private chatAt = -Infinity;
  private turnTextShown = '';
  /** What stands before the answer in its chat. */
  private lead: string | undefined;
  private turnTextAt = -Infinity;
  private flushTimer: NodeJS.Timeout | undefined;
  private ended = false;
  private startedAt = 0;

  constructor(
    private readonly events: EventBus,
    private readonly facts: RunFacts,
  ) {}

  started(startedAt: number): void {
    this.startedAt = startedAt;
    this.agent('lifecycle', { phase: 'start', startedAt, sessionId: this.facts.sessionId });
    this.events.emit('turn.started', { runId: this.facts.runId, sessionKey: this.facts.sessionKey, ...this.route() });
  }

  textDelta(delta: string): void {
    const visible = this.filter.add(delta);
    if (visible === '' || this.ended) return;
    this.said.add(visible);
    this.flush(false);
  }

  /** From now on the answer is told in its chat with this before it. */
  ledBy(lead: string | undefined): void {
    this.lead = lead;
  }

  thinkingDelta(delta: string): void {
    if (delta === '' || this.ended) return;
    this.thinking += delta;
    this.flush(false);
  }

  get soFar(): LiveText {
    return { text: this.piecesShown, thinking: this.thinkingShown };
  }

  /** A new model step begins: its text stands apart from what was said before. */
  nextStep(): void {
    this.filter = new StreamFilter();
    if (this.said.length > 0 && !this.said.endsWith('\n\n')) this.said.add('\n\n');
    this.stepAt = this.said.length;
  }

  /** What the present step has said so far was none of its answer. */
  textRetracted(): void {
    this.filter = new StreamFilter();
    if (this.ended) return;
    this.said.cutTo(this.stepAt);
    this.flush(false);
  }

  toolStarted(name: string, toolCallId: string, args: unknown): void {
    this.flush(true);
    this.tool({ phase: 'start', name, toolCallId, args });
    const { runId, sessionKey } = this.facts;
    this.events.emit('turn.tool', { runId, sessionKey, ...this.route(), tool: name });
  }

  toolUpdated(name: string, toolCallId: string, partialResult: ToolResult): void {
    this.tool({ phase: 'update', name, toolCallId, partialResult });
  }

  toolFinished(name: string, toolCallId: string, result: ToolResult): void {
    const isError = result.isError === true;
    this.tool({ phase: 'result', name, toolCallId, isError, result });
    this.events.emit('tool.ended', { tool: name, isError });
  }

  /** The run has answered and everything is on disk. */
  final(text: string, message: Payload | undefined, stopReason: string): void {
    this.end(text);
    this.agent('lifecycle', { phase: 'end', ...this.times(stopReason), aborted: false });
    const seq = this.seq;
    this.chat({ state: 'final', ...(message ? { message } : {}) }, seq, { stopReason }, false, WHOLE);
    // The others have the text, and read what is on disk.
    this.chat({ state: 'final' }, seq, { stopReason }, false, PIECES);
    this.endOthers({ state: 'final' });
  }

  aborted(text: string, stopReason: string): void {
    this.end(undefined);
    const message = { role: 'assistant', content: [{ type: 'text', text }], timestamp: Date.now() };
    const seq = this.seq + 1;
    this.chat({ state: 'aborted', stopReason }, seq, text === '' ? {} : { message }, true);
    this.agent('lifecycle', { phase: 'end', ...this.times(stopReason), aborted: true });
    this.endOthers({ state: 'aborted', stopReason });
  }

  failed(errorMessage: string, errorKind: string): void {
    this.end(undefined);
    this.agent('lifecycle', { phase: 'error', error: errorMessage, ...this.times('error') });
    this.chat({ state: 'error', errorMessage }, this.seq, { errorKind }, true);
    this.endOthers({ state: 'error', errorMessage });
  }

  /** Stops timers of a run that goes on elsewhere (shutdown, lost lane) without telling an end. */
  silence(): void {
    this.ended = true;
    clearTimeout(this.flushTimer);
  }

  private times(stopReason: string): Payload {
    return { sessionId: this.facts.sessionId, startedAt: this.startedAt, endedAt: Date.now(), stopReason };
  }

  private end(text: string | undefined): void {
    clearTimeout(this.flushTimer);
    if (text !== undefined && text !== '') this.ending = text;
    if (text !== undefined && text !== this.agentShown && text !== '') this.announceAgentText();
    this.announcePieces();
    this.ended = true;
  }

  private flush(force: boolean): void {
    const now = performance.now();
    if (this.areBehind && (force || now - this.piecesAt >= PIECE_INTERVAL_MS)) {
      this.piecesAt = now;
      this.announcePieces();
    }
    if (this.text !== this.agentShown && (force || now - this.agentAt >= AGENT_INTERVAL_MS)) {
      this.agentAt = now;
      this.announceAgentText();
    }
    if (this.text !== this.chatShown && (force || now - this.chatAt >= CHAT_INTERVAL_MS)) {
      this.chatAt = now;
      this.announceChatText();
    }
    if (this.isRouteBehind && (force || now - this.turnTextAt >= TURN_TEXT_INTERVAL_MS)) {
      this.turnTextAt = now;
      this.turnTextShown = this.text;
      this.events.emit('turn.text', {
        runId: this.facts.runId,
        sessionKey: this.facts.sessionKey,
        ...this.route(),
        text: led(this.text, this.lead, true),
      });
    }
    clearTimeout(this.flushTimer);
    if (this.text !== this.agentShown || this.text !== this.chatShown || this.areBehind || this.isRouteBehind) {
      this.flushTimer = setTimeout(() => this.flush(false), AGENT_INTERVAL_MS);
    }
  }

  /** Text that is visible now. */
  private get text(): string {
    return this.ending ?? this.said.text;
  }

  private get isRouteBehind(): boolean {
    return this.facts.route !== undefined && this.text !== this.turnTextShown;
  }

  private announceAgentText(): void {
    const shown = this.text;
    const delta = shown.startsWith(this.agentShown) ? shown.slice(this.agentShown.length) : shown;
    this.agentShown = shown;
    this.events.emit('run.text', { runId: this.facts.runId, text: shown });
    this.agent('assistant', { text: shown, delta }, WHOLE);
  }

  /** Pieces of thoughts and text say where they belong: a client that has missed one reads the whole again. */
  private announcePieces(): void {
    const { text, thinking } = this;
    if (thinking !== this.thinkingShown)
      this.piece({ at: this.thinkingShown.length, thought: thinking.slice(this.thinkingShown.length) });
    this.thinkingShown = thinking;
    if (text === this.piecesShown) return;
    const at = sharedLength(text, this.piecesShown);
    this.piecesShown = text;
    this.piece({ at, text: text.slice(at) });
  }

  private get areBehind(): boolean {
    return this.text !== this.piecesShown || this.thinking !== this.thinkingShown;
  }

  /** No more than has to be said: many come, and what stands around them is most of a small one. */
  private piece(data: Payload): void {
    const { sessionKey } = this.facts;
    this.events.emit('wire.event', {
      event: 'piece',
      payload: { runId: this.name, ...data },
      audience: { kind: 'pieces', following: sessionKey },
    });
  }

  private announceChatText(): void {
    const shown = this.text;
    const deltaText = shown.startsWith(this.chatShown) ? shown.slice(this.chatShown.length) : shown;
    this.chatShown = shown;
    const message = { role: 'assistant', content: [{ type: 'text', text: shown }], timestamp: Date.now() };
    this.chat({ state: 'delta', message }, this.seq, { deltaText }, false, WHOLE);
  }

  private agent(stream: string, data: Payload, audience?: Audience): void {
    const { sessionKey, agentId } = this.facts;
    const payloadV3 = { runId: this.name, stream, data, sessionKey, seq: ++this.seq, ts: Date.now() };
    this.events.emit('wire.event', {
      event: 'agent',
      payload: { ...payloadV3, agentId, isHeartbeat: false },
      payloadV3,
      ...(audience ? { audience } : {}),
    });
  }

  private tool(data: Payload): void {
    const { verbose, sessionKey } = this.facts;
    this.agent('tool', data, { kind: 'tools', following: sessionKey, verbose });
    const { agentId } = this.facts;
    this.events.emit('wire.event', {
      event: 'session.tool',
      payload: { runId: this.name, stream: 'tool', data, sessionKey, agentId, seq: this.seq, ts: Date.now() },
      audience: { kind: 'tools-of-others', following: sessionKey, verbose },
    });
  }

  /** @param echoSpelling protocol 3 echoes the caller's spelling of the key in answers that did not stream */
  private chat(fields: Payload, seq: number, v4: Payload, echoSpelling = false, audience?: Audience): void {
    const { sessionKey, agentId, spelledKey } = this.facts;
    const shared = { runId: this.name, seq, ...fields };
    this.events.emit('wire.event', {
      event: 'chat',
      payload: { ...shared, sessionKey, agentId, ...v4 },
      payloadV3: { ...shared, sessionKey: echoSpelling ? (spelledKey ?? sessionKey) : sessionKey },
      ...(audience ? { audience } : {}),
    });
  }

  private endOthers(fields: Payload): void {
    const { sessionKey, agentId } = this.facts;
    for (const runId of this.facts.names().slice(1)) {
      this.events.emit('wire.event', { event: 'chat', payload: { runId, sessionKey, agentId, seq: 0, ...fields } });
    }
  }

  /** What clients call this run. */
  private get name(): string {
    return this.facts.names()[0] ?? this.facts.runId;
  }

  private route(): { route?: DeliveryRoute } {
    return this.facts.route ? { route: this.facts.route } : {};
  }
}

/** Characters with which both begin. */
function sharedLength(a: string, b: string): number {
  if (a.startsWith(b)) return b.length;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
