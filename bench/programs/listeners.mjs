// Clients that only listen. Answers on the port of its first argument when all of them are connected.
import { createServer } from 'node:http';
import { WireClient } from '../wire-client.mjs';

const { GATEWAY_PORT, GATEWAY_TOKEN, LISTENERS } = process.env;
for (let count = 0; count < Number(LISTENERS); count++) {
  const client = await WireClient.connect(Number(GATEWAY_PORT), GATEWAY_TOKEN);
  // What is heard is thrown away unread, so that this process costs as little as it can.
  client.socket.removeAllListeners('message');
}
createServer((_, response) => response.end()).listen(Number(process.argv[2]), '127.0.0.1');
