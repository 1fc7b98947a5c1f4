import { type JsonSchema, jsonSchemaOf } from '../common/validation/json-schema';
import type { RegisteredMethod } from '../gateway/connection/rpc-registry';
import { type Endpoint } from './http-switches';

type Part = Record<string, unknown>;

const CHAT: Part = object({
  model: { type: 'string', description: '`openclaw`, or `openclaw/<agent>`; any other name means the main agent.' },
  messages: { type: 'array', items: { type: 'object' }, minItems: 1 },
  stream: { type: 'boolean' },
  tools: { type: 'array', items: { type: 'object' } },
});
const RESPONSE: Part = object({
  model: { type: 'string' },
  input: { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }] },
  stream: { type: 'boolean' },
  previous_response_id: { type: 'string' },
});
const EMBEDDINGS: Part = object({
  model: { type: 'string' },
  input: { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
});
const TOOL: Part = object(
  {
    tool: { type: 'string' },
    action: { type: 'string' },
    args: { type: 'object' },
    sessionKey: { type: 'string' },
    agentId: { type: 'string' },
    idempotencyKey: { type: 'string' },
  },
  ['tool'],
);

/** What the port answers over http, in the form of OpenAPI 3.1: paths that are on, and every method with its parameters. */
export function openApiDocument(
  version: string,
  methods: Iterable<RegisteredMethod>,
  isOn: (endpoint: Endpoint) => boolean,
): Part {
  const calls = [...methods].sort((a, b) => (a.declaration.name < b.declaration.name ? -1 : 1));
  const names = calls.map(({ declaration }) => declaration.name);
  return {
    openapi: '3.1.0',
    info: { title: 'OpenClaw Nest', version },
    security: [{ bearer: [] }],
    paths: {
      ...(isOn('chatCompletions')
        ? {
            '/v1/chat/completions': {
              post: operation('A turn of the assistant, as OpenAI’s API has it.', CHAT, STREAMS),
            },
          }
        : {}),
      ...(isOn('responses')
        ? { '/v1/responses': { post: operation('A turn of the assistant, as OpenAI’s responses.', RESPONSE, STREAMS) } }
        : {}),
      ...(isOn('chatCompletions') || isOn('responses')
        ? {
            '/v1/models': { get: operation('Agents under the names that `model` takes.') },
            '/v1/models/{id}': { get: { ...operation('One of them.'), parameters: [inPath('id')] } },
            '/v1/embeddings': { post: operation('Vectors of texts, by the provider of the memory.', EMBEDDINGS) },
          }
        : {}),
      '/tools/invoke': { post: operation('One call of a tool.', TOOL) },
      '/rpc': {
        post: operation(
          'A method by JSON-RPC 2.0; from elsewhere than the gateway’s own machine those that need no scope.',
          { oneOf: names.map((name) => ({ $ref: `#/components/schemas/${name}` })) },
        ),
      },
      '/api/v1/admin/rpc': {
        post: operation(
          'The same, answered by `{id, ok, payload}` or `{id, ok, error}`.',
          object({ id: {}, method: { type: 'string', enum: names }, params: { type: 'object' } }, ['method']),
        ),
      },
      '/media/{id}': {
        get: {
          ...operation('A file by its signed link.'),
          security: [],
          parameters: [inPath('id'), inQuery('expires'), inQuery('signature')],
        },
      },
      '/healthz': { get: { ...operation('Whether it lives.'), security: [] } },
      '/readyz': { get: { ...operation('Whether it is ready, and what it waits for.'), security: [] } },
      '/startupz': { get: { ...operation('The same, for probes of a start.'), security: [] } },
      '/metrics': { get: operation('Figures in the form of Prometheus.') },
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The token or password of the gateway.' },
      },
      schemas: Object.fromEntries(calls.map((call) => [call.declaration.name, schemaOf(call)])),
    },
  };
}

const STREAMS = { 'application/json': {}, 'text/event-stream': {} };

function schemaOf({ declaration, params }: RegisteredMethod): Part {
  const schema: JsonSchema = params === undefined ? { type: 'object' } : jsonSchemaOf(params);
  return {
    ...object({ jsonrpc: { const: '2.0' }, id: {}, method: { const: declaration.name }, params: schema }, [
      'jsonrpc',
      'method',
    ]),
    description: `${declaration.summary} Needs ${declaration.scopeV4 ?? declaration.scope}.`,
  };
}

function object(properties: Part, required: readonly string[] = []): Part {
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}

function operation(summary: string, body?: Part, content: Part = { 'application/json': {} }): Part {
  return {
    summary,
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: { 200: { description: 'Done.', content }, 401: { description: 'The token is wrong or missing.' } },
  };
}

const inPath = (name: string): Part => ({ name, in: 'path', required: true, schema: { type: 'string' } });
const inQuery = (name: string): Part => ({ name, in: 'query', required: true, schema: { type: 'string' } });
