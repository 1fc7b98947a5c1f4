import { type ChatAction, type ChatState, activeRuns, emptyChat, reduceChat } from './chat-state';

const KEY = 'agent:main:main';
const play = (actions: ChatAction[], from: ChatState = emptyChat(KEY)): ChatState => actions.reduce(reduceChat, from);
const send = (id: string): ChatAction => ({
  type: 'send',
  outgoing: { id, text: `text ${id}`, at: 1, state: 'sending' },
});
const delta = (runId: string, text: string): ChatAction => ({
  type: 'chat',
  event: {
    runId,
    sessionKey: KEY,
    state: 'delta',
    message: { role: 'assistant', content: [{ type: 'text', text }] },
  } as never,
});
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
  type: 'agent',
  event: { runId, sessionKey: KEY, stream: 'tool', data } as never,
});
const history = (messages: object[], inFlightRun?: { runId: string }): ChatAction => ({
  type: 'history',
  sessionKey: KEY,
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

  it('never goes back to a shorter text, and nothing changes after the end', () => {
    const state = play([delta('1', 'Hello'), delta('1', 'He'), ended('1', 'aborted'), delta('1', 'Hello again')]);
    expect(state.runs).toMatchObject([{ text: 'Hello', ended: 'aborted' }]);
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
    const other = { ...(delta('9', 'x') as { type: 'chat'; event: object }) };
    other.event = { ...other.event, sessionKey: 'agent:main:other' };
    expect(play([other as ChatAction]).runs).toEqual([]);
    expect(reduceChat(emptyChat('b'), history([question('1')])).loaded).toBe(false);
  });

  it('offers a message again under the same key after a failure', () => {
    const state = play([send('1'), { type: 'send-failed', id: '1', error: 'offline' }]);
    expect(state.outgoing).toMatchObject([{ id: '1', state: 'failed', error: 'offline' }]);
    expect(play([send('1')], state).outgoing).toMatchObject([{ id: '1', state: 'sending' }]);
  });
});
