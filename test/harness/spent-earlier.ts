import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';

const DAY_MS = 86_400_000;
const DAYS = 30;

/** Calls of two models with a price on most of the last thirty days, written beside a gateway that runs. */
export function spentEarlier(stateDir: string): void {
  const database = new SqliteFile(join(stateDir, 'openclaw-nest.sqlite'));
  const insert = database.prepare(
    `insert into usage_calls
       (id, at, day, purpose, agent_id, provider, model, state, input, output, cache_read, cache_write, cost_micros, priced, calls)
     values (?, ?, ?, ?, 'main', ?, ?, 'settled', ?, ?, 0, 0, ?, 1, 1)`,
  );
  for (let back = 1; back < DAYS; back++) {
    if (back % 7 === 3) continue;
    const at = Date.now() - back * DAY_MS;
    const [provider, model] = back % 2 === 0 ? ['anthropic', 'claude-sonnet-4-5'] : ['openai', 'gpt-5.2'];
    const input = 40_000 + ((back * 7919) % 90_000);
    insert.run(
      `earlier-${back}`,
      at,
      new Date(at).toISOString().replace(/T.*/, ''),
      back % 3 === 0 ? 'cron' : 'turn',
      provider,
      model,
      input,
      Math.round(input / 40),
      input * 9,
    );
  }
  database.close();
}
