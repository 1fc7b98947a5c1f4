'use strict';
// Runs inside the sandbox, where there is no network: a door on loopback that leads to the gateway's checking proxy
// (a socket of the file system), and behind it the command itself.
// usage: sandbox-bridge.cjs <socket> <program> [args …]
const { spawn } = require('node:child_process');
const { connect, createServer } = require('node:net');

const [socketPath, program, ...args] = process.argv.slice(2);
const server = createServer((inner) => {
  const outer = connect(socketPath);
  inner.pipe(outer);
  outer.pipe(inner);
  inner.on('error', () => outer.destroy());
  outer.on('error', () => inner.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const proxy = `http://127.0.0.1:${server.address().port}`;
  const env = { ...process.env, NODE_USE_ENV_PROXY: '1' };
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']) env[name] = env[name.toLowerCase()] = proxy;
  const child = spawn(program, args, { stdio: 'inherit', env });
  child.on('error', (error) => {
    process.stderr.write(`${program}: ${error.message}\n`);
    process.exit(127);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 128 : 1)));
});
