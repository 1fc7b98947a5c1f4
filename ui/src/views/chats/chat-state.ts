import {
  type AgentEvent,
  type ChatEvent,
  type HistoryMessage,
  type HistoryPayload,
  type Piece,
  type ToolEventData,
  type ToolResult,
  textOf,
} from './chat-types';

/** A message of this page that the history does not show yet. Its id is the run's id and makes a repeat harmless. */
export interface Outgoing {
  id: string;
  text: string;
  at: number;
  state: 'sending' | 'sent' | 'failed';
  error?: string;
  /** Joins what is being done now instead of waiting for its end. */
  steers?: boolean;
  /** Files that go with it; what they hold is kept elsewhere until the gateway has it. */
  files?: { name: string; size: number }[];
  /** Id of the message that it is said instead of. */
  insteadOf?: string;
}

export interface LiveTool {
  id: string;
  name: string;
  args: unknown;
  /** `waiting`: for somebody's decision. */
  phase: 'running' | 'waiting' | 'done' | 'failed';
  result?: ToolResult;
}

/** A run that goes on, or has just ended and is not in the history yet. */
export interface LiveRun {
  id: string;
  text: string;
  thinking: string;
  tools: LiveTool[];
  /** Positions in the text at which it went on to do something. */
  cuts?: number[];
  ended?: 'final' | 'aborted' | 'error';
  error?: string;
  /** A piece is missing: the whole has to be read again. */
  isTorn?: boolean;
}

export interface ChatState {
  sessionKey: string;
  loaded: boolean;
  loadError?: string;
  sessionId?: string;
  /** A part of the conversation without gaps, oldest first; behind it what is not answered yet. */
  messages: HistoryMessage[];
  hasOlder: boolean;
  hasNewer: boolean;
  outgoing: Outgoing[];
  runs: LiveRun[];
}

/** Where a part of the history goes: it is all that is shown, or joins what is shown at its beginning or end. */
export type HistoryPart = 'whole' | 'older' | 'newer';

/** More than this is not held: what is farthest from the reader goes, and can be read again. */
const MOST_HELD = 1000;

export type ChatAction =
  | { type: 'open'; sessionKey: string; outgoing: Outgoing[] }
  | { type: 'history'; payload: HistoryPayload; part: HistoryPart; sessionKey: string }
  | { type: 'history-failed'; error: string; sessionKey: string }
  | { type: 'send'; outgoing: Outgoing }
  | { type: 'sent'; id: string }
  | { type: 'send-failed'; id: string; error: string }
  | { type: 'discard'; id: string }
  | { type: 'streamed'; events: readonly (AgentEvent | Piece)[] }
  | { type: 'chat'; event: ChatEvent };

export const emptyChat = (sessionKey: string, outgoing: Outgoing[] = []): ChatState => ({
  sessionKey,
  loaded: false,
  messages: [],
  hasOlder: false,
  hasNewer: false,
  outgoing,
  runs: [],
});

/** The whole conversation view as a function of what happened. The history of the gateway always wins. */
export function reduceChat(state: ChatState, action: ChatAction): ChatState {
  switch (action.type) {
    case 'open':
      return emptyChat(action.sessionKey, action.outgoing);
    case 'history':
      return action.sessionKey === state.sessionKey ? withHistory(state, action.payload, action.part) : state;
    case 'history-failed':
      return action.sessionKey === state.sessionKey ? { ...state, loadError: action.error } : state;
    case 'send':
      return { ...state, outgoing: [...state.outgoing.filter(({ id }) => id !== action.outgoing.id), action.outgoing] };
    case 'sent':
      return { ...state, outgoing: changed(state.outgoing, action.id, { state: 'sent', error: undefined }) };
    case 'send-failed':
      return { ...state, outgoing: changed(state.outgoing, action.id, { state: 'failed', error: action.error }) };
    case 'discard':
      return { ...state, outgoing: state.outgoing.filter(({ id }) => id !== action.id) };
    case 'streamed':
      return action.events.reduce((next, event) => {
        if (!('stream' in event)) return withPiece(next, event);
        return event.sessionKey === state.sessionKey ? withAgentEvent(next, event) : next;
      }, state);
    case 'chat':
      return action.event.sessionKey === state.sessionKey ? withChatEvent(state, action.event) : state;
  }
}

/** Runs that can be stopped. */
export const activeRuns = (state: ChatState): LiveRun[] => state.runs.filter((run) => run.ended === undefined);

export const seqOf = (message: HistoryMessage | undefined): number | undefined => message?.__openclaw?.seq;

/** Number of the last message that is shown and can't change any more. */
export const lastSeq = ({ messages }: ChatState): number | undefined =>
  seqOf(messages.findLast((message) => seqOf(message) !== undefined));

function joined(state: ChatState, payload: HistoryPayload, part: HistoryPart): Partial<ChatState> {
  const { messages, hasMore = false, hasNewer = false } = payload;
  if (part === 'whole') return { messages, hasOlder: hasMore, hasNewer };
  if (part === 'older') {
    const first = seqOf(state.messages[0]) ?? Infinity;
    const all = [...messages.filter((message) => (seqOf(message) ?? Infinity) < first), ...state.messages];
    const held = all.slice(0, MOST_HELD);
    return { messages: held, hasOlder: hasMore, hasNewer: state.hasNewer || held.length < all.length };
  }
  const last = lastSeq(state) ?? 0;
  const settled = state.messages.filter((message) => seqOf(message) !== undefined);
  const all = [...settled, ...messages.filter((message) => (seqOf(message) ?? Infinity) > last)];
  const held = all.slice(-MOST_HELD);
  return { messages: held, hasOlder: state.hasOlder || held.length < all.length, hasNewer };
}

function withHistory(state: ChatState, payload: HistoryPayload, part: HistoryPart): ChatState {
  // What was read of another conversation under the key does not join this one.
  if (part !== 'whole' && payload.sessionId !== state.sessionId) return state;
  const { inFlightRun, messages: read } = payload;
  const next = { ...state, ...joined(state, payload, part) };
  // An older part says nothing about what goes on.
  if (part === 'older') return next;
  const known = new Set<string>();
  const finished = new Set<string>();
  for (const message of read) {
    if (message.idempotencyKey) known.add(message.idempotencyKey);
    const { runId, pending } = message.__openclaw ?? {};
    if (runId) known.add(runId);
    if (runId && !pending && message.role === 'assistant') finished.add(runId);
  }
  const runs = state.runs.filter((run) => !finished.has(run.id) && (run.ended === undefined || run.ended === 'error'));
  if (inFlightRun) {
    const { runId, text = '', thinking = '' } = inFlightRun;
    const at = runs.findIndex((run) => run.id === runId);
    const run = runs[at] ?? { id: runId, text: '', thinking: '', tools: [] };
    const live: LiveRun = {
      ...run,
      text: run.isTorn || text.length > run.text.length ? text : run.text,
      thinking: run.isTorn || thinking.length > run.thinking.length ? thinking : run.thinking,
      isTorn: false,
    };
    if (at < 0) runs.push(live);
    else runs[at] = live;
  }
  return {
    sessionKey: state.sessionKey,
    ...(payload.sessionId === undefined ? {} : { sessionId: payload.sessionId }),
    loaded: true,
    messages: next.messages,
    hasOlder: next.hasOlder,
    hasNewer: next.hasNewer,
    outgoing: state.outgoing.filter(({ id }) => !known.has(id)),
    // A run that the gateway no longer works on and that left nothing behind is over.
    runs: runs.filter((run) => run.ended === 'error' || run.id === inFlightRun?.runId || known.has(run.id)),
  };
}

function withAgentEvent(state: ChatState, { runId, stream, data }: AgentEvent): ChatState {
  if (stream === 'tool')
    return changeRun(state, runId, (run) => ({
      ...run,
      tools: withTool(run.tools, data as unknown as ToolEventData),
      ...(data['phase'] === 'start' ? { cuts: [...(run.cuts ?? []), run.text.length] } : {}),
    }));
  if (stream === 'lifecycle' && data['phase'] === 'start') return changeRun(state, runId, (run) => run);
  return state;
}

/** A piece says where it belongs; one that would leave a gap is not taken. Of runs that are not known it says nothing. */
function withPiece(state: ChatState, { runId, at, text, thought }: Piece): ChatState {
  const run = state.runs.find(({ id }) => id === runId);
  if (!run || run.ended !== undefined) return state;
  const field = text === undefined ? 'thinking' : 'text';
  // eslint-disable-next-line openclaw/cut-text -- a position of the protocol: what comes after it is replaced
  const before = run[field].slice(0, at);
  return changeRun(state, runId, () =>
    at > run[field].length ? { ...run, isTorn: true } : { ...run, [field]: before + (text ?? thought ?? '') },
  );
}

function withTool(tools: LiveTool[], data: ToolEventData): LiveTool[] {
  const { toolCallId: id, name, phase } = data;
  const known = tools.find((tool) => tool.id === id);
  const base: LiveTool = known ?? { id, name, args: data.args, phase: 'running' };
  const next: LiveTool =
    phase === 'start'
      ? base
      : phase === 'update'
        ? { ...base, ...(data.partialResult ? { result: data.partialResult } : {}) }
        : { ...base, phase: data.isError ? 'failed' : 'done', ...(data.result ? { result: data.result } : {}) };
  return known ? tools.map((tool) => (tool.id === id ? next : tool)) : [...tools, next];
}

function withChatEvent(state: ChatState, event: ChatEvent): ChatState {
  if (event.state === 'delta') return state;
  const ended = event.state;
  const next = changeRun(state, event.runId, (run) => ({
    ...run,
    text: firstText(event.message) || run.text,
    ended,
    ...(event.errorMessage ? { error: event.errorMessage } : {}),
  }));
  return { ...next, outgoing: changed(next.outgoing, event.runId, { state: 'sent' }) };
}

const firstText = (message: HistoryMessage | undefined): string => (message ? textOf(message.content) : '');

/** Changes a run that has not ended; an unknown one begins. Events that come after the end change nothing. */
function changeRun(state: ChatState, id: string, change: (run: LiveRun) => LiveRun): ChatState {
  const known = state.runs.find((run) => run.id === id);
  if (known?.ended) return state;
  const next = change(known ?? { id, text: '', thinking: '', tools: [] });
  return { ...state, runs: known ? state.runs.map((run) => (run.id === id ? next : run)) : [...state.runs, next] };
}

function changed(outgoing: Outgoing[], id: string, fields: Partial<Outgoing>): Outgoing[] {
  return outgoing.map((entry) => (entry.id === id ? { ...entry, ...fields } : entry));
}
