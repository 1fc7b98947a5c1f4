import { median, round } from '../statistics.mjs';

/** Figures of all tasks, as `docs/benchmarks.md` has them. Times only beside that of a plain answer on the same machine. */
export function agentRows(results, plainMs, model) {
  const sum = (name) => results.reduce((total, result) => total + result[name], 0);
  const done = results.filter(({ ok }) => ok).length;
  const ratio = sum('ms') / results.length / plainMs;
  const who = model ?? 'a scripted model';
  return [
    {
      figure: `tasks of a person, done by ${who}`,
      value: `${done} of ${results.length}`,
      limit: 'all',
      ok: done === results.length,
      yardstick: results.flatMap(({ id, ok }) => (ok ? [] : [id])).join(', '),
    },
    {
      figure: '… steps of the model',
      value: String(sum('steps')),
      limit: 'none',
      ok: true,
      yardstick: `most ${Math.max(...results.map(({ steps }) => steps))}`,
    },
    {
      figure: '… tokens of its requests, median of a task',
      value: String(Math.round(median(results.map(({ tokens }) => tokens)))),
      limit: 'none',
      ok: true,
      yardstick: `all ${sum('tokens')}${model ? '' : '; four characters each'}`,
    },
    {
      figure: '… questions to the person',
      value: String(sum('questions')),
      limit: model ? 'none' : '≤ 1',
      ok: model !== undefined || sum('questions') <= 1,
    },
    {
      figure: '… time of a task beside a plain answer',
      value: `${round(ratio, 1)} ×`,
      limit: 'none',
      ok: true,
      yardstick: `${round(plainMs, 0)} ms`,
    },
  ];
}
