'use strict';
// An OpenAI-compatible server that answers at once, or slowly when asked to, and a Telegram that has no news.
const { createServer } = require('node:http');

const chunk = (delta, finish = null) =>
  `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'instant', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const ANSWER = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Done ' }),
  chunk({ content: 'at once.' }),
  chunk({}, 'stop'),
  'data: [DONE]\n\n',
].join('');
/** Whoever asks for it gets six hundred words, one each ten milliseconds. */
const SLOWLY = 'Write slowly';
const SLOW_WORDS = 600;
const SLOW_PAUSE_MS = 10;
const BOT = { ok: true, result: { id: 7000, is_bot: true, first_name: 'Bench', username: 'bench_bot' } };

/** A page of two hundred links and fields, for the browser. */
const PAGE = `<!doctype html><html><head><title>Bench</title></head><body>${Array.from({ length: 100 }, (_, index) => `<p><a href="/${index}">Link ${index}</a> <input aria-label="Field ${index}"></p>`).join('')}</body></html>`;

/** A vector that depends on the text alone; what it means does not matter here. */
function vectorOf(text) {
  let seed = 7;
  for (let index = 0; index < text.length; index += 16) seed = (seed * 31 + text.charCodeAt(index)) % 2147483647;
  return Array.from({ length: 1536 }, () => {
    seed = (seed * 48271) % 2147483647;
    return Math.round((seed / 2147483647 - 0.5) * 1e4) / 1e4;
  });
}

function wantsItSlowly(body) {
  const last = JSON.parse(body).messages.at(-1);
  return last?.role === 'user' && JSON.stringify(last.content).includes(SLOWLY);
}

function writeSlowly(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let written = 0;
  const clock = setInterval(() => {
    if (written < SLOW_WORDS) {
      response.write(chunk({ content: `word${written++}${written % 12 === 0 ? '.\n\n' : ' '}` }));
      return;
    }
    clearInterval(clock);
    response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
  }, SLOW_PAUSE_MS);
  response.once('close', () => clearInterval(clock));
}

createServer((request, response) => {
  const asked = [];
  request.on('data', (part) => asked.push(part));
  request.on('end', () => {
    if (request.url.endsWith('/embeddings')) {
      const { input } = JSON.parse(Buffer.concat(asked).toString('utf8'));
      const data = input.map((text, index) => ({ index, embedding: vectorOf(text) }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
      return;
    }
    if (request.url.endsWith('/chat/completions')) {
      if (wantsItSlowly(Buffer.concat(asked).toString('utf8'))) {
        writeSlowly(response);
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(ANSWER);
      return;
    }
    if (request.url === '/page') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
      return;
    }
    // A long poll stays open: there is no news.
    if (request.url.endsWith('/getUpdates')) return;
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(request.url.endsWith('/getMe') ? BOT : { ok: true, result: true }));
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
