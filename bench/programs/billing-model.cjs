'use strict';
// An OpenAI-compatible server that bills as providers with a cache of prompts do: what begins as an earlier request did
// counts as kept, in blocks of 128 tokens from 1024 on.
const { createServer } = require('node:http');

const CHARS_PER_TOKEN = 4;
const BLOCK = 128;
const LEAST = 1024;
const figures = { requests: 0, summaries: 0, input: 0, cached: 0, reachable: 0 };
/** Requests of before, each as its parts: tools first, as they stand before everything else. */
const seen = [];

const tokens = (parts) => Math.ceil(parts.reduce((sum, part) => sum + part.length, 0) / CHARS_PER_TOKEN);

/** Tokens at the beginning that two requests have in common. */
function common(one, other) {
  let chars = 0;
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    const [a, b] = [one[index], other[index]];
    if (a === b) {
      chars += a.length;
      continue;
    }
    let same = 0;
    while (same < Math.min(a.length, b.length) && a[same] === b[same]) same++;
    chars += same;
    break;
  }
  return Math.floor(chars / CHARS_PER_TOKEN);
}

const billed = (count) => (count < LEAST ? 0 : Math.floor(count / BLOCK) * BLOCK);

const chunk = (delta, finish = null) =>
  `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'instant', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

function answerTo({ messages, tools = [] }) {
  const parts = [JSON.stringify(tools), ...messages.map((message) => JSON.stringify(message))];
  const input = tokens(parts);
  const isSummary = tools.length === 0;
  const cached = billed(Math.max(0, ...seen.map((earlier) => common(earlier, parts))));
  figures.requests++;
  figures.input += input;
  figures.cached += cached;
  if (isSummary) figures.summaries++;
  else {
    // A request that begins with all of the one before it.
    const before = seen.findLast((earlier) => earlier.hasTools);
    figures.reachable += before ? billed(Math.min(input, tokens(before))) : 0;
  }
  seen.push(Object.assign(parts, { hasTools: !isSummary }));
  const last = messages.at(-1);
  const reads = !isSummary && last.role === 'user' && JSON.stringify(last.content).includes('read the notes');
  const call = {
    index: 0,
    id: `call_${figures.requests}`,
    type: 'function',
    function: { name: 'read', arguments: '{"path":"notes.txt"}' },
  };
  const usage = {
    prompt_tokens: input,
    completion_tokens: 30,
    total_tokens: input + 30,
    prompt_tokens_details: { cached_tokens: cached },
  };
  return [
    chunk({ role: 'assistant', content: '' }),
    reads ? chunk({ tool_calls: [call] }) : chunk({ content: `Answer ${figures.requests}: it is said. ` }),
    chunk({}, reads ? 'tool_calls' : 'stop'),
    `data: ${JSON.stringify({ id: 'x', choices: [], usage })}\n\n`,
    'data: [DONE]\n\n',
  ].join('');
}

createServer((request, response) => {
  const asked = [];
  request.on('data', (part) => asked.push(part));
  request.on('end', () => {
    if (request.url.endsWith('/chat/completions')) {
      const answer = answerTo(JSON.parse(Buffer.concat(asked).toString('utf8')));
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(answer);
      return;
    }
    if (request.url === '/figures') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(figures));
      return;
    }
    response.writeHead(404).end();
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
