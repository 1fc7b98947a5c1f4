'use strict';
// An OpenAI-compatible server that answers at once, and a Telegram that has no news.
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
const BOT = { ok: true, result: { id: 7000, is_bot: true, first_name: 'Bench', username: 'bench_bot' } };

/** A page of two hundred links and fields, for the browser. */
const PAGE = `<!doctype html><html><head><title>Bench</title></head><body>${Array.from({ length: 100 }, (_, index) => `<p><a href="/${index}">Link ${index}</a> <input aria-label="Field ${index}"></p>`).join('')}</body></html>`;

createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    if (request.url.endsWith('/chat/completions')) {
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
