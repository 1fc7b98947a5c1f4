import type { LanguageModelV3FunctionTool } from '@ai-sdk/provider';
import fc from 'fast-check';
import type { ModelInfo } from '../../src/agent/providers/model-info';
import type { ModelApi } from '../../src/agent/providers/models.config';
import { openModel } from '../../src/agent/providers/open-model';
import { callModel } from '../../src/agent/runtime/call-model';
import type { ModelOutput } from '../../src/agent/runtime/output-collector';
import type { ModelFormat } from '../fakes/model-formats/model-format';
import type { StrictName } from '../fakes/model-formats/strict/providers';
import { FakeModels } from '../fakes/model-server';

const TARGETS: [StrictName, ModelApi & ModelFormat, string][] = [
  ['anthropic', 'anthropic-messages', 'claude-sonnet-4-5'],
  ['openai-chat', 'openai-completions', 'gpt-4.1'],
  ['openai-responses', 'openai-responses', 'gpt-5.2'],
  ['gemini', 'google-generative-ai', 'gemini-2.5-pro'],
  ['mistral', 'openai-completions', 'mistral-large-latest'],
];

const tool = (name: string, inputSchema: unknown, description = 'A tool'): LanguageModelV3FunctionTool => ({
  type: 'function',
  name,
  description,
  inputSchema: inputSchema as LanguageModelV3FunctionTool['inputSchema'],
});

/** Schemas as servers in the wild have them, each refused somewhere. */
const WILD: Record<string, unknown> = {
  'alternatives of what is required': {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
    anyOf: [{ required: ['a'] }, { required: ['b'] }],
  },
  'alternatives of whole objects': {
    oneOf: [
      { type: 'object', properties: { kind: { const: 'a' }, size: { type: 'integer' } }, required: ['kind'] },
      { type: 'object', properties: { kind: { const: 'b' }, name: { type: 'string' } }, required: ['kind'] },
    ],
  },
  'parts that all apply': {
    allOf: [{ $ref: '#/$defs/base' }, { properties: { more: {} } }],
    $defs: { base: { properties: { id: { type: 'string' } }, required: ['id'] } },
  },
  'a reference for the whole': {
    $ref: '#/definitions/all',
    definitions: { all: { type: 'object', properties: { x: { type: 'number' } } } },
  },
  'what must not be, and an enumeration at the top': {
    type: 'object',
    not: { required: ['x'] },
    enum: [{}],
    properties: {},
  },
  'no properties, as a list': { type: 'object', properties: [] },
  'properties as a list': { type: 'object', properties: [{ name: 'path', type: 'string' }, 'x', null] },
  'arrays of anything': {
    type: 'object',
    properties: { list: { type: 'array' }, deep: { type: 'array', items: { type: 'array' } } },
  },
  'tuples, old and new': {
    type: 'object',
    properties: {
      old: { type: 'array', items: [{ type: 'string' }, { type: 'integer' }] },
      new: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }], items: false },
    },
  },
  'several types': {
    type: 'object',
    properties: {
      x: { type: ['string', 'array', 'null'] },
      y: { type: ['object', 'string'] },
      z: { type: ['string', 'number'] },
    },
  },
  'names with signs': {
    type: 'object',
    properties: { $top: { type: 'integer' }, '@odata.type': { type: 'string' }, 'a b': { type: 'string' } },
    required: ['$top', 'a b'],
  },
  'names that are too long': { type: 'object', properties: { ['x'.repeat(100)]: { type: 'string' } } },
  'types of other languages': {
    type: 'object',
    properties: {
      n: { type: 'int' },
      s: { type: 'str' },
      d: { type: 'dict' },
      f: { type: 'file' },
      l: { type: 'list' },
    },
  },
  'required that is none': {
    type: 'object',
    properties: { a: { type: 'string', required: true } },
    required: ['a', 'ghost', 5],
  },
  'bounds of draft 4': {
    type: 'object',
    properties: { n: { type: 'number', minimum: 1, exclusiveMinimum: true, maximum: '9' } },
  },
  'enumerations that are empty, blank or mixed': {
    type: 'object',
    properties: {
      a: { enum: [] },
      b: { type: 'string', enum: ['', 'x'] },
      c: { enum: ['x', 1, null] },
      d: { type: 'integer', enum: [1, 2] },
    },
  },
  'formats, patterns and drafts': {
    $schema: 'http://json-schema.org/draft-04/schema#',
    $id: 'https://example.com/x',
    type: 'object',
    properties: {
      u: { type: 'string', format: 'uri', pattern: '(?P<a>x)' },
      w: { type: 'string', format: 'date-time', pattern: '^x' },
    },
  },
  'references to nothing and to elsewhere': {
    type: 'object',
    properties: {
      a: { $ref: '#/$defs/ghost' },
      b: { $ref: 'https://example.com/s.json', description: 'b' },
      c: { $ref: '#/properties/a' },
    },
  },
  'references that come round': {
    type: 'object',
    properties: { node: { $ref: '#/$defs/node' } },
    $defs: { node: { type: 'object', properties: { children: { type: 'array', items: { $ref: '#/$defs/node' } } } } },
  },
  'true and false for schemas': {
    type: 'object',
    properties: { any: true, none: false },
    additionalProperties: { type: 'string' },
  },
  'no schema at all': null,
  'halves of emoji': {
    type: 'object',
    description: 'x\ud83d',
    properties: { '\udc00': { type: 'string', description: '\ud83d' } },
  },
  conditions: {
    type: 'object',
    properties: { a: { type: 'string' } },
    if: { properties: { a: { const: 'x' } } },
    then: { required: ['b'] },
    dependentRequired: { a: ['b'] },
    patternProperties: { '^x': {} },
  },
};

const nested = (depth: number): unknown =>
  depth === 0 ? { type: 'string' } : { type: 'object', properties: { inner: nested(depth - 1) } };

/** Anything that could stand where a schema should. */
const anySchema = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.record(
      {
        type: fc.oneof(
          fc.constantFrom('object', 'array', 'string', 'number', 'int', 'null', 'any'),
          fc.constant(['string', 'array']),
        ),
        properties: fc.oneof(
          fc.dictionary(fc.string({ maxLength: 8 }), tie('schema'), { maxKeys: 3 }),
          fc.constant([]),
        ),
        items: fc.oneof(tie('schema'), fc.array(tie('schema'), { maxLength: 2 })),
        required: fc.oneof(fc.array(fc.string({ maxLength: 4 }), { maxLength: 3 }), fc.boolean()),
        anyOf: fc.array(tie('schema'), { maxLength: 3 }),
        allOf: fc.array(tie('schema'), { maxLength: 2 }),
        oneOf: fc.array(tie('schema'), { maxLength: 2 }),
        not: tie('schema'),
        enum: fc.array(fc.oneof(fc.string({ maxLength: 3 }), fc.integer(), fc.constant(null)), { maxLength: 3 }),
        $ref: fc.constantFrom('#/$defs/a', '#/x', 'http://x'),
        $defs: fc.record({ a: tie('schema') }),
        additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
        description: fc.string({ maxLength: 5, unit: 'binary' }),
        minimum: fc.oneof(fc.integer(), fc.boolean()),
        pattern: fc.constantFrom('^a', '(', '\\p{L}'),
        format: fc.constantFrom('uri', 'date-time'),
        default: fc.jsonValue({ maxDepth: 1 }),
      },
      { requiredKeys: [] },
    ),
  ),
})).schema;

describe.each(TARGETS)('tools for %s', (as, api, model) => {
  let models: FakeModels;
  beforeAll(async () => {
    models = await FakeModels.start();
  });
  afterAll(() => models.stop());
  beforeEach(() => {
    models.refusals.length = 0;
    models.requests.length = 0;
    models.answer = () => ({ steps: [{ text: 'Hello.' }] });
  });

  const info = (): ModelInfo => ({
    provider: as,
    id: model,
    name: model,
    api,
    baseUrl: String(models.provider(api, model, {}, as)['baseUrl']),
    apiKey: 'k',
    headers: {},
    contextWindow: 200_000,
    maxTokens: 4096,
    reasoning: false,
    input: ['text'],
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
  });
  const setAside: { tool: string; reason: string }[] = [];
  const ask = async (tools: LanguageModelV3FunctionTool[]): Promise<ModelOutput> => {
    setAside.length = 0;
    return callModel(
      await openModel(info()),
      info(),
      {
        prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        tools,
        toolChoice: { type: 'auto' },
        maxOutputTokens: 4096,
        abortSignal: new AbortController().signal,
      },
      { text: () => undefined, thinking: () => undefined, setAside: (tools) => setAside.push(...tools) },
    );
  };
  const offered = (): string => JSON.stringify(models.requests.at(-1)?.body['tools']);

  it.each(Object.keys(WILD))('are taken with %s', async (what) => {
    await ask([tool('wild', WILD[what]), tool('tame', { type: 'object', properties: {} })]);
    expect(models.refusals).toEqual([]);
    expect(offered()).toContain('tame');
    expect(offered()).toContain('wild');
  });

  it('are taken with any schema whatever', async () => {
    await fc.assert(
      fc.asyncProperty(anySchema, async (schema) => {
        models.refusals.length = 0;
        await ask([tool('any', schema)]);
        expect(models.refusals).toEqual([]);
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it('keep what there is to know: names, types and descriptions', async () => {
    await ask([tool('wild', WILD['alternatives of whole objects'])]);
    for (const word of ['kind', 'size', 'integer', 'name']) expect(offered()).toContain(`"${word}"`);
  });

  it('are set aside with a reason where nothing helps, and the others go on', async () => {
    const round: Record<string, unknown> = { type: 'object' };
    round['properties'] = { self: round };
    await ask([
      tool('endless', round),
      tool('huge', {
        type: 'object',
        properties: Object.fromEntries(Array.from({ length: 9000 }, (_, n) => [`key${n}`, { type: 'string' }])),
      }),
      tool('twin', { type: 'object', properties: {} }),
      tool('twin', { type: 'object', properties: {} }),
      tool('tame', nested(30)),
    ]);
    expect(models.refusals).toEqual([]);
    expect(setAside.map((entry) => entry.tool)).toEqual(['endless', 'huge', 'twin']);
    expect(setAside[0]?.reason).toMatch(/levels/);
    expect(offered()).toContain('tame');
  });

  it('come back under the names that they have here, names of their parameters, too', async () => {
    const strange = 'Sch\u00f6n & gut: ' + 'x'.repeat(80);
    let sent = '';
    let key = '';
    models.answer = (request) => {
      const list = JSON.stringify(request.body['tools']);
      sent = /"name":"([^"]*Sch[^"]*)"/.exec(list)?.[1] ?? '';
      key = /"([^"{}]*top[^"]*)":\{/.exec(list)?.[1] ?? '';
      return { steps: [{ tool: { name: sent, args: { [key]: 5 } } }] };
    };
    const output = await ask([tool(strange, { type: 'object', properties: { $top: { type: 'integer' } } })]);
    expect(models.refusals).toEqual([]);
    expect(sent).not.toBe(strange);
    expect(output.content).toMatchObject([{ type: 'toolCall', name: strange, arguments: { $top: 5 } }]);
  });

  it('have descriptions of a length that is taken', async () => {
    await ask([tool('long', { type: 'object', properties: {} }, '👨‍👩‍👧‍👦'.repeat(2000))]);
    expect(models.refusals).toEqual([]);
  });
});
