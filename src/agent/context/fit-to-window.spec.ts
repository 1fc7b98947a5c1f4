import fc from 'fast-check';
import type { ContentPart } from '../../common/content-parts';
import { type PromptMessage, derivePrompt } from '../prompt/derive-prompt';
import { gaugeOf } from '../prompt/token-gauge.service';
import { fitToWindow } from './fit-to-window';
import { summaryIn, summaryMessage } from './summary-text';

const MODEL = {
  api: 'anthropic-messages',
  id: 'claude-sonnet-4-5',
  input: ['text', 'image'],
  contextWindow: 200_000,
} as const;
const gauge = gaugeOf(MODEL);
/** Head of a picture of 1280 by 960 pixels, and as many bytes behind it as a photo has. */
const PHOTO = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d4948445200000500000003c0', 'hex'),
  Buffer.alloc(359_000),
]).toString('base64');

let calls = 0;
const said = (text: string, ...more: ContentPart[]): PromptMessage => ({
  at: 1,
  message: { role: 'user', content: [{ type: 'text', text, origin: 'owner' }, ...more] },
});
const answered = (text: string): PromptMessage => ({
  at: 1,
  message: {
    role: 'assistant',
    provider: 'p',
    model: 'm',
    content: [{ type: 'text', text, origin: 'assistant' }],
  } as never,
});
const step = (result: string, ...more: ContentPart[]): PromptMessage[] => {
  const id = `call${++calls}`;
  return [
    {
      at: 1,
      message: {
        role: 'assistant',
        provider: 'p',
        model: 'm',
        content: [{ type: 'toolCall', id, name: 'read', arguments: { path: 'a.txt' } }],
      } as never,
    },
    {
      at: 1,
      message: {
        role: 'toolResult',
        toolCallId: id,
        toolName: 'read',
        isError: false,
        content: [{ type: 'text', text: result, origin: 'file' }, ...more],
      },
    },
  ];
};
const photo: ContentPart = { type: 'image', mimeType: 'image/png', data: PHOTO, origin: 'owner' };
const textOf = (messages: readonly PromptMessage[]): string =>
  JSON.stringify(messages.map(({ message }) => message.content));

describe('a request that has to fit its model', () => {
  it('goes out as it is where it fits, with a photo that has more bytes than the window has tokens', () => {
    const messages = [
      said('My code word is blue heron.'),
      answered('Noted.'),
      said('Look.', photo),
      answered('A photo.'),
      said('And now?'),
    ];
    expect(fitToWindow(messages, 4, 100_000, gauge).messages).toBe(messages);
    expect(gauge.messages(messages)).toBeLessThan(2000);
  });

  it('sums up the oldest turns when it does not, and keeps what an earlier summary held', () => {
    const turns = Array.from({ length: 40 }, (_, n) => [
      said(`question ${n} ${'tea and water '.repeat(60)}`),
      answered(`answer ${n}`),
    ]).flat();
    const messages = [summaryMessage('The code word is blue heron.', 1, 'owner'), ...turns, said('And now?')];
    const { messages: fitted, opening } = fitToWindow(messages, messages.length - 1, 4000, gauge);
    expect(gauge.messages(fitted)).toBeLessThanOrEqual(4000);
    expect(fitted[0]?.summary).toBe('history');
    expect(textOf(fitted)).toContain('blue heron');
    expect(textOf(fitted)).toContain('answer 39');
    expect(fitted[opening]).toBe(messages.at(-1));
  });

  it('cuts the newest result, too, and says so', () => {
    const messages = [
      said('My code word is blue heron.'),
      answered('Noted.'),
      said('Read it.'),
      ...step('{"a":1},'.repeat(150_000)),
    ];
    const { messages: fitted } = fitToWindow(messages, 2, 100_000, gauge);
    expect(gauge.messages(fitted)).toBeLessThanOrEqual(100_000);
    expect(textOf(fitted)).toContain('blue heron');
    expect(textOf(fitted.slice(-1))).toMatch(/characters left out/);
  });

  it('sums up the first steps of a long turn, and keeps what was asked', () => {
    const messages = [
      said('Compare all files.'),
      ...Array.from({ length: 60 }, (_, n) => step(`file ${n} ${'words '.repeat(900)}`)).flat(),
    ];
    const { messages: fitted, opening } = fitToWindow(messages, 0, 8000, gauge);
    expect(gauge.messages(fitted)).toBeLessThanOrEqual(8000);
    expect(opening).toBe(0);
    expect(fitted[0]).toBe(messages[0]);
    expect(textOf(fitted)).toContain('file 59');
  });

  const word = fc.constantFrom('tea ', 'x', '漢字', '😀', '{"a":1},', 'https://example.com/a ', '\n');
  const body = fc.tuple(word, fc.integer({ min: 0, max: 4000 })).map(([part, count]) => part.repeat(count));
  const small: ContentPart = { ...photo, data: PHOTO.substring(0, 400) } as ContentPart;
  const pictures = fc.array(fc.constant(small), { maxLength: 2 });
  const turn = fc
    .tuple(body, pictures, fc.array(fc.tuple(body, pictures), { maxLength: 4 }), fc.option(body))
    .map(([text, parts, steps, answer]): PromptMessage[] => [
      said(`asked ${text}`, ...parts),
      ...steps.flatMap(([result, more]) => step(result, ...more)),
      ...(answer === null ? [] : [answered(`answered ${answer}`)]),
    ]);

  it('has the newest exchange and all that was said before, or a summary of it, whatever there is', () => {
    fc.assert(
      fc.property(
        fc.option(body),
        fc.array(turn, { maxLength: 8 }),
        turn,
        fc.integer({ min: 500, max: 60_000 }),
        (summary, turns, running, room) => {
          const before = [
            ...(summary === null ? [] : [summaryMessage(`summed ${summary}`, 1, 'owner')]),
            ...turns.flat(),
          ];
          const all = [...before, ...running];
          const { messages, opening } = fitToWindow(all, before.length, room, gauge);
          expect(gauge.messages(messages)).toBeLessThanOrEqual(room);
          expect(textOf(messages.slice(opening, opening + 1))).toContain('asked');
          // The newest exchange, with its calls and results.
          const last = all.at(-1)?.message;
          const now = messages.at(-1)?.message;
          expect(now?.role).toBe(last?.role);
          if (last?.role === 'toolResult') expect(now).toMatchObject({ toolCallId: last.toolCallId });
          // What was said before, or what stands for it.
          const words = messages.slice(0, opening).filter(({ summary: kind }) => !kind);
          const stands = messages.slice(0, opening).find(({ summary: kind }) => kind === 'history');
          const asked = before.filter(({ message, summary: kind }) => message.role === 'user' && !kind).length;
          if (words.filter(({ message }) => message.role === 'user').length < asked)
            expect(summaryIn(stands as PromptMessage).trim()).not.toBe('');
          if (summary !== null) expect(stands).toBeDefined();
          // Whatever was left out, no call is without its result.
          const prompt = derivePrompt(messages, { acceptsImages: true });
          expect(JSON.stringify(prompt)).not.toContain('the call was interrupted');
          // Nothing changes any more once it fits.
          expect(fitToWindow(messages, opening, room, gauge).messages).toBe(messages);
        },
      ),
      { numRuns: 300 },
    );
  });
});
