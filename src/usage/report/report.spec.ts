import type { ContentPart } from '../../common/content-parts';
import type { TranscriptEvent, TranscriptMessage } from '../../sessions/transcript-event';
import { dailyLatency, latencyOf, waitsIn } from './latency';
import { countMessages, countTools } from './message-counts';
import { type SaidMessage, saidMessage } from './said-message';

const text = (words: string): ContentPart[] => [{ type: 'text', text: words, origin: 'owner' }];
const asked = (words = 'hello'): TranscriptMessage => ({ role: 'user', content: text(words) });
const said = (more: object = {}): TranscriptMessage =>
  ({ role: 'assistant', content: text('yes'), stopReason: 'stop', ...more }) as unknown as TranscriptMessage;
const result = (isError: boolean): TranscriptMessage => ({
  role: 'toolResult',
  toolCallId: '1',
  toolName: 'ls',
  content: text('gone'),
  isError,
});
const event = (at: number, message: TranscriptMessage, more: Partial<TranscriptEvent> = {}): SaidMessage =>
  saidMessage({ id: String(at), seq: at, runId: 'run', at, message, ...more }, at < 1000 ? '2026-01-01' : '2026-01-02');
const calls = (...names: string[]): object => ({
  content: names.map((name) => ({ type: 'toolCall', id: name, name, arguments: {} })),
});

describe('how long answers took', () => {
  it('counts from the last message of a person to the first thing that is said to it', () => {
    const talk = [
      event(100, asked()),
      event(150, asked('and this')),
      event(400, said(calls('ls'))),
      event(500, result(false)),
      event(900, said()),
      event(2000, asked()),
      event(2040, said()),
    ];
    const waits = waitsIn(talk);
    expect(waits.map(({ ms }) => ms)).toEqual([250, 40]);
    expect(latencyOf(waits)).toEqual({ count: 2, avgMs: 145, p95Ms: 250, minMs: 40, maxMs: 250 });
    expect(dailyLatency(waits)).toEqual([
      { date: '2026-01-01', count: 1, avgMs: 250, p95Ms: 250, minMs: 250, maxMs: 250 },
      { date: '2026-01-02', count: 1, avgMs: 40, p95Ms: 40, minMs: 40, maxMs: 40 },
    ]);
  });

  it('knows of no wait where no person asked or no model answered', () => {
    const job = event(1, asked(), { runId: 'cron:daily' });
    const command = [event(10, asked('/status'), { excludeFromContext: true })];
    const shown = event(11, said({ stopReason: 'injected' }), { excludeFromContext: true });
    expect(waitsIn([job, event(5, said()), ...command, shown, event(20, asked())])).toEqual([]);
    expect(latencyOf([])).toBeUndefined();
  });

  it('leaves the slowest twentieth to the maximum', () => {
    const waits = Array.from({ length: 100 }, (_, index) => ({ day: '2026-01-01', ms: 100 - index }));
    expect(latencyOf(waits)).toMatchObject({ avgMs: 50.5, p95Ms: 95, maxMs: 100 });
  });
});

describe('what a conversation holds', () => {
  it('is counted by who said it, with tools and failures beside', () => {
    const talk = [
      event(1, asked()),
      event(2, said(calls('ls', 'read', 'ls'))),
      event(3, result(true)),
      event(4, result(false)),
      event(5, said({ stopReason: 'error' })),
    ];
    expect(countMessages(talk)).toEqual({ total: 3, user: 1, assistant: 2, toolCalls: 3, toolResults: 2, errors: 2 });
    expect(countTools(talk)).toEqual({
      totalCalls: 3,
      uniqueTools: 2,
      tools: [
        { name: 'ls', count: 2 },
        { name: 'read', count: 1 },
      ],
    });
  });
});
