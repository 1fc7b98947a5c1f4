'use strict';
// Runs in the network of a conversation's sandbox and leads into it from outside: whoever connects to the socket of the
// file system says a port in a line and is told 4 or 6, by which address of loopback something listens there, or 0.
// usage: sandbox-door.cjs <socket>; ends when its standard input does.
const { connect, createServer } = require('node:net');

const ADDRESSES = { 4: '127.0.0.1', 6: '::1' };
const MOST_DIGITS = 5;

const server = createServer({ allowHalfOpen: true }, (outer) => {
  let line = '';
  outer.on('error', () => outer.destroy());
  const read = (chunk) => {
    line += chunk.toString('latin1');
    const end = line.indexOf('\n');
    if (end < 0 && line.length <= MOST_DIGITS) return;
    outer.off('data', read);
    outer.pause();
    const port = Number(line.slice(0, end));
    if (end < 0 || !Number.isInteger(port) || port < 1 || port > 65535) outer.destroy();
    else lead(outer, port, ['4', '6']);
  };
  outer.on('data', read);
});

function lead(outer, port, [family, ...others]) {
  if (family === undefined) {
    outer.end('0');
    return;
  }
  const inner = connect({ host: ADDRESSES[family], port, allowHalfOpen: true });
  const next = () => lead(outer, port, others);
  inner.once('error', next);
  inner.once('connect', () => {
    inner.off('error', next);
    inner.on('error', () => outer.destroy());
    outer.on('error', () => inner.destroy());
    outer.on('close', () => inner.destroy());
    outer.write(family);
    outer.pipe(inner);
    inner.pipe(outer);
  });
}

process.stdin.on('end', () => process.exit(0)).resume();
server.listen(process.argv[2], () => process.stdout.write('open\n'));
