import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, pagesWithCommands } from './command-blocks';

interface Avoided {
  pattern: RegExp;
  instead: string;
}

const avoided: Avoided[] = readFileSync(join(ROOT, 'scripts/words/avoid.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [, pattern, instead] = /^(.+) -> (.+)$/.exec(line) ?? [];
    if (pattern === undefined || instead === undefined) throw new Error(`not "pattern -> instead": ${line}`);
    return { pattern: new RegExp(pattern), instead };
  });

const under = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => join(folder, name));

/** What people read of a line: all of it, or its texts where it is code. */
function readable(file: string, line: string): string {
  if (file.endsWith('.po')) return line.startsWith('msgstr') ? line : '';
  if (!file.endsWith('.ts')) return line;
  if (/^\s*(\*|\/\*|\/\/)/.test(line)) return '';
  return [...line.matchAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g)].join('\n');
}

/** Lines of a text with words that are avoided, and what to write. */
function faults(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const shown = readable(file, line);
    return avoided
      .filter(({ pattern }) => pattern.test(shown))
      .map(({ pattern, instead }) => `${file}:${index + 1}: "${pattern.exec(shown)?.[0]}": write "${instead}"`);
  });
}

describe('what people read', () => {
  it('has the words that readers look for', () => {
    const files = [
      ...pagesWithCommands().filter((name) => !name.startsWith('docs/decisions')),
      ...under('ui/src/locales/en', /\.po$/),
      ...under('skills', /SKILL\.md$/),
      ...under('src', /(?<!\.spec)\.ts$/),
    ];
    expect(files.length).toBeGreaterThan(1000);
    expect(files.flatMap((file) => faults(file, readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
    // Each line of the list is a rule that finds something.
    expect(faults('x.ts', "throw new Error('runs walled off'); // walled off")).toEqual([
      'x.ts:1: "walled off": write "in a sandbox"',
    ]);
    expect(faults('x.ts', '  // walled off')).toEqual([]);
  });

  it('is spelled as dictionaries have it, or as scripts/words/known.txt', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules/cspell/bin.mjs'), '--no-progress', '--no-summary', '--no-color', '--unique'],
      { cwd: ROOT, encoding: 'utf8' },
    );
    expect({ status, faults: stdout.split('\n').filter(Boolean), stderr }).toEqual({
      status: 0,
      faults: [],
      stderr: '',
    });
  });

  it('finds a word that is misspelled, in a page and in a message of the program', () => {
    const check = (name: string, input: string): string =>
      spawnSync(
        process.execPath,
        [join(ROOT, 'node_modules/cspell/bin.mjs'), '--no-progress', '--no-summary', '--words-only', `stdin://${name}`],
        { cwd: ROOT, encoding: 'utf8', input },
      ).stdout.trim();
    expect(check(join(ROOT, 'docs/x.md'), 'The gateway recieves it.\n')).toBe('recieves');
    expect(check(join(ROOT, 'src/x.ts'), "const recieves = 'it was not deliverd at all';\n")).toBe('deliverd');
  });
});
