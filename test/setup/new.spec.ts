import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(__dirname, '../..');
const run = promisify(execFile);

/** What a developer makes, and where. */
const MADE: [string[], string[]][] = [
  [['tool', 'word_count'], ['src/tools/word-count/word-count.tool.ts']],
  [
    ['method', 'tasks.greet'],
    ['src/tasks/tasks-greet.rpc.ts', 'src/tasks/tasks-greet.dto.ts'],
  ],
  [['command', 'wellness'], ['src/cli/wellness/wellness.command.ts']],
  [['channel', 'pigeon-post'], ['src/channels/pigeon-post/pigeon-post.adapter.ts']],
  [['provider', 'acme'], ['src/agent/providers/catalog/acme.ts']],
  [
    ['view', 'weather'],
    ['ui/src/views/weather/index.tsx', 'test/e2e/ui/weather.spec.ts'],
  ],
];

/** `npm run new`, in a copy of the tree. */
describe('a skeleton', () => {
  const tree = mkdtempSync(join(tmpdir(), 'openclaw-new-'));
  const made: string[] = [];
  const changed: string[] = [];

  type Result = { lines?: string[]; error?: string };

  /** One process for all of them. */
  async function make(calls: string[][]): Promise<Result[]> {
    const { stdout } = await run(process.execPath, [join(__dirname, 'make-all.mjs'), tree, JSON.stringify(calls)]);
    return JSON.parse(stdout) as Result[];
  }
  const told = ({ lines = [] }: Result, word: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  const listing = (): string[] => readdirSync(tree, { recursive: true, encoding: 'utf8' }).filter(isOwn).sort();
  const isOwn = (path: string): boolean => !path.startsWith('node_modules');

  beforeAll(async () => {
    for (const name of readdirSync(root))
      if (
        ['bin', 'src', 'ui', 'scripts', 'templates', 'packages'].includes(name) ||
        /\.(json|js|mjs|cjs)$|^\.\w/.test(name)
      )
        if (name !== '.git') cpSync(join(root, name), join(tree, name), { recursive: true });
    for (const name of ['harness', 'fakes', 'models', 'security', 'tools'])
      cpSync(join(root, 'test', name), join(tree, 'test', name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
    const before = listing();
    const plans = await make(MADE.map(([args]) => [...args, '--dry-run']));
    expect(listing()).toEqual(before);
    const results = await make(MADE.map(([args]) => args));
    for (const [index, [, files]] of MADE.entries()) {
      const plan: Result = plans[index] ?? {};
      const result: Result = results[index] ?? {};
      expect(result.error).toBeUndefined();
      expect(told(result, 'made')).toEqual(expect.arrayContaining(files));
      expect(told(result, 'made')).toEqual(told(plan, 'would make'));
      expect(told(result, 'changed')).toEqual(expect.arrayContaining(told(plan, 'would change')));
      made.push(...told(result, 'made'));
      changed.push(...told(result, 'changed'));
    }
  });
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  it('has types that fit and keeps the rules of style, it and the files that lead to it', async () => {
    const files = [...made, ...changed].filter((file) => /\.tsx?$/.test(file));
    const { stdout } = await run(process.execPath, [join(__dirname, 'check-made.mjs'), tree, ...files]);
    expect(stdout).toBe('');
  });

  it('passes its own tests, and those of the lists that it stands in', async () => {
    const specs = made.filter((file) => /\.spec\.tsx?$/.test(file) && !file.startsWith('test/e2e'));
    expect(specs).toHaveLength(MADE.length);
    const lists = ['src/bootstrap/boot-plan.spec.ts'];
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const args = ['--rootDir', tree, '--runInBand', '--runTestsByPath', ...specs, ...lists];
    const { stderr } = await run(process.execPath, [jest, ...args], { cwd: tree });
    expect(stderr).toContain(`${specs.length + lists.length} passed, ${specs.length + lists.length} total`);
  });

  it('has texts in every language of the page', async () => {
    const { stdout } = await run(process.execPath, [join(tree, 'ui/check-texts.cjs')], { cwd: tree });
    expect(stdout).toMatch(/^\d+ texts\n$/);
    expect(readFileSync(join(tree, 'ui/src/locales/de/weather.po'), 'utf8')).toMatch(/msgid "Up for"\nmsgstr "[^"]/);
    expect(readFileSync(join(tree, 'ui/src/locales/de/meanings.po'), 'utf8')).toMatch(
      /msgid "Pigeon post: files in a folder\."\nmsgstr "[^"]/,
    );
  });

  const REFUSED: [string[], string][] = [
    [[], 'what shall be made? npm run new tool|method|command|channel|provider|view NAME'],
    [['gadget', 'x'], 'there is no kind "gadget"'],
    [['constructor', 'x'], 'there is no kind "constructor"'],
    [['tool'], 'what shall the tool be called?'],
    [['tool', 'Word'], '"Word" can\'t be the name of a tool: lower case words'],
    [['tool', '../up'], '"../up" can\'t be the name of a tool'],
    [['tool', 'a'.repeat(41)], 'at most 40 characters'],
    [['tool', 'one', 'two'], '"two" is too much'],
    [['tool', 'word-count'], 'word_count is declared already (src/tools/word-count/word-count.tool.ts)'],
    [['method', 'greet'], '"greet" can\'t be the name of a method: write it like tasks.count'],
    [['method', 'tasks.list'], 'tasks.list is declared already (src/tasks/tasks.rpc.ts)'],
    [
      ['method', 'gadgets.list'],
      'no folder has methods that begin with gadgets. yet: say where, with --in src/<folder>',
    ],
    [
      ['method', 'gadgets.list', '--in', 'docs'],
      '--in must be a folder of src that exists, like src/tasks, got "docs"',
    ],
    [['method', 'gadgets.list', '--in', 'src/../..'], '--in must be a folder of src that exists'],
    [['method', 'gadgets.list', '--in', 'src/rpc'], 'no module is in src/rpc or above it'],
    [['command', 'status'], 'there is a command status already'],
    [['channel', 'telegram'], 'src/channels/telegram is there already; nothing is overwritten'],
    [['provider', 'groq'], 'src/agent/providers/catalog/groq.ts is there already; nothing is overwritten'],
    [['view', 'overview'], '"overview" leads to a view already'],
    [['view', 'logs', '--force'], "Unknown option '--force'"],
    [['tool', 'x', '--in', 'src/tasks'], '--in is for methods and commands: a tool has a place of its own'],
  ];
  it('that can’t be made is refused with a reason, and nothing is written', async () => {
    const before = listing();
    const results = await make(REFUSED.map(([args]) => args));
    expect(results.map(({ error }, index) => [REFUSED[index]?.[0], error])).toEqual(
      REFUSED.map(([args, reason]) => [args, expect.stringContaining(reason)]),
    );
    expect(listing()).toEqual(before);
  });

  it('goes where it is told; the command line says what it did, and what was wrong', async () => {
    const script = join(tree, 'scripts/new.mjs');
    const where = ['method', 'usage.greet', '--in', 'src/usage/report', '--dry-run'];
    const { stdout } = await run(process.execPath, [script, ...where]);
    expect(stdout).toContain('would make src/usage/report/usage-greet.rpc.ts\n');
    expect(stdout).toContain('would change src/usage/usage.module.ts\n');
    await expect(run(process.execPath, [script, 'gadget'])).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: there is no kind "gadget".*\n$/) as string,
    });
  });
});
