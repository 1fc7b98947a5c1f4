import fc from 'fast-check';
import sharp from 'sharp';
import type { ModelInfo } from '../../src/agent/providers/model-info';
import type { PromptMessage } from '../../src/agent/prompt/derive-prompt';
import type { TranscriptMessage } from '../../src/sessions/transcript-event';
import { signatureOf } from '../fakes/model-formats/strict/refusal';

/** Texts as models, people and files write them, and as they should not be: blanks, halves of emoji, controls. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\n\n',
    '\t \u00a0',
    'hello',
    'more text',
    '👨‍👩‍👧‍👦',
    'x\ud83d',
    '\udc00y',
    '\u0000',
    '日本語。',
    '</think>',
  ),
  fc.string({ maxLength: 12, unit: 'binary' }),
);

/** Ids as providers make them, and as a hostile one could. */
const id = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'call_1',
    'functions.read:0',
    'functions.read:1',
    'toolu_01A09q90qw90lq917835lq9',
    'call_PTLP8xhu3uwZk4l3nlnrrJha',
    'abc123XYZ',
    `call_${'a'.repeat(61)}`,
    'x'.repeat(300),
    'chatcmpl-tool-8f14e45fceea167a5a36dedd4bea2543',
    'zwölf',
    'a b\n"c"',
    '\ud83d',
    '2968-LWy3uasib',
  ),
  fc.string({ minLength: 1, maxLength: 70, unit: 'binary' }),
);

const name = fc.oneof(
  fc.constantFrom(
    'read',
    'read',
    'write',
    'mcp__weird__top_any',
    'bad name!',
    '',
    '1st',
    'ünï',
    'x'.repeat(100),
    'a.b:c',
    'a_b',
    'a b',
    '\ud83d',
  ),
  fc.string({ maxLength: 70, unit: 'binary' }),
);

const json = fc.dictionary(
  fc.oneof(fc.constantFrom('path', '\udc00', '$top', 'a b'), fc.string({ maxLength: 6 })),
  fc.jsonValue({ maxDepth: 2 }),
  {
    maxKeys: 3,
  },
);

/** One picture of each kind, by MIME type. */
export async function pictures(): Promise<Record<string, string>> {
  const image = sharp({ create: { width: 12, height: 9, channels: 3, background: '#c04' } });
  const encoded = async (buffer: Promise<Buffer>): Promise<string> => (await buffer).toString('base64');
  return {
    'image/png': await encoded(image.clone().png().toBuffer()),
    'image/jpeg': await encoded(image.clone().jpeg().toBuffer()),
    'image/webp': await encoded(image.clone().webp().toBuffer()),
    'image/gif': await encoded(image.clone().gif().toBuffer()),
  };
}

function image(shown: Readonly<Record<string, string>>): fc.Arbitrary<unknown> {
  const [png = ''] = Object.values(shown);
  return fc.oneof(
    fc.constantFrom(...Object.entries(shown)).map(([mimeType, data]) => ({ type: 'image', mimeType, data })),
    // What it is said to be is wrong, or it is none at all.
    fc.constantFrom(
      { type: 'image', mimeType: 'image/gif', data: png },
      { type: 'image', mimeType: 'image/png', data: 'bm8gcGljdHVyZQ==' },
      { type: 'image', mimeType: 'image/heic', data: '' },
    ),
  );
}

/** What a provider gives along with a thought: right, somebody else's, or nothing. */
function thoughtFacts({ api, id: model }: ModelInfo): fc.Arbitrary<Record<string, unknown> | undefined> {
  const own: Record<string, Record<string, unknown>> = {
    'anthropic-messages': { anthropic: { signature: signatureOf(model) } },
    'openai-responses': { openai: { itemId: 'rs_1', reasoningEncryptedContent: signatureOf(model) } },
    'google-generative-ai': { google: { thoughtSignature: signatureOf(model) } },
  };
  return fc.constantFrom(own[api], own[api], undefined, {
    openai: { itemId: 'rs_2', reasoningEncryptedContent: null },
  });
}

function callFacts({ api, id: model }: ModelInfo): fc.Arbitrary<Record<string, unknown> | undefined> {
  if (api === 'google-generative-ai')
    return fc.constantFrom({ google: { thoughtSignature: signatureOf(model) } }, undefined);
  if (api === 'openai-responses') return fc.constantFrom({ openai: { itemId: 'fc_1' } }, undefined);
  return fc.constant(undefined);
}

const withFacts = (part: Record<string, unknown>, facts: Record<string, unknown> | undefined): unknown =>
  facts ? { ...part, facts } : part;

function assistant(maker: ModelInfo): fc.Arbitrary<unknown[]> {
  const part = fc.oneof(
    text.map((value) => ({ type: 'text', text: value, origin: 'assistant' })),
    fc.tuple(text, thoughtFacts(maker)).map(([thinking, facts]) => withFacts({ type: 'thinking', thinking }, facts)),
    fc
      .tuple(id, name, json, callFacts(maker))
      .map(([callId, tool, args, facts]) =>
        withFacts({ type: 'toolCall', id: callId, name: tool, arguments: args }, facts),
      ),
  );
  return fc.array(part, { maxLength: 5 });
}

/** A step of any model with the results that followed it, some missing, some of no call. */
function step(makers: readonly ModelInfo[], shown: Readonly<Record<string, string>>): fc.Arbitrary<unknown[]> {
  const content = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: text.map((value) => ({ type: 'text', text: value })) },
      { weight: 1, arbitrary: image(shown) },
    ),
    {
      maxLength: 3,
    },
  );
  const made = fc.constantFrom(...makers).chain((maker) => fc.tuple(fc.constant(maker), assistant(maker)));
  return fc
    .tuple(made, fc.array(fc.tuple(content, fc.boolean(), fc.boolean()), { maxLength: 5 }), fc.boolean())
    .map(([[{ api, provider, id: model }, parts], results, hasStray]) => {
      const calls = parts.filter((part) => (part as { type: string }).type === 'toolCall') as {
        id: string;
        name: string;
      }[];
      const answered = calls.flatMap((call, index) => {
        const [parts, isError, isMissing] = results[index] ?? [[], false, true];
        return isMissing
          ? []
          : [{ role: 'toolResult', toolCallId: call.id, toolName: call.name, content: parts, isError }];
      });
      const stray = hasStray
        ? [{ role: 'toolResult', toolCallId: 'nobody', toolName: 'read', content: [], isError: false }]
        : [];
      return [{ role: 'assistant', api, provider, model, content: parts, stopReason: 'stop' }, ...answered, ...stray];
    });
}

/** Any conversation in which any of these models may have spoken at any point; also one that no program would write. */
export function transcript(
  makers: readonly ModelInfo[],
  shown: Readonly<Record<string, string>>,
): fc.Arbitrary<PromptMessage[]> {
  const user = fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: text.map((value) => ({ type: 'text', text: value })) },
        { weight: 1, arbitrary: image(shown) },
      ),
      {
        maxLength: 3,
      },
    )
    .map((content) => [{ role: 'user', content }] as unknown[]);
  return fc
    .array(fc.oneof({ weight: 2, arbitrary: user }, { weight: 3, arbitrary: step(makers, shown) }), { maxLength: 9 })
    .map((rounds) => rounds.flat().map((message): PromptMessage => ({ at: 0, message: message as TranscriptMessage })));
}
