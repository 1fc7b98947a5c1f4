import { blockLines } from './block-lines';
import { Conversation } from './conversation';
import { ConversationView } from './conversation-view';
import type { AgentEvent, WireHistory, WireMessage } from './wire-messages';

const KEY = 'agent:main:one';
const user = (seq: number, text: string, runId: string): WireMessage => ({
  role: 'user',
  content: text,
  idempotencyKey: runId,
  __openclaw: { seq, runId },
});
const answer = (seq: number, text: string, runId: string): WireMessage => ({
  role: 'assistant',
  content: [{ type: 'text', text }],
  __openclaw: { seq, runId },
});
const agent = (runId: string, stream: string, data: AgentEvent['data']): AgentEvent => ({
  runId,
  sessionKey: KEY,
  stream,
  data,
});
const read = (messages: WireMessage[], more: Partial<WireHistory> = {}): WireHistory => ({
  sessionId: 's',
  messages,
  ...more,
});

/** What is shown, a piece a line. */
const shown = (conversation: Conversation): string[] =>
  conversation
    .blocks()
    .map((block) =>
      block.kind === 'tool'
        ? `${block.card.phase} ${block.card.name} ${block.card.text}`
        : `${block.kind} ${block.text}`,
    );

describe('the conversation of the terminal', () => {
  let conversation: Conversation;
  beforeEach(() => {
    conversation = new Conversation(KEY, () => 1000);
    conversation.read(read([user(1, 'old', 'a'), answer(2, 'older', 'a')]));
  });

  it('stands calls of tools where they were made in the text, and nothing twice once it is in the history', () => {
    conversation.send('b', 'do it');
    conversation.hearAgent(agent('b', 'lifecycle', { phase: 'start' }));
    conversation.hearAgent(agent('b', 'assistant', { text: 'First.' }));
    conversation.hearAgent(agent('b', 'tool', { phase: 'start', toolCallId: 't', name: 'exec', args: {} }));
    const result = { content: [{ type: 'text', text: 'done' }] };
    conversation.hearAgent(agent('b', 'tool', { phase: 'result', toolCallId: 't', name: 'exec', result }));
    conversation.hearAgent(agent('b', 'assistant', { text: 'First.\n\nThen.' }));
    const now = ['user do it', 'assistant First.', 'done exec done', 'assistant Then.'];
    expect(shown(conversation)).toEqual(['user old', 'assistant older', ...now]);
    expect(conversation.busySince).toBe(1000);

    expect(conversation.hearChat({ runId: 'b', sessionKey: KEY, state: 'final' })).toBe('history');
    expect(conversation.busySince).toBeUndefined();
    conversation.read(read([user(3, 'do it', 'b'), answer(4, 'First. Then.', 'b')]));
    expect(shown(conversation)).toEqual(['user old', 'assistant older', 'user do it', 'assistant First. Then.']);
  });

  it('has what others begin read, and what was not sent said', () => {
    expect(conversation.hearAgent(agent('c', 'lifecycle', { phase: 'start' }))).toBe('history');
    expect(conversation.hearAgent(agent('c', 'assistant', { text: 'x' }))).toBe('nothing');
    conversation.send('d', 'lost');
    expect(conversation.unsent.map(({ id }) => id)).toEqual(['d']);
    conversation.failed('d', 'no room');
    expect(conversation.unsent).toEqual([]);
    const last = conversation.blocks().at(-1);
    expect(
      last &&
        blockLines(last, 40, false)
          .flat()
          .map(({ text }) => text)
          .join(''),
    ).toContain('not sent: no room');
  });

  it('goes on with the text that the history has of a run, and shows why one failed', () => {
    conversation.read(read([user(3, 'go', 'e')], { inFlightRun: { runId: 'e', text: 'half' } }));
    expect(shown(conversation).at(-1)).toBe('assistant half');
    conversation.hearChat({ runId: 'e', sessionKey: KEY, state: 'error', errorMessage: 'no credit' });
    conversation.read(read([user(3, 'go', 'e')]));
    expect(shown(conversation).at(-1)).toBe('note error: no credit');
    conversation.send('f', 'again');
    expect(shown(conversation).slice(-2)).toEqual(['user go', 'user again']);
  });

  it('joins older messages in front, and forgets all of a conversation that was reset', () => {
    conversation.read(read([user(10, 'ten', 'j')], { hasMore: true }));
    expect(shown(conversation)).toEqual(['user ten']);
    conversation.read(read([user(8, 'eight', 'h'), answer(9, 'nine', 'h')], { hasMore: true }), true);
    conversation.read(read([user(10, 'ten', 'j'), answer(11, 'eleven', 'j')], { hasMore: true }));
    expect(shown(conversation)).toEqual(['user eight', 'assistant nine', 'user ten', 'assistant eleven']);
    expect(conversation.hasOlder).toBe(true);
    conversation.read({ sessionId: 'other', messages: [] });
    expect(shown(conversation)).toEqual([]);
  });

  it('stays where somebody reads while more is said', () => {
    const view = new ConversationView(conversation);
    const texts = (): string[] => view.lines(40, 4).lines.map((line) => line.map(({ text }) => text).join(''));
    expect(texts()).toEqual(['› you', '  old', '', '  older']);
    view.scroll(2);
    expect(texts()).toEqual(['', '› you', '  old', '']);
    conversation.send('k', 'new');
    expect(texts()).toEqual(['', '› you', '  old', '']);
    view.toEnd();
    expect(texts().at(-1)).toBe('  new');
  });
});
