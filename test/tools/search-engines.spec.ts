import type { ConfigService } from '../../src/config/config.service';
import { GuardedHttp } from '../../src/tools/web/guarded-http.service';
import { SEARCH, type SearchProvider } from '../../src/tools/web/search-providers';
import { FakeSite } from '../fakes/web-site';

const hit = { title: 'Tea & <b>more</b>', url: 'https://tea.example/', content: 'All about tea' };

describe('search engines', () => {
  let site: FakeSite;
  beforeAll(async () => {
    site = await FakeSite.start();
    site.json('/brave', {
      web: { results: [{ title: hit.title, url: hit.url, description: hit.content, age: '2 days' }] },
    });
    site.json('/tavily/search', { results: [{ ...hit, published_date: '2026-01-02' }] });
    site.json('/searx/search', { results: [hit, hit, hit] });
    site.json('/perplexity/chat/completions', {
      choices: [{ message: { content: 'Tea is hot.' } }],
      citations: [hit.url],
    });
    site.html(
      '/duck',
      `<div class="result results_links"><h2><a rel="nofollow" class="result__a" href="//duckduckgo.com/l/?uddg=${encodeURIComponent(hit.url)}&amp;rut=1">Tea &amp; <b>more</b></a></h2><a class="result__snippet" href="x">All about <b>tea</b></a></div><div class="result result--ad"><a class="result__a" href="https://ad.example/">Buy</a></div>`,
    );
  });
  afterAll(() => site.stop());

  const ask = (provider: SearchProvider, path: string) =>
    SEARCH[provider](
      new GuardedHttp({ env: { get: () => undefined } } as unknown as ConfigService),
      { apiKey: 'the-key', baseUrl: site.url + path },
      { query: 'green tea', count: 2, searchLang: 'de', timeoutMs: 3000, signal: new AbortController().signal },
    );
  const found = { title: 'Tea & more', url: hit.url, description: 'All about tea' };

  it.each<[SearchProvider, string, object]>([
    ['brave', '/brave', { results: [{ ...found, published: '2 days' }] }],
    ['tavily', '/tavily', { results: [{ ...found, published: '2026-01-02' }] }],
    ['searxng', '/searx', { results: [found, found] }],
    ['duckduckgo', '/duck', { results: [found] }],
    ['perplexity', '/perplexity', { content: 'Tea is hot.', citations: [hit.url] }],
  ])('%s is asked in its own words and understood', async (provider, path, answer) => {
    expect(await ask(provider, path)).toEqual(answer);
  });

  it('are asked with query, language and key', () => {
    expect(new URL(site.asked('/brave')[0]?.path ?? '', site.url).searchParams.get('q')).toBe('green tea');
    expect(site.asked('/brave')[0]?.headers['x-subscription-token']).toBe('the-key');
    expect(site.asked('/searx/search')[0]?.path).toContain('format=json&language=de');
    expect(JSON.parse(site.asked('/tavily/search')[0]?.body ?? '{}')).toMatchObject({
      query: 'green tea',
      max_results: 2,
    });
    expect(site.asked('/perplexity/chat/completions')[0]?.headers.authorization).toBe('Bearer the-key');
  });

  it('that refuse are named with the reason', async () => {
    site.pages.set('/brave', { type: 'application/json', body: '{}', status: 429 });
    await expect(ask('brave', '/brave')).rejects.toThrow(/status 429: too many searches/);
  });
});
