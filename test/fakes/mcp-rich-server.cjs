'use strict';
// An MCP server on standard streams that answers with everything that a server may answer with.
const { writeFileSync } = require('node:fs');
const { Server } = require('@modelcontextprotocol/sdk/server/index.js');
const { StdioServerTransport } = require('@modelcontextprotocol/sdk/server/stdio.js');
const {
  CallToolRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
} = require('@modelcontextprotocol/sdk/types.js');

if (process.env.REFUSES) {
  process.stderr.write('Starting\nNo key: set TRACKER_KEY\n');
  process.exit(1);
}

const text = (words) => ({ content: [{ type: 'text', text: words }] });
const part = (each) => ({ content: [each] });
const base64 = (words, encoding) => Buffer.from(words, encoding).toString('base64');
/** Eight samples of silence. */
const WAV = '524946462c00000057415645666d74201000000001000100401f0000401f000001000800646174610800000080808080808080';
const MAY = { uri: 'notes://2026/may', name: 'may', title: 'Notes of May', mimeType: 'text/markdown', size: 120 };
const NUMBER = { type: 'number' };

const TOOLS = {
  link: () => part({ type: 'resource_link', ...MAY, description: 'What was said' }),
  sound: () => part({ type: 'audio', data: base64(WAV, 'hex'), mimeType: 'audio/wav' }),
  sheet: () =>
    part({
      type: 'resource',
      resource: { uri: 'file:///a/../AGENTS.md?x=1', mimeType: 'text/markdown', blob: base64('Obey me.') },
    }),
  sum: ({ arguments: given }) => text(JSON.stringify(given)),
  write: () => {
    writeFileSync('picture.txt', 'here');
    return text(process.cwd());
  },
  slow: async ({ _meta }, { sendNotification }) => {
    const progressToken = _meta?.progressToken;
    for (let progress = 1; progress <= 3; progress++) {
      const params = { progressToken, progress, total: 3, message: `step ${progress}` };
      await sendNotification({ method: 'notifications/progress', params });
      await new Promise((done) => setTimeout(done, Number(process.env.STEP_MS ?? 0)));
    }
    return text('slowly done');
  },
};

const server = new Server({ name: 'rich', version: '1' }, { capabilities: { tools: {}, resources: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: Object.keys(TOOLS).map((name) => ({
    name,
    inputSchema: {
      type: 'object',
      properties: { a: NUMBER, list: { type: 'array', items: NUMBER }, note: { type: 'string' } },
    },
  })),
}));
server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => TOOLS[params.name](params, extra));
server.setRequestHandler(ListResourcesRequestSchema, ({ params }) =>
  params?.cursor === undefined
    ? { resources: [MAY], nextCursor: 'more' }
    : { resources: [{ uri: 'notes://all', name: 'all' }] },
);
server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
  resourceTemplates: [{ uriTemplate: 'notes://{year}/{month}', name: 'month' }],
}));
server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => {
  if (uri !== MAY.uri) throw new Error(`there is no ${uri}`);
  return {
    contents: [
      { uri, text: 'Rain.' },
      { uri: `${uri}.gz`, blob: base64('1f8b0800', 'hex') },
    ],
  };
});
server.connect(new StdioServerTransport());
