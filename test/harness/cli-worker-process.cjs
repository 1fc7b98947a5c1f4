// Runs command lines one after the other in one process, as test/harness/cli-worker.ts asks for them: the program is loaded
// once for all. What a command writes is handed back instead.
const { join } = require('node:path');
const dist = process.env.TEST_PROGRAM ?? join(__dirname, '..', '..', 'dist');
const { runCli } = require(join(dist, 'cli', 'run-cli.js'));
const { Environment } = require(join(dist, 'config', 'environment.js'));

process.on('message', async ({ args, env }) => {
  const written = { stdout: '', stderr: '' };
  const kept = {};
  for (const name of ['stdout', 'stderr']) {
    kept[name] = process[name].write;
    process[name].write = (text) => {
      written[name] += String(text);
      return true;
    };
  }
  process.exitCode = undefined;
  try {
    await runCli(args, new Environment({ ...env }));
  } finally {
    for (const name of ['stdout', 'stderr']) {
      process[name].write = kept[name];
      process[name].removeAllListeners('error');
    }
    process.send({ code: process.exitCode ?? 0, ...written });
    process.exitCode = 0;
  }
});
