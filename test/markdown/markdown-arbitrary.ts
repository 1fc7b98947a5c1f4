import fc from 'fast-check';

const word = fc.constantFrom(
  'word',
  'snake_case_name',
  'FOO__BAR__BAZ',
  '2*3*4',
  'a<b',
  'R&D',
  '&amp;',
  '1.',
  '-',
  '#',
  '>',
  '👨‍👩‍👧‍👦',
  '中文没有空格。',
  '日本語、テスト',
  'é',
  '\\*',
  'x'.repeat(40),
  '!',
  'https://example.com/docs/__init__/a_b',
  '[1]',
  '`',
  '*',
  '**',
  '_',
  'a|b',
);
const words = fc.array(word, { minLength: 1, maxLength: 8 }).map((each) => each.join(' '));
const plain = fc
  .array(fc.constantFrom('plain', 'words', 'here.', 'And', 'more,', '那里。', 'a-b', '3.5'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((each) => each.join(' '));
const inline = fc.oneof(
  { weight: 4, arbitrary: words },
  plain.map((text) => `**${text}**`),
  plain.map((text) => `*${text}*`),
  plain.map((text) => `~~${text}~~`),
  plain.map((text) => `**bold and *${text}* in it**`),
  plain.map((text) => `\`${text}\``),
  plain.map((text) => `\`\`${text} \` tick\`\``),
  plain.map((text) => `[${text}](https://example.com/a_(b)?q=1&r=__x__)`),
  plain.map((text) => `[**${text}**](<https://example.com/a b>)`),
  plain.map((text) => `[${text}][ref]`),
  plain.map((text) => `![${text}](https://example.com/p.png)`),
  plain.map((text) => `<b>${text}</b>`),
);
const paragraph = fc
  .array(inline, { minLength: 1, maxLength: 6 })
  .chain((parts) => fc.constantFrom(' ', '\n', '  \n').map((gap) => parts.join(gap)));
const block = fc.oneof(
  { weight: 4, arbitrary: paragraph },
  words.map((text) => `## ${text}`),
  fc
    .tuple(
      fc.constantFrom('```', '~~~', '````'),
      fc.constantFrom('', 'js', 'c++'),
      fc.array(words, { minLength: 1, maxLength: 6 }),
    )
    .map(([mark, info, lines]) => `${mark}${info}\n${lines.join('\n\n')}\n${mark}`),
  fc.array(inline, { minLength: 1, maxLength: 5 }).map((items) => items.map((item) => `- ${item}`).join('\n')),
  fc
    .array(inline, { minLength: 1, maxLength: 5 })
    .map((items) => items.map((item, index) => `${index + 3}. ${item}`).join('\n')),
  fc.tuple(inline, inline).map(([outer, inner]) => `- ${outer}\n  - ${inner}\n\n  ${outer}`),
  fc.tuple(paragraph, paragraph).map((parts) => parts.join('\n\n').replace(/^/gm, '> ')),
  fc
    .array(fc.tuple(plain, plain), { minLength: 1, maxLength: 5 })
    .map((rows) => `| a | b |\n|---|---|\n${rows.map(([a, b]) => `| ${a} | ${b} |`).join('\n')}`),
  fc.constantFrom('---', 'Run this:\n\n```npm install```\n\nThen **restart** it.', '- [x] done\n- [ ] open'),
);

/** Markdown as models write it, well-formed and not. */
export const anyMarkdown = fc
  .array(block, { minLength: 1, maxLength: 7 })
  .map((blocks) => `${blocks.join('\n\n')}\n\n[ref]: https://example.com/ref`);
