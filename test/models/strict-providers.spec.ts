import type { Body } from '../fakes/model-formats/strict/refusal';
import { STRICT_PROVIDERS, type StrictName } from '../fakes/model-formats/strict/providers';

/** A fake that refuses nothing proves nothing: each rule refuses what breaks it, and takes what does not. */
const call = (id: string, more: Body = {}): Body => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id, type: 'function', function: { name: 'read', arguments: '{}' } }],
  ...more,
});
const result = (id: string, content: unknown = 'x'): Body => ({ role: 'tool', tool_call_id: id, content });
const user = (content: unknown = 'hi'): Body => ({ role: 'user', content });
const chat = (messages: Body[], more: Body = {}): Body => ({ model: 'm', messages, ...more });
const use = (id: string, more: Body = {}): Body => ({ type: 'tool_use', id, name: 'read', input: {}, ...more });
const answer = (id: string, content: unknown = 'x'): Body => ({ type: 'tool_result', tool_use_id: id, content });
const claudeTools = [{ name: 'read', input_schema: { type: 'object' } }];
const claude = (messages: Body[], more: Body = {}): Body => ({
  model: 'claude',
  messages,
  tools: claudeTools,
  ...more,
});
const assistant = (...content: Body[]): Body => ({ role: 'assistant', content });
const text = (value: string): Body => ({ type: 'text', text: value });
const chatTool = (parameters: unknown): Body => ({
  tools: [{ type: 'function', function: { name: 'x', parameters } }],
});
const NINE = 'abcDEF123';
const thinking = { thinking: { type: 'enabled', budget_tokens: 1024 } };
const thought = (signature: string): Body => ({ type: 'thinking', thinking: 'hm', signature });
const part = (value: Body): Body => ({ role: 'user', parts: [value] });
const said = (...parts: Body[]): Body => ({ role: 'model', parts });
const functionCall = { functionCall: { name: 'read', args: {} } };
const functionResponse = { functionResponse: { name: 'read', response: {} } };

const TAKEN: [StrictName, string, Body][] = [
  ['openai-chat', 'a call and its result', chat([user(), call('c1'), result('c1')])],
  ['mistral', 'a call and its result', chat([user(), call(NINE), result(NINE)])],
  ['deepseek', 'a call with its thought', chat([user(), call('c1', { reasoning_content: 'hm' }), result('c1')])],
  ['ollama', 'a call and its result', chat([user(), call('c1'), result('c1')])],
  ['openrouter', 'a call and its result', chat([user(), call('c1'), result('c1')], { model: 'qwen/qwen3' })],
  ['groq', 'a question', chat([user()])],
  ['xai', 'a question', chat([user()])],
  ['anthropic', 'a call and its result', claude([user(), assistant(use('a')), user([answer('a')])])],
  [
    'anthropic',
    'a thought of its own',
    claude([user(), assistant(thought('signature-of-claude'), use('a')), user([answer('a')])], thinking),
  ],
  [
    'openai-responses',
    'a question',
    { model: 'gpt', input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }] },
  ],
  [
    'gemini',
    'a call and its response',
    { model: 'gemini-2.5', contents: [part(text('hi')), said(functionCall), part(functionResponse)] },
  ],
];

const REFUSED: [StrictName, string, Body, RegExp][] = [
  ['openai-chat', 'half an emoji', chat([user('x\ud83d')]), /surrogate/],
  ['openai-chat', 'a long id', chat([user(), call('c'.repeat(41)), result('c'.repeat(41))]), /maximum length 40/],
  ['openai-chat', 'a call without a result', chat([user(), call('c1'), user()]), /without results/],
  [
    'openai-chat',
    'a field of others',
    chat([user(), { role: 'assistant', content: 'x', reasoning_content: 'hm' }]),
    /reasoning_content/,
  ],
  [
    'openai-chat',
    'a picture in a result',
    chat([user(), call('c1'), result('c1', [{ type: 'image_url', image_url: { url: '' } }])]),
    /role 'user'/,
  ],
  ['openai-chat', 'no content', chat([user(), { role: 'assistant', content: null }]), /got null/],
  ['openai-chat', 'a schema with alternatives', chat([user()], chatTool({ type: 'object', anyOf: [{}] })), /top level/],
  [
    'openai-chat',
    'an array of nothing',
    chat([user()], chatTool({ type: 'object', properties: { a: { type: 'array' } } })),
    /missing items/,
  ],
  ['mistral', 'an id of another length', chat([user(), call('call_1234'), result('call_1234')]), /Tool call id/],
  ['mistral', 'a person after a result', chat([user(), call(NINE), result(NINE), user()]), /after role 'tool'/],
  ['mistral', 'an assistant at the end', chat([user(), { role: 'assistant', content: 'x' }]), /last role/],
  ['mistral', 'two people in a row', chat([user(), user()]), /after role 'user'/],
  ['deepseek', 'a call without its thought', chat([user(), call('c1'), result('c1')]), /reasoning_content/],
  ['deepseek', 'a list of parts', chat([user([{ type: 'text', text: 'a' }])]), /sequence/],
  [
    'ollama',
    'a picture that is none',
    chat([user([{ type: 'image_url', image_url: { url: 'data:image/gif;base64,R0lGODlh' } }])]),
    /media type/,
  ],
  [
    'openrouter',
    'an id that the model behind it refuses',
    chat([user(), call('call_1'), result('call_1')], { model: 'mistralai/x' }),
    /Provider returned error/,
  ],
  [
    'openrouter',
    'a call of Kimi without a thought',
    chat([user(), call('c1'), result('c1')], { model: 'moonshotai/kimi-k2.5' }),
    /reasoning_content/,
  ],
  [
    'groq',
    'a field of others',
    chat([user(), { role: 'assistant', content: 'x', reasoning_content: 'y' }]),
    /unsupported/,
  ],
  [
    'xai',
    'a picture in WEBP',
    chat([user([{ type: 'image_url', image_url: { url: 'data:image/webp;base64,UklGRgAAAABXRUJQ' } }])]),
    /media type/,
  ],
  ['anthropic', 'blanks', claude([user([text('\n')])]), /non-whitespace/],
  [
    'anthropic',
    'an id with a dot',
    claude([user(), assistant(use('a.b')), user([answer('a.b')])]),
    /should match pattern/,
  ],
  [
    'anthropic',
    'an id twice',
    claude([user(), assistant(use('a')), user([answer('a')]), assistant(use('a')), user([answer('a')])]),
    /must be unique/,
  ],
  ['anthropic', 'an assistant first', claude([assistant(text('x')), user()]), /first message/],
  ['anthropic', 'an assistant last', claude([user(), assistant(text('x'))]), /must end with a user message/],
  [
    'anthropic',
    'calls without tools',
    claude([user(), assistant(use('a')), user([answer('a')])], { tools: [] }),
    /must define tools/,
  ],
  [
    'anthropic',
    "somebody else's signature",
    claude([user(), assistant(thought('no'), use('a')), user([answer('a')])], thinking),
    /signature/,
  ],
  [
    'anthropic',
    'a round without a thought while it thinks',
    claude([user(), assistant(use('a')), user([answer('a')])], thinking),
    /Expected `thinking`/,
  ],
  [
    'anthropic',
    'a thought while it does not',
    claude([user(), assistant(thought('signature-of-claude'), text('x')), user()]),
    /disabled/,
  ],
  [
    'anthropic',
    'a parameter with a sign',
    claude([user()], { tools: [{ name: 'x', input_schema: { type: 'object', properties: { $top: {} } } }] }),
    /Property keys/,
  ],
  [
    'anthropic',
    'a schema that is none',
    claude([user()], { tools: [{ name: 'x', input_schema: { type: 'object', properties: { a: { type: 'int' } } } }] }),
    /invalid/,
  ],
  [
    'openai-responses',
    'a long id',
    { input: [{ type: 'function_call', call_id: 'c'.repeat(65), name: 'read', arguments: '{}' }] },
    /maximum length 64/,
  ],
  [
    'openai-responses',
    'a reference to what was stored',
    { input: [{ type: 'item_reference', id: 'msg_1' }] },
    /not found/,
  ],
  [
    'openai-responses',
    'a thought with nothing behind it',
    { model: 'gpt', input: [{ type: 'reasoning', encrypted_content: 'signature-of-gpt', summary: [] }] },
    /following item/,
  ],
  [
    'gemini',
    'two steps of the model in a row',
    { contents: [part(text('hi')), said(text('a')), said(functionCall), part(functionResponse)] },
    /immediately after/,
  ],
  [
    'gemini',
    'a call without a response',
    { contents: [part(text('hi')), said(functionCall), part(text('and?'))] },
    /equal to the number/,
  ],
  [
    'gemini',
    'no signature, from Gemini 3 on',
    { model: 'gemini-3-pro', contents: [part(text('hi')), said(functionCall), part(functionResponse)] },
    /thought_signature/,
  ],
  ['gemini', 'no parts', { contents: [{ role: 'user', parts: [] }] }, /must not be empty/],
  [
    'gemini',
    'an array of nothing',
    {
      contents: [part(text('hi'))],
      tools: [
        { functionDeclarations: [{ name: 'x', parameters: { type: 'object', properties: { a: { type: 'array' } } } }] },
      ],
    },
    /missing field/,
  ],
];

describe('strict providers', () => {
  it.each(TAKEN)('%s takes %s', (name, _, body) => {
    expect(STRICT_PROVIDERS[name](body)).toBeUndefined();
  });

  it.each(REFUSED)('%s refuses %s', (name, _, body, words) => {
    const refusal = STRICT_PROVIDERS[name](body);
    expect(refusal?.status).toBe(400);
    expect(JSON.stringify(refusal?.body)).toMatch(words);
  });
});
