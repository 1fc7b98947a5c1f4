// Starts a released OpenClaw gateway, or this one, with a model server that answers in a few words; all on loopback.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../paths.mjs';

const TOKEN = 'parity';
const START_MS = 180_000;
const require = createRequire(import.meta.url);

/** Releases that can be compared with, by protocol, and where they lie below the folder of peers. */
export const PEERS = { 3: 'oc-feb', 4: 'oc-new' };

export function startModels() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const send = (delta, finish = null) =>
        response.write(
          `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model: 'parity-1', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
        );
      send({ role: 'assistant', content: 'some words' });
      send({}, 'stop');
      response.end('data: [DONE]\n\n');
    });
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port, stop: () => server.close() })),
  );
}

function settings(modelPort, port, workspace) {
  const model = {
    ...{ id: 'parity-1', name: 'Parity 1', contextWindow: 200_000, maxTokens: 8192, reasoning: false },
    ...{ input: ['text'], cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 } },
  };
  const baseUrl = `http://127.0.0.1:${modelPort}/v1`;
  return {
    gateway: { mode: 'local', port, bind: 'loopback', auth: { mode: 'token', token: TOKEN } },
    models: {
      mode: 'merge',
      providers: { parity: { baseUrl, apiKey: 'x', api: 'openai-completions', models: [model] } },
    },
    agents: { defaults: { model: { primary: 'parity/parity-1' }, workspace } },
  };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** @param peer folder of a released OpenClaw; without it this gateway is started */
export async function startGateway(modelPort, peer, peers) {
  const home = mkdtempSync(join(tmpdir(), 'parity-'));
  const state = join(home, '.openclaw');
  mkdirSync(state);
  const port = await freePort();
  writeFileSync(join(state, 'openclaw.json'), JSON.stringify(settings(modelPort, port, join(home, 'workspace'))));
  const node24 = peers && join(peers, 'node_modules', '.bin', 'node');
  const [node, program] = peer
    ? [existsSync(node24) ? node24 : process.execPath, join(peer, 'node_modules', 'openclaw', 'openclaw.mjs')]
    : [process.execPath, at('bin', 'openclaw')];
  const child = spawn(node, [program, 'gateway', 'run', '--port', String(port)], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      OPENCLAW_STATE_DIR: state,
      OPENCLAW_DISABLE_BONJOUR: '1',
      OPENCLAW_UI_PORT: String(await freePort()),
    },
    stdio: 'ignore',
  });
  const stop = () => {
    child.kill('SIGTERM');
    setTimeout(() => rmSync(home, { recursive: true, force: true }), 3000).unref();
  };
  return { port, token: TOKEN, stop, gone: () => child.exitCode !== null };
}

/** A client of one revision; waits until the gateway answers. */
export async function connect({ port, token, gone }, protocol) {
  const { WebSocket } = require('ws');
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      return await open(new WebSocket(`ws://127.0.0.1:${port}`), token, protocol);
    } catch (error) {
      if (gone() || Date.now() > deadline)
        throw new Error(`the gateway did not start: ${error.message}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

function open(socket, token, protocol) {
  const waiting = new Map();
  let next = 0;
  const call = (method, params = {}) =>
    new Promise((resolve, reject) => {
      const id = String(++next);
      waiting.set(id, resolve);
      setTimeout(() => reject(new Error(`${method}: no answer within 30 s`)), 30_000).unref();
      socket.send(JSON.stringify({ type: 'req', id, method, params }));
    });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
    socket.on('message', (data) => {
      const frame = JSON.parse(data);
      if (frame.event === 'connect.challenge')
        call('connect', {
          ...{ minProtocol: protocol, maxProtocol: protocol, role: 'operator', caps: [], auth: { token } },
          client: { id: 'gateway-client', version: '1.0.0', platform: 'linux', mode: 'backend' },
          scopes: ['admin', 'read', 'write', 'approvals', 'pairing'].map((scope) => `operator.${scope}`),
        }).then(({ ok, error, payload }) =>
          ok ? resolve({ call, hello: payload, close: () => socket.close() }) : reject(new Error(error.message)),
        );
      waiting.get(frame.id)?.(frame);
      waiting.delete(frame.id);
    });
  });
}
