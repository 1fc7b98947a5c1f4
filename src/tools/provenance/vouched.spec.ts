import fc from 'fast-check';
import type { ContentOrigin } from '../../common/content-parts';
import { saidOpenly, vouchesFor } from './vouched';

interface Said {
  message: {
    role: string;
    toolName?: string;
    sender?: object;
    isError?: boolean;
    content: { type: string; text?: string; origin?: ContentOrigin; isRepeated?: true; arguments?: unknown }[];
  };
}

const owner = (text: string): Said => ({
  message: { role: 'user', content: [{ type: 'text', text, origin: 'owner' }] },
});
const note = (text: string, origin: ContentOrigin): Said => ({
  message: { role: 'user', content: [{ type: 'text', text, origin }] },
});
const page = (text: string, toolName = 'web_fetch', origin: ContentOrigin = 'web'): Said => ({
  message: { role: 'toolResult', toolName, content: [{ type: 'text', text, origin }] },
});
const called = (url: string): Said => ({
  message: { role: 'assistant', content: [{ type: 'toolCall', arguments: { url } }] },
});

const BARE = 'site.example/a?q=1';
const ADDRESS = `https://${BARE}`;

describe('an address', () => {
  it('is vouched for by the owner and by pages, in the ways in which people write it', () => {
    for (const text of [ADDRESS, `see <${ADDRESS}>.`, `[x](${ADDRESS})`, 'look at site.example/a?q=1, please']) {
      expect(vouchesFor([owner(text)], ADDRESS)).toBe(true);
      expect(vouchesFor([page(text)], ADDRESS)).toBe(true);
    }
    expect(vouchesFor([owner('open example.org')], 'https://example.org/')).toBe(true);
    expect(vouchesFor([owner('open HTTPS://Example.org/A')], 'HTTPS://Example.org/A')).toBe(true);
  });

  it('is vouched for as a whole only', () => {
    for (const [text, address] of [
      ['https://site.example/a?q=', 'https://site.example/a?q=secret'],
      ['https://site.example/a?q=secret', 'https://site.example/a?q=s'],
      ['https://site.example/', 'https://secret.site.example/'],
      ['https://secret.site.example/', 'https://site.example/'],
      ['https://site.example/', 'https://site.example:8443/'],
      ['https://site.example/a', 'https://site.example/a#secret'],
      ['https://site.example/', 'https://user@site.example/'],
    ] as const)
      expect([text, address, vouchesFor([page(text)], address)]).toEqual([text, address, false]);
  });

  it('is not vouched for by what may repeat the model: files, commands, tools, notes, errors, its own calls', () => {
    for (const repeated of [
      page(ADDRESS, 'read', 'file'),
      page(ADDRESS, 'read', 'web'),
      page(ADDRESS, 'exec', 'web'),
      page(ADDRESS, 'mcp__x__y', 'tool'),
      page(ADDRESS, 'web_fetch', 'gateway'),
      note(ADDRESS, 'gateway'),
      note(ADDRESS, 'web'),
      called(ADDRESS),
    ])
      expect(vouchesFor([repeated], ADDRESS)).toBe(false);
    expect(vouchesFor([called(ADDRESS), page(`[web page ${ADDRESS}]`)], ADDRESS)).toBe(false);
    expect(vouchesFor([owner(ADDRESS), called(ADDRESS), page('x')], ADDRESS)).toBe(true);
  });

  it('is not vouched for by what tells a call back to its maker, in whatever it was wrapped there', () => {
    const failed = (text: string): Said => ({ message: { ...page(text, 'browser').message, isError: true } });
    expect(vouchesFor([failed(`there is no tab ${ADDRESS}`)], ADDRESS)).toBe(false);
    for (const before of ['\n', '\t', '"', '\u0000', '\\', 'say\r\n'])
      for (const args of [
        { query: `${before}${BARE}` },
        { request: { fields: [{ value: `x${before}${BARE}\n` }] } },
        { [`${before}${BARE}`]: 1 },
      ]) {
        const asked: Said = { message: { role: 'assistant', content: [{ type: 'toolCall', arguments: args }] } };
        expect([before, vouchesFor([asked, page(`results for ${BARE}`, 'web_search')], ADDRESS)]).toEqual([
          before,
          false,
        ]);
      }
  });

  it('is not vouched for by the assistant, whom somebody quotes', () => {
    const quoting = (isRepeated: object): Said => ({
      message: {
        role: 'user',
        sender: { id: '5' },
        content: [
          { type: 'text', text: 'fine', origin: 'owner' },
          { type: 'text', text: `[in answer to your message]\n${ADDRESS}`, origin: 'web', ...isRepeated },
        ],
      },
    });
    expect(vouchesFor([quoting({ isRepeated: true })], ADDRESS)).toBe(false);
    expect(vouchesFor([quoting({})], ADDRESS)).toBe(true);
  });

  it('that is longer than all that was read is never vouched for', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.stringMatching(/^[a-z0-9]{1,20}$/), (url, secret) => {
        expect(vouchesFor([owner(url), page(url)], url)).toBe(true);
        expect(vouchesFor([owner(url), page(url)], `${url}${secret}`)).toBe(false);
      }),
    );
  });
});

it('words are said openly by the owner and by pages, not by files', () => {
  const read = [
    owner('the weather in Lisbon'),
    page('Rain, says the bureau.'),
    page('password hunter2', 'read', 'file'),
  ];
  expect(saidOpenly(read, 'Lisbon rain')).toBe(true);
  expect(saidOpenly(read, 'lisbon hunter2')).toBe(false);
  expect(saidOpenly(read, 'the weather in lisbon for hun ter two')).toBe(false);
  expect(saidOpenly(read, 'what is the weather in Lisbon')).toBe(true);
  expect(saidOpenly([], 'x')).toBe(false);
});
