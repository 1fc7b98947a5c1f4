import { argumentOptions, commandOptions, wantedAt, withOption } from './completion';

const COMMANDS = [
  { name: 'status', textAliases: ['/status'], description: 'What goes on' },
  {
    name: 'think',
    textAliases: ['/think', '/t'],
    description: 'How much it thinks',
    usage: 'off | low | high',
    args: [{ choices: ['off', 'low', 'high'].map((value) => ({ value, label: value })) }],
  },
];

describe('completion', () => {
  it('knows commands at the beginning, their arguments, and files after an @', () => {
    expect(wantedAt('/th', 3)).toEqual({ kind: 'command', words: 'th', from: 0 });
    expect(wantedAt('/think hi', 9)).toEqual({ kind: 'argument', command: 'think', words: 'hi', from: 7 });
    expect(wantedAt('look at @no', 11)).toEqual({ kind: 'file', words: 'no', from: 8 });
    for (const text of ['say /th', 'mail a@b', 'plain', '/think high and'])
      expect(wantedAt(text, text.length)).toBe(undefined);
  });

  it('finds by every name of a command, those that begin so first', () => {
    expect(commandOptions(COMMANDS, 't').map(({ value }) => value)).toEqual(['/think ', '/status ']);
    expect(commandOptions(COMMANDS, 'zzz')).toEqual([]);
  });

  it('offers what an argument can be, until it is written', () => {
    const of = (words: string): string[] =>
      argumentOptions(COMMANDS, { kind: 'argument', command: 't', words, from: 3 }).map(({ value }) => value);
    expect(of('')).toEqual(['off', 'low', 'high']);
    expect(of('lo')).toEqual(['low']);
    expect(of('low')).toEqual([]);
  });

  it('puts an option in place of what was written of it', () => {
    const wanted = wantedAt('see @no today', 7);
    expect(wanted && withOption('see @no today', 7, wanted, 'notes.md')).toEqual({
      text: 'see notes.md today',
      caret: 12,
    });
    const command = wantedAt('/th', 3);
    expect(command && withOption('/th', 3, command, '/think ')).toEqual({ text: '/think ', caret: 7 });
  });
});
