// Turns while many clients listen: each of them hears every event.
import { BenchGateway, TOKEN, startProgram } from './processes.mjs';
import { quantile, round } from './statistics.mjs';
import { WireClient } from './wire-client.mjs';

const LISTENERS = 200;
const SESSIONS = 20;
const TURNS = 600;

export async function measureFanOut(services, add) {
  const stateDir = BenchGateway.prepare(services);
  const gateway = await BenchGateway.start(stateDir, `http://127.0.0.1:${services}`);
  const client = await WireClient.connect(gateway.port, TOKEN);
  // The first turns load and compile what all later ones use.
  for (let count = 0; count < SESSIONS; count++) await turn(client, `warm-${count}`, `warm-${count}`);
  const listeners = await startProgram('listeners.mjs', {
    GATEWAY_PORT: String(gateway.port),
    GATEWAY_TOKEN: TOKEN,
    LISTENERS: String(LISTENERS),
  });
  const times = [];
  let next = 0;
  const start = performance.now();
  const cpuBefore = gateway.cpuMs;
  const worker = async (session) => {
    while (next < TURNS) {
      const began = performance.now();
      await turn(client, `heard-${next++}`, `heard-${session}`);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: SESSIONS }, (_, session) => worker(session)));
  const seconds = (performance.now() - start) / 1000;
  const cpu = (gateway.cpuMs - cpuBefore) / TURNS;
  client.close();
  await listeners.stop();
  await gateway.stop();
  gateway.remove();
  const p99 = quantile(times, 0.99);
  add(
    `turns with ${SESSIONS} sessions at once that ${LISTENERS} clients hear, p99`,
    `${round(p99, 0)} ms`,
    '1,000 ms',
    p99 <= 1000,
    `p50 ${round(quantile(times, 0.5), 0)} ms, ${round(TURNS / seconds, 0)} a second, ${round(cpu)} ms of processor time each`,
  );
}

async function turn(client, runId, sessionKey) {
  const final = new Promise((resolve, reject) => {
    const off = client.on(({ event, payload }) => {
      if (event !== 'chat' || payload.runId !== runId || payload.state === 'delta') return;
      off();
      if (payload.state === 'final') resolve();
      else reject(new Error(`turn ${runId} ended as ${payload.state}: ${payload.errorMessage}`));
    });
  });
  await client.call('chat.send', { sessionKey, message: 'Do it', idempotencyKey: runId });
  await final;
}
