#!/usr/bin/env node
// Adds up what `codexbar cost --format json` says. usage: model-costs.mjs <file | -> [--days N] [--json]
import { readFileSync } from 'node:fs';

const [file, ...flags] = process.argv.slice(2);
if (!file) {
  console.error('usage: model-costs.mjs <file | -> [--days N] [--json]');
  process.exit(2);
}
const daysAt = flags.indexOf('--days');
const days = daysAt >= 0 ? Number(flags[daysAt + 1]) : undefined;
if (days !== undefined && !(days >= 1)) {
  console.error(`--days must be a number of at least 1, got "${flags[daysAt + 1] ?? ''}"`);
  process.exit(2);
}

let records;
try {
  records = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
} catch (error) {
  console.error(`${file} is not valid JSON: ${error.message}`);
  process.exit(1);
}

const daily = [records]
  .flat()
  .flatMap((provider) => provider?.daily ?? [])
  .filter((day) => typeof day?.date === 'string')
  .sort((a, b) => a.date.localeCompare(b.date));
const chosen = days === undefined ? daily : daily.slice(-days);
const byModel = new Map();
let total = 0;
for (const day of chosen) {
  total += day.totalCost ?? day.cost ?? 0;
  for (const { modelName, model, cost } of day.modelBreakdowns ?? [])
    byModel.set(modelName ?? model ?? 'unknown', (byModel.get(modelName ?? model ?? 'unknown') ?? 0) + (cost ?? 0));
}
const models = [...byModel].map(([model, cost]) => ({ model, cost })).sort((a, b) => b.cost - a.cost);
const summary = { from: chosen[0]?.date ?? null, to: chosen.at(-1)?.date ?? null, days: chosen.length, total, models };
if (flags.includes('--json')) console.log(JSON.stringify(summary, null, 2));
else {
  console.log(`${summary.days} days, ${summary.from ?? '-'} to ${summary.to ?? '-'}, total $${total.toFixed(2)}`);
  for (const { model, cost } of models) console.log(`${model}  $${cost.toFixed(2)}`);
  if (models.length === 0) {
    console.log('no costs by model in these records; by day:');
    for (const day of chosen) console.log(`${day.date}  $${(day.totalCost ?? day.cost ?? 0).toFixed(2)}`);
  }
}
