// Runs gateways one after the other in one process, as test/harness/gateway-pool.ts asks for them: the program is loaded
// once for all. The first is begun by the arguments, as by bin/openclaw itself, others by messages that bring their
// environment. A gateway that is not handed back ends the process with it, as always.
const { join } = require('node:path');
const root = join(__dirname, '..', '..');
/** As in src/bootstrap/gateway.command.ts. */
const LEFT_OPEN_MS = 1000;
const { exit } = process;
let isHandedBack = false;
let isIdle = false;

// Between two gateways nothing ends the process, though it serves nobody.
process.exit = (code) => {
  if (!isIdle) exit(code);
};
process.on('disconnect', () => {
  if (isIdle) exit(0);
});
process.on('message', ({ env }) => {
  if (env === undefined) {
    isHandedBack = true;
    process.kill(process.pid, 'SIGTERM');
    return;
  }
  isIdle = false;
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.exitCode = undefined;
  void untilTheEnd(program().runCli(['gateway', 'run']));
});

process.argv.splice(1, 1, join(root, 'bin', 'openclaw'));
require(process.argv[1]);
void untilTheEnd(program().finished);

function program() {
  return require(join(root, 'dist', 'bundle', 'loader.js'));
}

async function untilTheEnd(ended) {
  process.channel?.unref();
  await ended;
  if (!isHandedBack || process.exitCode !== 0) return;
  isHandedBack = false;
  isIdle = true;
  process.channel?.ref();
  await untilNothingWorks();
  // Whoever reads knows by it that this was all.
  for (const stream of [process.stdout, process.stderr]) stream.write('\0');
}

/** Where the process ended, programs and file work that a gateway has begun would have their second, too. */
async function untilNothingWorks() {
  const deadline = Date.now() + LEFT_OPEN_MS;
  const works = () =>
    process.getActiveResourcesInfo().some((each) => each === 'ProcessWrap' || each.startsWith('FSReq'));
  while (works() && Date.now() < deadline) await new Promise((next) => setTimeout(next, 10));
}
