// `npm run new tool|method|command|channel|provider|view NAME`: a working skeleton with its test from `templates`, and the
// lines elsewhere that lead to it. `--in src/<folder>` says where (methods and commands), `--dry-run` writes nothing.
import { NewError } from './new/new-error.mjs';
import { runNew } from './new/run-new.mjs';
import { root } from './paths.mjs';

try {
  for (const line of await runNew(process.argv.slice(2), root)) process.stdout.write(`${line}\n`);
} catch (error) {
  if (!(error instanceof NewError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
}
