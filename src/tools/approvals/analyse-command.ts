export interface CommandSegment {
  argv: string[];
  /** It reads what the one before it prints. */
  piped?: true;
}

export type CommandAnalysis = { ok: true; segments: CommandSegment[] } | { ok: false; reason: string };

/** Characters whose meaning depends on the shell, outside quotes. */
const UNANALYSABLE: Readonly<Record<string, string>> = {
  '>': 'a redirection',
  '<': 'a redirection',
  '`': 'a command substitution',
  '(': 'a subshell',
  ')': 'a subshell',
  '{': 'a brace group',
  '}': 'a brace group',
  '*': 'a file pattern',
  '?': 'a file pattern',
  '[': 'a file pattern',
  '~': 'a home folder',
  '#': 'a comment',
  '!': 'history expansion',
  '\\': 'an escape',
};

/**
 * Splits a shell command line into the programs it would start, at `&&`, `||`, `;` and `|`. Anything whose meaning is
 * not plain from the text (redirections, substitutions, variables, patterns, line breaks, a single `&`) makes the
 * whole line not analysable, so that it has to be asked for.
 */
export function analyseCommand(command: string): CommandAnalysis {
  const segments: CommandSegment[] = [];
  let argv: string[] = [];
  let word: string | undefined;
  let position = 0;
  let operator = '';
  let isPiped = false;
  const fail = (reason: string): CommandAnalysis => ({ ok: false, reason });
  const endWord = (): void => {
    if (word !== undefined) argv.push(word);
    word = undefined;
  };
  const endSegment = (): boolean => {
    endWord();
    if (argv.length === 0) return false;
    segments.push({ argv, ...(isPiped ? { piped: true } : {}) });
    argv = [];
    return true;
  };

  while (position < command.length) {
    const character = command[position] ?? '';
    const next = command[position + 1];
    if (character === "'" || character === '"') {
      const end = command.indexOf(character, position + 1);
      if (end < 0) return fail('an open quote');
      const quoted = command.slice(position + 1, end);
      if (character === '"' && /[$`\\!]/.test(quoted)) return fail('an expansion inside double quotes');
      if (/[\n\r\0]/.test(quoted)) return fail('a line break');
      word = (word ?? '') + quoted;
      position = end + 1;
    } else if (character === ' ' || character === '\t') {
      endWord();
      position++;
    } else if (character === ';' || (character === '|' && next !== '&') || (character === '&' && next === '&')) {
      if (character === ';' && next === ';') return fail('a case branch');
      if (!endSegment()) return fail('an empty command');
      operator = character;
      isPiped = character === '|' && next !== '|';
      position += character === '&' || (character === '|' && next === '|') ? 2 : 1;
    } else if (character === '&' || character === '|') {
      return fail('a background command');
    } else if (character === '\n' || character === '\r' || character === '\0') {
      return fail('a line break');
    } else if (character === '$') {
      return fail('an expansion');
    } else if (UNANALYSABLE[character] !== undefined) {
      return fail(UNANALYSABLE[character]);
    } else if (character > '\u007e') {
      return fail('a character outside ASCII');
    } else {
      word = (word ?? '') + character;
      position++;
    }
  }
  const isComplete = endSegment() || operator === ';';
  if (segments.length === 0) return fail('nothing to run');
  if (!isComplete) return fail('an operator at its end');
  if (segments.some((segment) => /^[A-Za-z_][A-Za-z0-9_]*=/.test(segment.argv[0] ?? '')))
    return fail('an assignment in front of a command');
  return { ok: true, segments };
}
