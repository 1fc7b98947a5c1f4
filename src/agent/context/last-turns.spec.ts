import type { PromptMessage } from '../prompt/derive-prompt';
import { lastTurns } from './last-turns';

const conversation = (roles: string): PromptMessage[] =>
  [...roles].map((letter, at) => {
    const role = letter === 'a' ? 'assistant' : letter === 't' ? 'toolResult' : 'user';
    const message = { role, content: [{ type: 'text', text: String(at) }] } as unknown as PromptMessage['message'];
    return { message, at, ...(letter === 's' ? { summary: 'history' as const } : {}) };
  });

describe('the last turns of a conversation', () => {
  it.each<[string, number | undefined, string]>([
    ['uaua', undefined, 'uaua'],
    ['uaua', 1, 'ua'],
    ['uaua', 2, 'uaua'],
    ['uaua', 5, 'uaua'],
    ['uauuatua', 2, 'uuatua'],
    ['suaua', 1, 'ua'],
    ['suaua', 2, 'uaua'],
    ['suaua', 3, 'suaua'],
    ['aua', 2, 'aua'],
    ['', 1, ''],
  ])('of %j at most %j are %j', (roles, limit, kept) => {
    const all = conversation(roles);
    expect(lastTurns(all, limit)).toEqual(all.slice(all.length - kept.length));
  });
});
