import fc from 'fast-check';
import { NO_USAGE, type TranscriptEvent } from '../../sessions/transcript-event';
import { packResult, unpackResult } from './stored-result';
import type { TurnResult } from './turn-record';

const anyText = fc.constantFrom('', 'Done.', '[[reply_to_current]] Done.', '> thought\n\nDone.');
const anyUsage = fc.constantFrom(NO_USAGE, { ...NO_USAGE, input: 7, totalTokens: 9 });
const anyModel = fc.constantFrom('offline', 'fake');
const anyStop = fc.constantFrom('stop', 'length', 'aborted', 'rpc', undefined);

const anyResult = fc
  .record({ text: anyText, provider: anyModel, usage: anyUsage, stop: anyStop, error: fc.boolean() })
  .map(({ text, provider, usage, stop, error }): TurnResult => ({
    payloads: text === '' ? [] : [{ text, mediaUrl: null }],
    provider,
    model: 'one',
    usage,
    durationMs: 12,
    ...(stop === undefined ? {} : { stopReason: stop }),
    ...(error ? { error: 'no', errorKind: 'network' } : {}),
    ...(provider === 'offline' ? { offline: true } : {}),
  }));

const anyEvent = fc.option(
  fc.record({ text: anyText, provider: anyModel, usage: anyUsage, stop: fc.constantFrom('stop', 'aborted') }).map(
    ({ text, provider, usage, stop }) =>
      ({
        seq: 8,
        message: {
          role: 'assistant',
          content: [{ type: 'text', text, origin: 'assistant' }],
          api: 'x',
          provider,
          model: 'one',
          usage,
          stopReason: stop,
        },
      }) as unknown as TranscriptEvent,
  ),
  { nil: undefined },
);

describe('the result of a turn', () => {
  it('is the same when it is read again, whatever the conversation says of it', () => {
    fc.assert(
      fc.property(anyResult, anyEvent, (result, said) => {
        const stored = JSON.parse(JSON.stringify(packResult(result, said))) as ReturnType<typeof packResult>;
        expect(unpackResult(stored, stored.said === undefined ? undefined : said?.message, 12)).toEqual(result);
      }),
    );
  });

  it('of one plain answer is where that stands', () => {
    const usage = { ...NO_USAGE, output: 4 };
    const content = [{ type: 'text', text: 'Done.', origin: 'assistant' }];
    const message = { role: 'assistant', content, api: 'x', provider: 'fake', model: 'one', usage, stopReason: 'stop' };
    const result = {
      payloads: [{ text: 'Done.', mediaUrl: null }],
      provider: 'fake',
      model: 'one',
      usage,
      durationMs: 5,
      stopReason: 'stop',
    } as const;
    expect(packResult({ ...result, payloads: [...result.payloads] }, { seq: 8, message } as never)).toEqual({
      said: 8,
    });
  });

  it('of a conversation that is gone says what else is known', () => {
    expect(unpackResult({ said: 8, stopReason: 'stop' }, undefined, 5)).toMatchObject({
      payloads: [],
      stopReason: 'stop',
      durationMs: 5,
    });
  });
});
