import { type ChatAction, type ChatState, activeRuns, emptyChat, reduceChat } from './chat-state';

const KEY = 'agent:main:main';
const play = (actions: ChatAction[], from: ChatState = emptyChat(KEY)): ChatState => actions.reduce(reduceChat, from);
const send = (id: string): ChatAction => ({
  type: 'send',
  outgoing: { id, text: `text ${id}`, at: 1, state: 'sending' },
});
const piece = (runId: string, at: number, words: string, field: 'text' | 'thought' = 'text'): ChatAction => ({
  type: 'streamed',
  events: [
    { runId, sessionKey: KEY, stream: 'lifecycle', data: { phase: 'start' } },
    { runId, at, [field]: words },
  ],
});
const delta = (runId: string, text: string): ChatAction => piece(runId, 0, text);
const ended = (runId: string, state: 'final' | 'aborted' | 'error', text = ''): ChatAction => ({
  type: 'chat',
  event: {
    runId,
    sessionKey: KEY,
    state,
    ...(text ? { message: { role: 'assistant', content: [{ type: 'text', text }] } } : {}),
    ...(state === 'error' ? { errorMessage: 'no' } : {}),
  } as never,
});
const tool = (runId: string, data: Record<string, unknown>): ChatAction => ({
  type: 'streamed',
  events: [{ runId, sessionKey: KEY, stream: 'tool', data }],
});
const history = (messages: object[], inFlightRun?: { runId: string }): ChatAction => ({
  type: 'history',
  sessionKey: KEY,
  part: 'whole',
  payload: { messages, ...(inFlightRun ? { inFlightRun } : {}) } as never,
});
const question = (id: string): object => ({ role: 'user', content: `text ${id}`, idempotencyKey: id });
const reply = (runId: string): object => ({
  role: 'assistant',
  content: [{ type: 'text', text: 'x' }],
  __openclaw: { runId },
});

describe('conversation on the page', () => {
  it('shows what streams in, and the end of it', () => {
    const running = play([send('1'), { type: 'sent', id: '1' }, delta('1', 'He'), delta('1', 'Hello')]);
    expect(running.runs).toMatchObject([{ id: '1', text: 'Hello' }]);
    expect(activeRuns(running)).toHaveLength(1);
    const done = play([ended('1', 'final', 'Hello there.')], running);
    expect(done.runs).toMatchObject([{ id: '1', text: 'Hello there.', ended: 'final' }]);
    expect(activeRuns(done)).toEqual([]);
  });

  it('puts pieces where they belong, and notices one that is missing', () => {
    const state = play([
      piece('1', 0, 'Hello'),
      piece('1', 5, ' you'),
      piece('1', 3, 'lo'),
      piece('1', 0, 'hm', 'thought'),
    ]);
    expect(state.runs).toMatchObject([{ text: 'Hello', thinking: 'hm' }]);
    const torn = play([piece('1', 9, 'late')], state);
    expect(torn.runs).toMatchObject([{ text: 'Hello', isTorn: true }]);
    const mended = play([history([], { runId: '1', text: 'Hello dear late' } as never)], torn);
    expect(mended.runs).toMatchObject([{ text: 'Hello dear late', isTorn: false }]);
  });

  it('changes nothing after the end', () => {
    const state = play([delta('1', 'Hello'), ended('1', 'aborted'), delta('1', 'Hello again')]);
    expect(state.runs).toMatchObject([{ text: 'Hello', ended: 'aborted' }]);
  });

  it('joins pages of the history on both sides, without a message twice, and holds no more than it has to', () => {
    const page = (from: number, to: number, more: object, part: 'whole' | 'older' | 'newer'): ChatAction => ({
      type: 'history',
      sessionKey: KEY,
      part,
      payload: {
        messages: Array.from({ length: to - from + 1 }, (_, index) => ({
          role: 'user',
          content: 'x',
          __openclaw: { seq: from + index },
        })),
        ...more,
      } as never,
    });
    const seqs = ({ messages }: ChatState): (number | undefined)[] => messages.map(({ __openclaw }) => __openclaw?.seq);
    let state = play([page(2001, 2040, { hasMore: true, hasNewer: false }, 'whole')]);
    state = play([page(1990, 2005, { hasMore: true, hasNewer: true }, 'older')], state);
    expect([seqs(state)[0], seqs(state).length, state.hasOlder, state.hasNewer]).toEqual([1990, 51, true, false]);
    state = play([page(2039, 2042, { hasMore: true, hasNewer: false }, 'newer')], state);
    expect([seqs(state).at(-1), seqs(state).length]).toEqual([2042, 53]);
    state = play([page(900, 1989, { hasMore: false, hasNewer: true }, 'older')], state);
    expect([seqs(state)[0], seqs(state).length, state.hasOlder, state.hasNewer]).toEqual([900, 1000, false, true]);
  });

  it('takes a sent message away only when the history has it: none is lost, none stands there twice', () => {
    const waiting = play([send('1'), send('2'), { type: 'sent', id: '1' }, history([question('1')], { runId: '1' })]);
    expect(waiting.outgoing.map(({ id }) => id)).toEqual(['2']);
    expect(play([history([question('1'), reply('1'), question('2')])], waiting).outgoing).toEqual([]);
  });

  it('replaces a run by its messages in the history, and keeps one that goes on', () => {
    const state = play([
      delta('1', 'a'),
      ended('1', 'final', 'a'),
      delta('2', 'b'),
      history([question('1'), reply('1'), question('2')], { runId: '2' }),
    ]);
    expect(state.runs.map(({ id }) => id)).toEqual(['2']);
    expect(play([history([question('1'), reply('1'), question('2'), reply('2')])], state).runs).toEqual([]);
  });

  it('goes on with a run that began before the page was opened', () => {
    expect(play([history([question('1')], { runId: '1' })]).runs).toMatchObject([{ id: '1', text: '' }]);
  });

  it('keeps the error of a failed run in sight', () => {
    const state = play([delta('1', 'a'), ended('1', 'error'), history([question('1')])]);
    expect(state.runs).toMatchObject([{ ended: 'error', error: 'no' }]);
  });

  it('follows a tool from start to result', () => {
    const start = tool('1', { phase: 'start', toolCallId: 't', name: 'read', args: { path: 'a' } });
    const result = tool('1', {
      phase: 'result',
      toolCallId: 't',
      name: 'read',
      isError: false,
      result: { content: [] },
    });
    expect(play([start]).runs[0]?.tools).toMatchObject([{ id: 't', phase: 'running', args: { path: 'a' } }]);
    expect(play([start, result]).runs[0]?.tools).toMatchObject([{ id: 't', phase: 'done', args: { path: 'a' } }]);
    expect(
      play([start, tool('1', { phase: 'result', toolCallId: 't', name: 'read', isError: true })]).runs[0]?.tools,
    ).toMatchObject([{ phase: 'failed' }]);
  });

  it('ignores what belongs to another session', () => {
    const foreign = { runId: '9', sessionKey: 'agent:main:other', stream: 'assistant', data: { at: 0, delta: 'x' } };
    expect(play([{ type: 'streamed', events: [foreign, { runId: '9', at: 0, text: 'x' }] }]).runs).toEqual([]);
    expect(reduceChat(emptyChat('b'), history([question('1')])).loaded).toBe(false);
  });

  it('offers a message again under the same key after a failure', () => {
    const state = play([send('1'), { type: 'send-failed', id: '1', error: 'offline' }]);
    expect(state.outgoing).toMatchObject([{ id: '1', state: 'failed', error: 'offline' }]);
    expect(play([send('1')], state).outgoing).toMatchObject([{ id: '1', state: 'sending' }]);
  });
});
