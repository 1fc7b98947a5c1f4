import {
  type AgentEvent,
  type ChatEvent,
  type HistoryMessage,
  type HistoryPayload,
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
}

export interface LiveTool {
  id: string;
  name: string;
  args: unknown;
  phase: 'running' | 'done' | 'failed';
  result?: ToolResult;
}

/** A run that goes on, or has just ended and is not in the history yet. */
export interface LiveRun {
  id: string;
  text: string;
  tools: LiveTool[];
  ended?: 'final' | 'aborted' | 'error';
  error?: string;
}

export interface ChatState {
  sessionKey: string;
  loaded: boolean;
  loadError?: string;
  messages: HistoryMessage[];
  outgoing: Outgoing[];
  runs: LiveRun[];
}

export type ChatAction =
  | { type: 'open'; sessionKey: string; outgoing: Outgoing[] }
  | { type: 'history'; payload: HistoryPayload; sessionKey: string }
  | { type: 'history-failed'; error: string; sessionKey: string }
  | { type: 'send'; outgoing: Outgoing }
  | { type: 'sent'; id: string }
  | { type: 'send-failed'; id: string; error: string }
  | { type: 'discard'; id: string }
  | { type: 'agent'; event: AgentEvent }
  | { type: 'chat'; event: ChatEvent };

export const emptyChat = (sessionKey: string, outgoing: Outgoing[] = []): ChatState => ({
  sessionKey,
  loaded: false,
  messages: [],
  outgoing,
  runs: [],
});

/** The whole conversation view as a function of what happened. The history of the gateway always wins. */
export function reduceChat(state: ChatState, action: ChatAction): ChatState {
  switch (action.type) {
    case 'open':
      return emptyChat(action.sessionKey, action.outgoing);
    case 'history':
      return action.sessionKey === state.sessionKey ? withHistory(state, action.payload) : state;
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
    case 'agent':
      return action.event.sessionKey === state.sessionKey ? withAgentEvent(state, action.event) : state;
    case 'chat':
      return action.event.sessionKey === state.sessionKey ? withChatEvent(state, action.event) : state;
  }
}

/** Runs that can be stopped. */
export const activeRuns = (state: ChatState): LiveRun[] => state.runs.filter((run) => run.ended === undefined);

function withHistory(state: ChatState, payload: HistoryPayload): ChatState {
  const { messages, inFlightRun } = payload;
  const known = new Set<string>();
  const finished = new Set<string>();
  for (const message of messages) {
    if (message.idempotencyKey) known.add(message.idempotencyKey);
    const { runId, pending } = message.__openclaw ?? {};
    if (runId) known.add(runId);
    if (runId && !pending && message.role === 'assistant') finished.add(runId);
  }
  const runs = state.runs.filter((run) => !finished.has(run.id) && (run.ended === undefined || run.ended === 'error'));
  if (inFlightRun && !runs.some((run) => run.id === inFlightRun.runId))
    runs.push({ id: inFlightRun.runId, text: '', tools: [] });
  return {
    sessionKey: state.sessionKey,
    loaded: true,
    messages,
    outgoing: state.outgoing.filter(({ id }) => !known.has(id)),
    // A run that the gateway no longer works on and that left nothing behind is over.
    runs: runs.filter((run) => run.ended === 'error' || run.id === inFlightRun?.runId || known.has(run.id)),
  };
}

function withAgentEvent(state: ChatState, { runId, stream, data }: AgentEvent): ChatState {
  if (stream === 'assistant') return changeRun(state, runId, (run) => ({ ...run, text: String(data['text'] ?? '') }));
  if (stream === 'tool')
    return changeRun(state, runId, (run) => ({ ...run, tools: withTool(run.tools, data as unknown as ToolEventData) }));
  if (stream === 'lifecycle' && data['phase'] === 'start') return changeRun(state, runId, (run) => run);
  return state;
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
  if (event.state === 'delta') {
    const text = firstText(event.message);
    return changeRun(state, event.runId, (run) => (text.length > run.text.length ? { ...run, text } : run));
  }
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
  const next = change(known ?? { id, text: '', tools: [] });
  return { ...state, runs: known ? state.runs.map((run) => (run.id === id ? next : run)) : [...state.runs, next] };
}

function changed(outgoing: Outgoing[], id: string, fields: Partial<Outgoing>): Outgoing[] {
  return outgoing.map((entry) => (entry.id === id ? { ...entry, ...fields } : entry));
}
