import { drawn } from './line';

it('draws no more columns than there are, and nothing that steers the terminal', () => {
  const line = [{ text: 'a\u001b[2J\n\tb' }, { text: '漢字漢字', tint: 'bad' as const }];
  expect(drawn(line, 80)).toBe('a⟨U+001B⟩[2J     b漢字漢字');
  expect(drawn(line, 3)).toBe('a⟨…');
});
