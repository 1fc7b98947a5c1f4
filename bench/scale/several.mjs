// How long it takes until another gateway hears of something, goes on with what one leaves when it is stopped, and takes over
// from one that is killed.
import { BenchGateway, TOKEN, startProgram } from '../processes.mjs';
import { quantile } from '../statistics.mjs';
import { turn } from '../turns.mjs';
import { WireClient } from '../wire-client.mjs';
import { withDatabase } from './database.mjs';

const HEARD = 300;
const ENDS = 12;
/** Long enough to be stopped in: the model writes for six seconds. */
const SLOW = 'Write slowly';
const WRITING_MS = 500;

/** @returns milliseconds: `heard`, `drained` and `takenOver`, each `{ p50, p99, most, count }` */
export const measureSeveral = (server) =>
  withDatabase(server, async (url) => {
    const services = await startProgram('instant-model.cjs');
    const stateDir = BenchGateway.prepare(services.port);
    const start = () =>
      BenchGateway.start(stateDir, `http://127.0.0.1:${services.port}`, undefined, { OPENCLAW_DATABASE_URL: url });
    const gateways = [await start(), await start()];
    try {
      const heard = await hearing(gateways);
      const drained = [];
      const takenOver = [];
      for (let count = 0; count < ENDS; count++) {
        drained.push(await leaving(gateways, start, `drain-${count}`, 'SIGTERM'));
        takenOver.push(await leaving(gateways, start, `kill-${count}`, 'SIGKILL'));
      }
      return { heard: summary(heard), drained: summary(drained), takenOver: summary(takenOver) };
    } finally {
      for (const gateway of gateways) await gateway.stop();
      gateways[0].remove();
      await services.stop();
    }
  });

const summary = (times) => ({
  p50: quantile(times, 0.5),
  p99: quantile(times, 0.99),
  most: Math.max(...times),
  count: times.length,
});

/** From the answer at the gateway that made it to the same at the other one. */
async function hearing([first, second]) {
  const [here, there] = [await WireClient.connect(first.port, TOKEN), await WireClient.connect(second.port, TOKEN)];
  const times = [];
  for (let count = 0; count < HEARD; count++) {
    const runId = `heard-${count}`;
    const arrival = nextOf(there, (payload) => payload.runId === runId && payload.state === 'final');
    await turn(here, runId, 'heard');
    const before = performance.now();
    times.push(Math.max(0, (await arrival) - before));
  }
  here.close();
  there.close();
  return times;
}

/** Ends the first gateway in the middle of a turn. @returns from then until the other one writes on. Starts another one. */
async function leaving(gateways, start, runId, signal) {
  const [leaves, stays] = gateways;
  const [old, other] = [await WireClient.connect(leaves.port, TOKEN), await WireClient.connect(stays.port, TOKEN)];
  const writes = nextOf(old, (payload) => payload.runId === runId && payload.state === 'delta');
  await old.call('chat.send', { sessionKey: runId, message: SLOW, idempotencyKey: runId });
  await writes;
  await new Promise((resolve) => setTimeout(resolve, WRITING_MS));
  const gone = new Promise((resolve) => leaves.child.once('exit', resolve));
  const before = performance.now();
  leaves.child.kill(signal);
  await gone;
  // Whatever the old one has told is heard by now: from here on it is the other one that writes.
  const goesOn = nextOf(other, (payload) => payload.runId === runId);
  const time = (await goesOn) - before;
  old.close();
  other.close();
  gateways.splice(0, 2, stays, await start());
  return time;
}

/** @returns when the next such `chat` event came */
const nextOf = (client, isIt) =>
  new Promise((resolve) => {
    const off = client.on(({ event, payload }) => {
      if (event !== 'chat' || !isIt(payload)) return;
      off();
      resolve(performance.now());
    });
  });
