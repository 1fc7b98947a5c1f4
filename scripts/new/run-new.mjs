import { parseArgs } from 'node:util';
import { KINDS } from './kinds.mjs';
import { spellingsOf } from './names.mjs';
import { NewError } from './new-error.mjs';
import { Plan } from './plan.mjs';

const USAGE = `npm run new ${Object.keys(KINDS).join('|')} NAME [-- --in src/<folder>] [-- --dry-run]`;

/**
 * Makes what the arguments ask for.
 * @param root folder of the repository
 * @returns lines that say what was made and changed, and what is to be done next
 * @throws NewError where the call was wrong; then nothing is written
 */
export async function runNew(args, root) {
  const { values, positionals } = readArguments(args);
  const [kind, given, ...more] = positionals;
  const make = Object.hasOwn(KINDS, kind ?? '') ? KINDS[kind] : undefined;
  if (!make)
    throw new NewError(`${kind === undefined ? 'what shall be made?' : `there is no kind "${kind}":`} ${USAGE}`);
  if (more.length > 0) throw new NewError(`"${more.join(' ')}" is too much: ${USAGE}`);
  const name = spellingsOf(kind, given);
  if (values.in !== undefined && !['method', 'command'].includes(kind))
    throw new NewError(`--in is for methods and commands: a ${kind} has a place of its own`);
  const plan = new Plan(root);
  const { next, after } = await make(plan, name, values);
  const dryRun = values['dry-run'] === true;
  const { made, changed } = await plan.write({ dryRun });
  const alsoChanged = dryRun ? [] : ((await after?.()) ?? []);
  return [
    ...made.map((path) => `${dryRun ? 'would make' : 'made'} ${path}`),
    ...[...changed, ...alsoChanged].map((path) => `${dryRun ? 'would change' : 'changed'} ${path}`),
    ...(dryRun ? [] : ['npm test -- --changed', ...next].map((line) => `next: ${line}`)),
  ];
}

function readArguments(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { in: { type: 'string' }, 'dry-run': { type: 'boolean' } },
    });
  } catch (error) {
    throw new NewError(`${error.message}; ${USAGE}`);
  }
}
