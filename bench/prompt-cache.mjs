// What a provider that keeps the beginnings of prompts bills for a day of turns.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchGateway, TOKEN, startProgram } from './processes.mjs';
import { round } from './statistics.mjs';
import { WireClient } from './wire-client.mjs';

const TURNS = 120;
const WINDOW = 32_000;
const ANSWER_MS = 60_000;

/**
 * A day of one conversation: short questions, long ones, and every third a file that is read. It is longer than the window,
 * so it is summed up on the way. Beside it stands what a conversation of the same requests could have had that never
 * changes a word of what was sent before.
 */
export async function measurePromptCache(add) {
  const model = await startProgram('billing-model.cjs');
  const stateDir = BenchGateway.prepare(model.port);
  const path = join(stateDir, 'openclaw.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  config.models.providers.instant.models = [{ id: 'instant', name: 'instant', contextWindow: WINDOW, maxTokens: 1500 }];
  delete config.channels;
  writeFileSync(path, JSON.stringify(config));
  const workspace = join(stateDir, 'workspace');
  mkdirSync(workspace, { recursive: true });
  writeFileSync(join(workspace, 'notes.txt'), 'a line of notes about tea and water\n'.repeat(120));
  const gateway = await BenchGateway.start(stateDir);
  try {
    const client = await WireClient.connect(gateway.port, TOKEN);
    for (let turn = 0; turn < TURNS; turn++) await say(client, turn);
    client.close();
    const figures = await (await fetch(`http://127.0.0.1:${model.port}/figures`)).json();
    const share = figures.cached / figures.input;
    const best = figures.reachable / figures.input;
    add(
      `prompt tokens that a provider had kept, ${TURNS} turns of one conversation in a window of ${WINDOW / 1000},000`,
      `${round(share * 100)} %`,
      '≥ 85 % of what is possible',
      share / best >= 0.85,
      `${round(best * 100)} % possible; ${figures.requests} requests, ${figures.summaries} summaries`,
    );
  } finally {
    await gateway.stop();
    gateway.remove();
    await model.stop();
  }
}

async function say(client, turn) {
  const long = turn % 4 === 3 ? ` ${'Some words that a person writes. '.repeat(40)}` : '';
  const message = `Turn ${turn}: ${turn % 3 === 2 ? 'read the notes.' : 'what do you say?'}${long}`;
  const runId = `cache-${turn}`;
  await client.call('chat.send', { sessionKey: 'day', message, idempotencyKey: runId });
  const { status } = await client.call('agent.wait', { runId, timeoutMs: ANSWER_MS });
  if (status !== 'ok') throw new Error(`turn ${turn} ended as ${status}`);
}
