import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV3 } from '@ai-sdk/provider';
import fc from 'fast-check';
import { type PromptMessage, derivePrompt } from '../../src/agent/prompt/derive-prompt';
import type { TranscriptMessage } from '../../src/sessions/transcript-event';

type Body = Record<string, unknown>;
interface Format {
  model(fetch: typeof globalThis.fetch): LanguageModelV3;
  /** What a strict provider would refuse; undefined when it takes the request. */
  refusal(body: Body): string | undefined;
}

const settings = (
  fetch: typeof globalThis.fetch,
): { apiKey: string; baseURL: string; fetch: typeof globalThis.fetch } => ({
  apiKey: 'k',
  baseURL: 'http://127.0.0.1:9/v1',
  fetch,
});

/** Every call is answered at once, once, and nothing is answered that was not called. */
function unpaired(steps: readonly { calls: string[]; results: string[] }[]): string | undefined {
  let open: string[] = [];
  for (const { calls, results } of steps) {
    if (results.length > 0) {
      if ([...results].sort().join() !== [...open].sort().join())
        return `results ${results.join()} for calls ${open.join()}`;
      open = [];
    } else if (open.length > 0) return `calls ${open.join()} without results`;
    if (new Set(calls).size !== calls.length) return `a call twice: ${calls.join()}`;
    if (calls.length > 0) open = calls;
  }
  return open.length > 0 ? `calls ${open.join()} at the end` : undefined;
}

interface Any {
  role?: string;
  type?: string;
  id?: string;
  call_id?: string;
  tool_call_id?: string;
  tool_use_id?: string;
  tool_calls?: Any[];
  content?: Any[] | string;
  parts?: { functionCall?: { name: string }; functionResponse?: { name: string } }[];
}

const partsOf = (message: Any): Any[] => (Array.isArray(message.content) ? message.content : []);

/** Rows of one kind that follow each other count as one step. */
function grouped(rows: readonly { calls: string[]; results: string[] }[]): { calls: string[]; results: string[] }[] {
  const steps: { calls: string[]; results: string[] }[] = [];
  for (const row of rows) {
    const last = steps.at(-1);
    const isMore = row.results.length > 0 && last && last.results.length > 0 && last.calls.length === 0;
    const isMoreCalls = row.calls.length > 0 && last && last.calls.length > 0 && last.results.length === 0;
    if (last && isMore) last.results.push(...row.results);
    else if (last && isMoreCalls) last.calls.push(...row.calls);
    else steps.push({ calls: [...row.calls], results: [...row.results] });
  }
  return steps;
}

const FORMATS: Record<string, Format> = {
  'openai-completions': {
    model: (fetch) => createOpenAICompatible({ name: 'fake', ...settings(fetch) })('m') as LanguageModelV3,
    refusal: (body) =>
      unpaired(
        grouped(
          (body['messages'] as Any[]).map((message) => ({
            calls: (message.tool_calls ?? []).map((call) => call.id ?? ''),
            results: message.role === 'tool' ? [message.tool_call_id ?? ''] : [],
          })),
        ),
      ),
  },
  'openai-responses': {
    model: (fetch) => createOpenAI({ name: 'fake', ...settings(fetch) }).responses('m') as LanguageModelV3,
    refusal: (body) =>
      unpaired(
        grouped(
          (body['input'] as Any[]).map((item) => ({
            calls: item.type === 'function_call' ? [item.call_id ?? ''] : [],
            results: item.type === 'function_call_output' ? [item.call_id ?? ''] : [],
          })),
        ),
      ),
  },
  'anthropic-messages': {
    model: (fetch) => createAnthropic({ name: 'fake', ...settings(fetch) })('m') as LanguageModelV3,
    refusal: (body) => {
      const messages = body['messages'] as Any[];
      if (messages.length > 0 && messages[0]?.role !== 'user') return 'the first message is not of the user';
      for (let index = 1; index < messages.length; index++)
        if (messages[index]?.role === messages[index - 1]?.role) return 'two messages of one role';
      for (const message of messages) {
        const parts = partsOf(message);
        const firstOther = parts.findIndex((part) => part.type !== 'tool_result');
        if (firstOther >= 0 && parts.slice(firstOther).some((part) => part.type === 'tool_result'))
          return 'a result behind other content';
        if (parts.length === 0) return 'an empty message';
      }
      return unpaired(
        messages.map((message) => ({
          calls: partsOf(message)
            .filter((part) => part.type === 'tool_use')
            .map((part) => part.id ?? ''),
          results: partsOf(message)
            .filter((part) => part.type === 'tool_result')
            .map((part) => part.tool_use_id ?? ''),
        })),
      );
    },
  },
  'google-generative-ai': {
    model: (fetch) => createGoogleGenerativeAI({ name: 'fake', ...settings(fetch) })('m') as LanguageModelV3,
    // Gemini pairs by name and order.
    refusal: (body) => {
      let open: string[] = [];
      for (const { parts = [] } of body['contents'] as Any[]) {
        const calls = parts.flatMap((part) => (part.functionCall ? [part.functionCall.name] : []));
        const results = parts.flatMap((part) => (part.functionResponse ? [part.functionResponse.name] : []));
        if (results.join() !== open.join()) return `results ${results.join()} for calls ${open.join()}`;
        open = calls;
      }
      return open.length > 0 ? 'calls at the end' : undefined;
    },
  },
};

const id = fc.constantFrom('', 'a', 'b', 'c', 'd');
const name = fc.constantFrom('read', 'write');
const text = fc.constantFrom('', 'hello', 'more text');
const message: fc.Arbitrary<TranscriptMessage> = fc.oneof(
  text.map((value) => ({ role: 'user', content: [{ type: 'text', text: value }] }) as TranscriptMessage),
  fc
    .array(
      fc.oneof(
        text.map((value) => ({ type: 'text', text: value })),
        text.map((value) => ({ type: 'thinking', thinking: value, facts: { fake: { signature: 's' } } })),
        fc.tuple(id, name).map(([value, tool]) => ({ type: 'toolCall', id: value, name: tool, arguments: {} })),
      ),
      { maxLength: 4 },
    )
    .map((content) => ({ role: 'assistant', provider: 'fake', model: 'm', content }) as unknown as TranscriptMessage),
  fc.tuple(id, name, text, fc.boolean()).map(
    ([toolCallId, toolName, value, isError]) =>
      ({
        role: 'toolResult',
        toolCallId,
        toolName,
        content: [{ type: 'text', text: value }],
        isError,
      }) as TranscriptMessage,
  ),
);
const log = fc.tuple(fc.array(message, { maxLength: 16 }), fc.nat(16));

const LOGS = 5000;

describe.each(Object.entries(FORMATS))('requests in the format %s', (_, format) => {
  let body: Body = {};
  const model = format.model((_url, init) => {
    body = JSON.parse(String(init?.body)) as Body;
    return Promise.reject(new Error('enough'));
  });

  const requestOf = async (messages: readonly PromptMessage[]): Promise<Body> => {
    body = {};
    const prompt = derivePrompt(messages, { provider: 'fake', acceptsImages: false });
    if (prompt.length === 0) return { messages: [], input: [], contents: [] };
    await Promise.resolve(model.doStream({ prompt })).catch(() => undefined);
    return body;
  };

  it(`are taken by a strict provider for any log of events, cut anywhere (${LOGS} logs)`, async () => {
    await fc.assert(
      fc.asyncProperty(log, async ([messages, cut]) => {
        const prefix = messages.slice(0, cut).map((entry): PromptMessage => ({ message: entry, at: 0 }));
        const request = await requestOf(prefix);
        expect(Object.keys(request).length).toBeGreaterThan(0);
        expect(format.refusal(request)).toBeUndefined();
      }),
      { numRuns: LOGS, seed: 20_260_102 },
    );
  }, 120_000);

  it('would be refused with a result that nobody asked for', async () => {
    const messages = [
      { role: 'user', content: [{ type: 'text', text: 'go' }] },
      {
        role: 'assistant',
        provider: 'fake',
        model: 'm',
        content: [{ type: 'toolCall', id: 'a', name: 'read', arguments: {} }],
      },
      { role: 'toolResult', toolCallId: 'a', toolName: 'read', content: [{ type: 'text', text: 'x' }], isError: false },
    ] as unknown as TranscriptMessage[];
    const request = await requestOf(messages.map((entry) => ({ message: entry, at: 0 })));
    expect(format.refusal(request)).toBeUndefined();
    const list = (request['messages'] ?? request['input'] ?? request['contents']) as unknown[];
    // The control: the same request with its call taken out must not pass.
    const broken = Object.fromEntries(
      Object.entries(request).map(([key, value]) => [key, value === list ? [list[0], ...list.slice(2)] : value]),
    );
    expect(format.refusal(broken)).toBeDefined();
  });
});
