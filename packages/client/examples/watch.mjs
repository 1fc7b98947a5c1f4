// Shows what is said in a conversation, also after the connection was cut, under a device key of its own:
// OPENCLAW_GATEWAY_TOKEN=… node watch.mjs main
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { OpenclawClient } from 'openclaw-client';
import { deviceKey } from 'openclaw-client/device-key';

const {
  OPENCLAW_URL = 'ws://127.0.0.1:18789',
  OPENCLAW_GATEWAY_TOKEN: token = '',
  KEY_FILE = '.openclaw-watch.json',
} = process.env;
const device = await deviceKey({
  read: () => (existsSync(KEY_FILE) ? readFileSync(KEY_FILE, 'utf8') : undefined),
  write: (text) => writeFileSync(KEY_FILE, text, { mode: 0o600 }),
});
const key = process.argv[2] ?? 'main';

const client = new OpenclawClient({
  url: OPENCLAW_URL,
  auth: { token },
  device,
  WebSocket: globalThis.WebSocket ?? (await import('ws')).WebSocket,
  onState: ({ kind, hello, reason }) => console.log(`[${kind} ${hello?.resume?.state ?? reason ?? ''}]`),
  // What was missed can't be told again: whoever shows a conversation reads it anew.
  onGap: () => void show(),
});
client.on('session.message', ({ message }) => console.log(`${message.role}: ${textOf(message)}`));
await client.connect();
await show();

async function show() {
  await client.call('sessions.messages.subscribe', { key });
  const { messages } = await client.call('chat.history', { sessionKey: key, limit: 20 });
  for (const message of messages) console.log(`${message.role}: ${textOf(message)}`);
}

function textOf({ content }) {
  return typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('');
}
