// An MCP server on standard streams whose tools have schemas as they are found in the wild, each refused by some provider.
// Written by hand: a well-kept package would not let it. A call answers with the name of the tool and its arguments.
const { createInterface } = require('node:readline');

const text = { type: 'string' };
const round = { type: 'object', properties: { deep: {} } };
let inner = round.properties;
for (let level = 0; level < 90; level++) inner = inner.deep = { type: 'object', properties: {} };

const tools = [
  { name: 'plain', inputSchema: { type: 'object', properties: { a: text } } },
  {
    name: 'either',
    inputSchema: {
      type: 'object',
      properties: { a: text, b: text },
      anyOf: [{ required: ['a'] }, { required: ['b'] }],
    },
  },
  { name: 'listed', inputSchema: { type: 'object', properties: [] } },
  { name: 'rows', inputSchema: { type: 'object', properties: { rows: { type: 'array' } } } },
  { name: 'signs', inputSchema: { type: 'object', properties: { $top: { type: 'integer' } }, required: ['$top'] } },
  { name: 'Get It', inputSchema: { type: 'object', properties: {} } },
  { name: 'get it', inputSchema: { type: 'object', properties: {} } },
  { name: 'endless', inputSchema: round },
  { name: 'bare' },
  { description: 'without a name', inputSchema: {} },
  null,
];

const results = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'odd', version: '1' },
  }),
  // Where `ENDLESS` is set, there is always one more page.
  'tools/list': () => ({
    ...(process.env.ENDLESS ? { nextCursor: 'more' } : {}),
    tools: tools.map((tool) => tool && { description: `the tool ${tool.name}`, ...tool }),
  }),
  'tools/call': ({ name, arguments: args }) => ({
    content: [{ type: 'text', text: `${name} ${JSON.stringify(args)}` }],
  }),
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const result = results[method]?.(params ?? {}) ?? {};
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
});
