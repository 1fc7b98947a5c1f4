import { closedText } from './approval-text';

describe('the end of a question that was answered', () => {
  const ASKED = 'Approval needed (command):\n```\nCommand:\n  ls\n```';
  const WAYS = 'Answer within 120 s, or it is denied:\n/approve 12345678 allow-once\n/approve 12345678 deny';

  it.each<[string, string, boolean, string, string]>([
    ['takes the place of the ways to answer', `${ASKED}\n${WAYS}`, true, 'Ann', `${ASKED}\nAllowed by Ann.`],
    ['does so in the last of several messages', WAYS, false, 'Ann', 'Denied by Ann.'],
    ['follows what has none', 'Too long to be read here.', false, 'Ann', 'Too long to be read here.\nDenied by Ann.'],
    [
      'stands after what only looks like them',
      `  Answer within 1 s, or it is denied:\n${WAYS}`,
      true,
      'Ann',
      '  Answer within 1 s, or it is denied:\nAllowed by Ann.',
    ],
    ['says that nobody answered', WAYS, false, 'timeout', 'Nobody answered, so it was denied.'],
    ['spells out what can not be seen', WAYS, true, 'A\u202Enn\n', 'Allowed by A⟨U+202E⟩nn⟨U+000A⟩.'],
  ])('%s', (_, text, isAllowed, by, closed) => expect(closedText(text, isAllowed, by)).toBe(closed));
});
