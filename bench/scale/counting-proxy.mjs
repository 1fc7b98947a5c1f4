// Hands connections on to PostgreSQL and counts the statements that run: each Bind of the extended protocol, each simple Query.
import { connect, createServer } from 'node:net';

const BIND = 'B'.charCodeAt(0);
const QUERY = 'Q'.charCodeAt(0);
const TYPE = 1;
const LENGTH = 4;

/** @param url of the database, without TLS. @returns `{ url, statements(), stop() }` */
export async function countingProxy(url) {
  const target = new URL(url);
  let statements = 0;
  const sockets = new Set();
  const server = createServer((client) => {
    const database = connect(Number(target.port || 5432), target.hostname);
    const counter = messageCounter((type) => {
      if (type === BIND || type === QUERY) statements++;
    });
    client.on('data', counter);
    client.pipe(database).pipe(client);
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        database.destroy();
      });
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String(server.address().port);
  return {
    url: own.href,
    statements: () => statements,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Tells the type of each message of a client. The first, which asks for a connection, has none. */
function messageCounter(onMessage) {
  let rest = Buffer.alloc(0);
  let isFirst = true;
  /** Bytes of the message at hand that are still to come. */
  let skip = 0;
  return (chunk) => {
    let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (;;) {
      const skipped = Math.min(skip, data.length);
      data = data.subarray(skipped);
      skip -= skipped;
      const head = isFirst ? LENGTH : TYPE + LENGTH;
      if (skip > 0 || data.length < head) break;
      if (!isFirst) onMessage(data[0]);
      skip = data.readUInt32BE(isFirst ? 0 : TYPE) + (isFirst ? 0 : TYPE);
      isFirst = false;
    }
    rest = data;
  };
}
