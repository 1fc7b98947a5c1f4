// Runs the bundles once through their usual ways and keeps the compiled code of everything that was called.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { at } from './paths.mjs';

// Else V8 forgets what ran once, the outermost function of a bundle before all: each start would compile that again.
setFlagsFromString('--no-flush-bytecode');

/** Those that ran, by name: `{ script, run(module) }`. */
const bundles = new Map();

/** The program of a bundle, as the loader runs it but without a cache. */
function bundle(name) {
  if (!bundles.has(name)) {
    const file = at('dist', 'bundle', `${name}.js`);
    const script = new Script(readFileSync(file, 'latin1'), { filename: file });
    const program = script.runInThisContext();
    const require = createRequire(file);
    const run = (module) => program(module.exports, require, module, file, at('dist', 'bundle'), loadPart);
    bundles.set(name, { script, run });
  }
  return bundles.get(name);
}

const parts = new Map();
function loadPart(name) {
  if (!parts.has(name)) {
    const part = { exports: {} };
    bundle(name).run(part);
    parts.set(name, part.exports);
  }
  return parts.get(name);
}

/** Runs one command line in this process. Settles when it is done. */
function openclaw(...args) {
  process.argv = [process.argv[0], at('bin', 'openclaw'), ...args];
  const module = { exports: {} };
  bundle(args.includes('gateway') ? 'gateway' : 'client').run(module);
  return module.exports.finished;
}

/** Answers like a Bot API server with nothing to say, so that the Telegram code is compiled as well. */
async function quietBotApi() {
  const server = createServer((request, response) => {
    const method = request.url.split('/').at(-1).split('?')[0];
    const result =
      { getMe: { id: 1, is_bot: true, first_name: 'warm-up', username: 'warmup_bot' }, getUpdates: [] }[method] ?? true;
    const answer = () => response.end(JSON.stringify({ ok: true, result }));
    response.setHeader('content-type', 'application/json');
    request.resume();
    if (method === 'getUpdates') setTimeout(answer, 500);
    else answer();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Streams two short answers of an OpenAI-compatible model, one of them through a tool. */
async function shortModel() {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      if (!request.url.endsWith('/chat/completions')) return response.writeHead(404).end();
      const { messages } = JSON.parse(body);
      const usesTool = messages.at(-1).role === 'user' && JSON.stringify(messages.at(-1)).includes('use a tool');
      const delta = usesTool
        ? {
            tool_calls: [
              { index: 0, id: 'call_1', type: 'function', function: { name: 'session_status', arguments: '{}' } },
            ],
          }
        : { content: 'done ' };
      const chunk = (delta, finish_reason = null) =>
        response.write(
          `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`,
        );
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      chunk({ role: 'assistant', content: '' });
      for (let count = usesTool ? 1 : 5; count > 0; count--) chunk(delta);
      chunk({}, usesTool ? 'tool_calls' : 'stop');
      response.end(
        `data: ${JSON.stringify({ id: 'x', choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } })}\n\ndata: [DONE]\n\n`,
      );
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A busy machine takes long for what is compiled for the first time. */
const READY_MS = 180_000;

async function untilHealthy(port) {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    const ready = await fetch(`http://127.0.0.1:${port}/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the gateway of the warm-up did not become ready');
}

const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-warm-up-'));
const botApi = await quietBotApi();
const model = await shortModel();
const port = await freePort();
for (const name of Object.keys(process.env))
  if (name.startsWith('OPENCLAW_') || name.endsWith('_API_KEY')) delete process.env[name];
Object.assign(process.env, {
  HOME: stateDir,
  OPENCLAW_STATE_DIR: stateDir,
  OPENCLAW_GATEWAY_PORT: String(port),
  OPENCLAW_UI_PORT: '0',
});
writeFileSync(
  join(stateDir, 'openclaw.json'),
  JSON.stringify({
    gateway: { mode: 'local', auth: { mode: 'token', token: 'warm-up-only-token-of-32-characters' } },
    models: {
      providers: {
        warmup: {
          baseUrl: `http://127.0.0.1:${model.address().port}/v1`,
          apiKey: 'none',
          api: 'openai-completions',
          models: [{ id: 'm', name: 'm' }],
        },
      },
    },
    channels: { telegram: { botToken: '1:warm-up', apiRoot: `http://127.0.0.1:${botApi.address().port}` } },
  }),
);

const output = [];
const writeOut = process.stdout.write.bind(process.stdout);
process.stdout.write = (text) => output.push(String(text)) > 0;
const writeErr = process.stderr.write.bind(process.stderr);
process.stderr.write = (text) => output.push(String(text)) > 0;
try {
  const gateway = openclaw('gateway', 'run');
  await untilHealthy(port);
  for (const command of [
    ['agent', '--message', 'help'],
    ['agent', '--message', 'time', '--json'],
    ['agent', '--message', 'list files', '--stream'],
    ['agent', '--message', 'say something', '--model', 'warmup/m'],
    ['agent', '--message', 'use a tool', '--model', 'warmup/m', '--stream'],
    ['status'],
    ['health', '--json'],
    ['sessions', 'list'],
    ['channels', 'list'],
    ['models', 'list'],
    ['gateway', 'status'],
    ['config', 'get', 'gateway.mode'],
    ['explain', 'boot'],
    ['logs'],
    ['doctor'],
  ]) {
    await openclaw(...command);
  }
  process.exitCode = 0;
  process.kill(process.pid, 'SIGTERM');
  await gateway;
  if (process.exitCode !== 0) throw new Error(`the gateway of the warm-up ended with ${process.exitCode}`);
  // A cache is taken only by a V8 with the same flags.
  setFlagsFromString('--flush-bytecode');
  for (const [name, { script }] of bundles) {
    const file = at('dist', 'bundle', `${name}.cache`);
    writeFileSync(file, script.createCachedData());
    // The program that ran here has made its files private; whoever starts it may be another user.
    chmodSync(file, 0o644);
  }
} catch (error) {
  writeErr(`${output.join('')}\n`);
  throw error;
} finally {
  process.stdout.write = writeOut;
  process.stderr.write = writeErr;
  for (const server of [botApi, model]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(stateDir, { recursive: true, force: true });
}
process.exit(0);
