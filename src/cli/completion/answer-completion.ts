import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot } from '../../common/app-root';
import { visibleText } from '../../common/visible-text';
import { Environment } from '../../config/environment';
import { type CommandNode, TREE_FILE } from './command-node';
import { complete } from './complete';
import { LiveValues } from './live-values';

/** Word with which a shell asks; the words of the command line follow. */
export const ASKED_BY_SHELL = '__complete';

/**
 * Prints what may stand at the end of a command line, a line each: value, tab, description. A shell in which somebody types
 * is no place for errors: where something is wrong, nothing is printed.
 */
export function answerCompletion(words: readonly string[], env = new Environment()): void {
  try {
    const tree = JSON.parse(readFileSync(join(appRoot(), 'dist', TREE_FILE), 'utf8')) as CommandNode[];
    const typed = words.map((word) => (word === '""' ? '' : word));
    env = withProfile(env, typed);
    const live = new LiveValues(env);
    const found = complete(tree, typed, (kind) => {
      try {
        return live.of(kind);
      } catch {
        return [];
      }
    });
    const lines = found
      .filter(({ value }) => value !== '' && visibleText(value) === value && !/\s/.test(value))
      .map(({ value, summary = '' }) => `${value}\t${visibleText(summary)}\n`);
    process.stdout.write(lines.join(''));
  } catch {
    // Nothing is printed.
  }
}

/** The state is that of the profile on the command line. */
function withProfile(env: Environment, words: readonly string[]): Environment {
  const at = words.indexOf('--profile');
  const profile = words.includes('--dev') ? 'dev' : at < 0 ? undefined : words[at + 1];
  if (profile !== undefined && /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(profile)) env.set('OPENCLAW_PROFILE', profile);
  return env;
}
