// Asks the assistant and shows the answer as it comes: OPENCLAW_GATEWAY_TOKEN=… node ask.mjs "What time is it?"
import { randomUUID } from 'node:crypto';
import { OpenclawClient } from 'openclaw-client';

const { OPENCLAW_URL = 'ws://127.0.0.1:18789', OPENCLAW_GATEWAY_TOKEN: token = '' } = process.env;
const client = new OpenclawClient({
  url: OPENCLAW_URL,
  auth: { token },
  // Node has sockets of its own from version 22 on.
  WebSocket: globalThis.WebSocket ?? (await import('ws')).WebSocket,
});
await client.connect();

const runId = randomUUID();
let shown = 0;
client.on('agent', ({ runId: of, stream, data }) => {
  if (of !== runId || stream !== 'assistant') return;
  process.stdout.write(data.text.slice(shown));
  shown = data.text.length;
});
await client.call('agent', { message: process.argv[2] ?? 'Hello', sessionKey: 'main', idempotencyKey: runId });
const { status } = await client.call('agent.wait', { runId, timeoutMs: 120_000 }, { timeoutMs: 130_000 });
process.stdout.write('\n');
client.stop();
process.exitCode = status === 'ok' ? 0 : 1;
