// `npm run bench:agent`: twenty tasks, by a scripted model, or by that of OPENCLAW_BENCH_MODEL. Fails where one is not done.
// With names only those: `npm run bench:agent -- fix-test chart`. With --write the scripted model's figures go into
// docs/benchmarks.md, as `npm run bench` would write them.
import { readFileSync, writeFileSync } from 'node:fs';
import { ensureBuild } from '../../scripts/ensure.mjs';
import { at } from '../../scripts/paths.mjs';
import { withRows } from '../table.mjs';
import { runTasks } from './agent-bench.mjs';
import { agentRows } from './rows.mjs';

await ensureBuild();
const only = process.argv.slice(2).filter((word) => word !== '--write');
const writes = process.argv.includes('--write');
const model = process.env.OPENCLAW_BENCH_MODEL;
const { results, plainMs } = await runTasks({
  ...(model ? { model } : {}),
  ...(only.length > 0 ? { only } : {}),
  onResult: ({ id, ok, steps, tokens, questions, ms, fault }) =>
    process.stdout.write(
      `${ok ? 'ok  ' : 'FAIL'} ${id}: ${steps} steps, ${tokens} tokens, ${questions} questions, ${Math.round(ms)} ms${fault ? `; ${fault}` : ''}\n`,
    ),
});
const rows = agentRows(results, plainMs, model);
for (const { figure, value, yardstick } of rows)
  process.stdout.write(`${figure}: ${value}${yardstick ? ` (${yardstick})` : ''}\n`);
if (writes) {
  if (model || only.length > 0) throw new Error('--write is for all tasks with the scripted model');
  const page = at('docs', 'benchmarks.md');
  writeFileSync(page, withRows(readFileSync(page, 'utf8'), rows));
}
if (results.some(({ ok }) => !ok)) process.exitCode = 1;
