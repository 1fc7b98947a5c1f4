// An MCP server on standard streams: one tool that reads, one that writes, one that fails in words of its own. What it was
// asked to write goes to a file; `SAYS` goes into the description of the one that reads. Where `LEAVES` names a file, the one
// that fails ends the server, which from then on says its words instead of a greeting.
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
const { Server } = require('@modelcontextprotocol/sdk/server/index.js');
const { StdioServerTransport } = require('@modelcontextprotocol/sdk/server/stdio.js');
const {
  CallToolRequestSchema,
  InitializeRequestSchema,
  ListToolsRequestSchema,
} = require('@modelcontextprotocol/sdk/types.js');

const { LEAVES } = process.env;
const server = new Server({ name: 'notes', version: '1' }, { capabilities: { tools: {} } });
const text = { type: 'object', properties: { text: { type: 'string' } } };
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: [
    {
      name: 'look_up',
      description: `look something up ${process.env.SAYS ?? ''}`.trim(),
      inputSchema: text,
      annotations: { readOnlyHint: true },
    },
    { name: 'fail', description: 'fail', inputSchema: text, annotations: { readOnlyHint: true } },
    { name: 'publish', description: 'publish something', inputSchema: text },
    {
      name: 'environment',
      description: 'names of variables',
      inputSchema: { type: 'object' },
      annotations: { readOnlyHint: true },
    },
  ],
}));
server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
  if (params.name === 'environment') return { content: [{ type: 'text', text: Object.keys(process.env).join(' ') }] };
  if (params.name === 'fail' && LEAVES) {
    writeFileSync(LEAVES, params.arguments.text);
    process.exit(1);
  }
  if (params.name === 'fail') throw new Error(params.arguments.text);
  if (params.name === 'publish') appendFileSync(process.env.LEDGER, `${params.arguments.text}\n`);
  return { content: [{ type: 'text', text: params.arguments?.text ?? 'nothing' }] };
});
if (LEAVES && existsSync(LEAVES))
  server.setRequestHandler(InitializeRequestSchema, () => {
    throw new Error(readFileSync(LEAVES, 'utf8'));
  });
server.connect(new StdioServerTransport());
