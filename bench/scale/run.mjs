// `npm run bench:scale`: measures what turns, sockets and agents cost with PostgreSQL (BENCH_POSTGRES_URL: a server on this
// machine on which a database may be made), simulates cells of gateways with these costs, and writes both into docs/scale.md.
// `-- --dry` writes nothing, `-- --figures FILE` takes costs that were measured before (`--figures` prints them with `--dry`),
// `-- --figures FILE --cell JSON` simulates one cell and prints the result as JSON.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureBuild } from '../../scripts/ensure.mjs';
import { at } from '../../scripts/paths.mjs';
import { measure } from './measure.mjs';
import { sectionOf, withSection } from './page.mjs';
import { measureSeveral } from './several.mjs';
import { simulate } from './simulation.mjs';

const { values: options } = parseArgs({
  options: { dry: { type: 'boolean' }, figures: { type: 'string' }, cell: { type: 'string' } },
});
if (options.cell && !options.figures) throw new Error('--cell needs --figures FILE, which --dry prints');

const figures = options.figures ? JSON.parse(readFileSync(options.figures, 'utf8')) : await measured();
if (options.cell) {
  process.stdout.write(`${JSON.stringify(simulate(figures, JSON.parse(options.cell)))}\n`);
} else {
  const section = sectionOf(figures);
  const page = at('docs', 'scale.md');
  if (options.dry) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n${section}\n`);
  else writeFileSync(page, withSection(readFileSync(page, 'utf8'), section));
}

async function measured() {
  const server = process.env.BENCH_POSTGRES_URL;
  if (!server)
    throw new Error('set BENCH_POSTGRES_URL to a PostgreSQL server on this machine, e.g. postgresql://…/postgres');
  await ensureBuild();
  return { ...(await measure(server)), several: await measureSeveral(server) };
}
