import { parseEnv } from 'node:util';
import { readTextIfExists, writeFileAtomic } from '../../common/atomic-file';
import { PROVIDER_KEYS } from '../../config/provider-keys';

/** Variables of the gateway itself that a service can't do without where they are set; some hold secrets. */
const OWN = [
  'OPENCLAW_GATEWAY_TOKEN',
  'OPENCLAW_GATEWAY_PASSWORD',
  'OPENCLAW_DATABASE_URL',
  'OPENCLAW_REDIS_URL',
  'OPENCLAW_SECRETS_KEY',
  'OPENCLAW_SECRETS_KEYCHAIN',
  'SEARXNG_URL',
] as const;

export interface CarriedVariables {
  /** Names that were written into the file. */
  written: string[];
  /** Names that the file already has with another value, which stays. */
  kept: string[];
  /** Names whose value the format can't hold. */
  left: string[];
}

/**
 * Keeps what this shell knows and a service would not: keys of providers, the gateway's own variables and those that the
 * configuration refers to. They go to a file that only its owner can read; a line that is there stays as it is.
 * @param path usually `.env` of the state directory
 * @param variables the environment of the caller
 * @param referred names that `${NAME}` in the configuration asks for
 * @param quotes those that whoever reads the file knows
 */
export function carryVariables(
  path: string,
  variables: Readonly<NodeJS.ProcessEnv>,
  referred: Iterable<string>,
  quotes: readonly string[] = [`'`, '"', '`'],
): CarriedVariables {
  const before = readTextIfExists(path) ?? '';
  const there = parseEnv(before);
  const result: CarriedVariables = { written: [], kept: [], left: [] };
  let text = before;
  for (const name of new Set<string>([...PROVIDER_KEYS, ...OWN, ...referred])) {
    const value = variables[name];
    if (value === undefined || value === '' || there[name] === value) continue;
    if (there[name] !== undefined) {
      result.kept.push(name);
      continue;
    }
    const next = `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${name}=`;
    const quote = quotes.find((each) => parseEnv(`${next}${each}${value}${each}\n`)[name] === value);
    if (quote === undefined) {
      result.left.push(name);
      continue;
    }
    text = `${next}${quote}${value}${quote}\n`;
    result.written.push(name);
  }
  if (text !== before) writeFileAtomic(path, text);
  return result;
}

/**
 * Folders of a `PATH` that are there for good: absolute ones, without those that a package manager adds for one script.
 */
export function lastingPath(path: string, separator: string): string {
  const folders = path
    .split(separator)
    .filter((folder) => folder.startsWith('/') && !folder.split('/').includes('node_modules'));
  return [...new Set(folders)].join(separator);
}
