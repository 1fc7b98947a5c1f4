// Makes skeletons in the tree that is named first, one for each list of arguments in the second argument, in one process.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [tree, calls] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(join(tree, 'scripts', 'new', name)).href);
const { runNew } = await load('run-new.mjs');
const { NewError } = await load('new-error.mjs');
const results = [];
for (const args of JSON.parse(calls))
  try {
    results.push({ lines: await runNew(args, tree) });
  } catch (error) {
    if (!(error instanceof NewError)) throw error;
    results.push({ error: error.message });
  }
process.stdout.write(JSON.stringify(results));
