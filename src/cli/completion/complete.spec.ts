import type { CommandNode } from './command-node';
import { complete, type LiveKind } from './complete';

const leaf = (name: string, words: string[] = [], flags: CommandNode['flags'] = []): CommandNode => ({
  name,
  aliases: [],
  summary: `does ${name}`,
  usage: words.map((word) => `<${word}>`).join(' '),
  arguments: words,
  flags,
  commands: [],
});
const TREE: CommandNode[] = [
  {
    ...leaf('sessions'),
    commands: [leaf('list'), leaf('reset', ['key'], [{ names: ['--json'], form: '', summary: 'JSON' }])],
  },
  { ...leaf('cron'), commands: [leaf('edit', ['id'])] },
  leaf(
    'agent',
    [],
    [
      { names: ['-m', '--message'], form: '', value: 'text', summary: 'what to say' },
      { names: ['--session'], form: '', value: 'key', summary: 'session' },
      { names: ['--thinking'], form: '', value: 'level', summary: 'how much', values: ['off', 'low', 'high'] },
    ],
  ),
];
const LIVE: Partial<Record<LiveKind, string[]>> = { session: ['agent:main:main', 'agent:main:other'], job: ['job-1'] };
const of = (...words: string[]): string[] =>
  complete(TREE, words, (kind) => (LIVE[kind] ?? []).map((value) => ({ value }))).map(({ value }) => value);

describe('completion', () => {
  it.each<[string[], string[]]>([
    [[''], ['sessions', 'cron', 'agent']],
    [['se'], ['sessions']],
    [['--profile', 'x', 'cr'], ['cron']],
    [
      ['sessions', ''],
      ['list', 'reset'],
    ],
    [['sessions', 'reset', ''], LIVE.session ?? []],
    [['sessions', 'reset', 'agent:main:o'], ['agent:main:other']],
    [['sessions', 'reset', '--j'], ['--json']],
    [['sessions', 'list', ''], []],
    [['cron', 'edit', ''], ['job-1']],
    [['agent', '--session', 'agent:main:m'], ['agent:main:main']],
    [['agent', '--session=agent:main:m'], ['--session=agent:main:main']],
    [['agent', '-m', 'sess'], []],
    [
      ['agent', '--thinking', ''],
      ['off', 'low', 'high'],
    ],
    [['agent', '--th'], ['--thinking']],
    [['nonsense', ''], []],
  ])('%j', (words, expected) => expect(of(...words)).toEqual(expected));
});
