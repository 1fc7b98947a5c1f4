import { cutText } from '../../common/cut-text';
import { hostOf, isWithin } from '../../common/net/host';
import { originOf } from '../../common/net/origin';
import { ToolError } from '../agent-tool';
import type { GuardedHttp } from './guarded-http.service';

export interface SearchHit {
  title: string;
  url: string;
  description: string;
  published?: string;
}

export type SearchAnswer = { results: SearchHit[] } | { content: string; citations: string[] };

export interface SearchQuery {
  query: string;
  count: number;
  country?: string;
  searchLang?: string;
  uiLang?: string;
  freshness?: string;
  timeoutMs: number;
  signal: AbortSignal;
}

export interface ProviderSettings {
  apiKey?: string;
  baseUrl?: string;
  model?: string;
}

export const SEARCH_PROVIDERS = ['brave', 'perplexity', 'tavily', 'searxng', 'duckduckgo'] as const;
export type SearchProvider = (typeof SEARCH_PROVIDERS)[number];

type Search = (http: GuardedHttp, settings: ProviderSettings, query: SearchQuery) => Promise<SearchAnswer>;

const MAX_BYTES = 2 * 1024 * 1024;

/** One function per search engine: asks it and puts its answer into the words all share. */
export const SEARCH: Readonly<Record<SearchProvider, Search>> = {
  brave: async (http, settings, query) => {
    const url = endpoint(settings, 'https://api.search.brave.com/res/v1/web/search', {
      q: query.query,
      count: String(query.count),
      country: query.country,
      search_lang: query.searchLang,
      ui_lang: query.uiLang,
      freshness: query.freshness,
    });
    const answer = await ask(http, settings, query, {
      url,
      headers: { 'x-subscription-token': settings.apiKey ?? '' },
    });
    const { web } = answer as { web?: { results?: Record<string, string>[] } };
    return {
      results: (web?.results ?? []).map((hit) => hitOf(hit['title'], hit['url'], hit['description'], hit['age'])),
    };
  },
  perplexity: async (http, settings, query) => {
    const base = settings.baseUrl ?? 'https://api.perplexity.ai';
    const answer = await ask(http, settings, query, {
      url: `${base.replace(/\/$/, '')}/chat/completions`,
      headers: { authorization: `Bearer ${settings.apiKey ?? ''}` },
      body: { model: settings.model ?? 'sonar-pro', messages: [{ role: 'user', content: query.query }] },
    });
    const { choices, citations } = answer as {
      choices?: { message?: { content?: string } }[];
      citations?: string[];
    };
    return { content: choices?.[0]?.message?.content ?? '', citations: citations ?? [] };
  },
  tavily: async (http, settings, query) => {
    const base = settings.baseUrl ?? 'https://api.tavily.com';
    const answer = await ask(http, settings, query, {
      url: `${base.replace(/\/$/, '')}/search`,
      headers: { authorization: `Bearer ${settings.apiKey ?? ''}` },
      body: { query: query.query, max_results: query.count, ...(query.country ? { country: query.country } : {}) },
    });
    const { results } = answer as { results?: Record<string, string>[] };
    return {
      results: (results ?? []).map((hit) => hitOf(hit['title'], hit['url'], hit['content'], hit['published_date'])),
    };
  },
  searxng: async (http, settings, query) => {
    const url = endpoint(settings, '', { q: query.query, format: 'json', language: query.searchLang });
    const answer = await ask(http, settings, query, { url: url.replace(/\/?\?/, '/search?'), headers: {} });
    const { results } = answer as { results?: Record<string, string>[] };
    return {
      results: (results ?? [])
        .slice(0, query.count)
        .map((hit) => hitOf(hit['title'], hit['url'], hit['content'], hit['publishedDate'])),
    };
  },
  duckduckgo: async (http, settings, query) => {
    const url = endpoint(settings, 'https://html.duckduckgo.com/html/', { q: query.query, kl: query.country });
    const response = await http.request({
      url,
      headers: { accept: 'text/html', 'user-agent': 'Mozilla/5.0 (compatible; openclaw-nest)' },
      timeoutMs: query.timeoutMs,
      maxBytes: MAX_BYTES,
      trustedOrigins: trusted(settings),
      signal: query.signal,
    });
    if (response.status !== 200) throw failed('duckduckgo', response.status);
    return { results: duckduckgoHits(response.body.toString('utf8')).slice(0, query.count) };
  },
};

/** Hits in the HTML page of DuckDuckGo: a link of class `result__a`, its text below in `result__snippet`. */
export function duckduckgoHits(html: string): SearchHit[] {
  const hits: SearchHit[] = [];
  for (const block of html.split(/(?=<div[^>]+class="[^"]*\bresult\b)/)) {
    const link = /<a\b[^>]*class="[^"]*result__a[^"]*"[^>]*>([\s\S]*?)<\/a>/.exec(block);
    const href = /href="([^"]+)"/.exec(link?.[0] ?? '')?.[1];
    if (!link || !href || /result--ad/.test(cutText(block, 200))) continue;
    const snippet = /class="[^"]*result__snippet[^"]*"[^>]*>([\s\S]*?)<\/(?:a|td|div)>/.exec(block)?.[1] ?? '';
    const url = directAddress(decodeEntities(href));
    if (url) hits.push({ title: textOfHtml(link[1] ?? ''), url, description: textOfHtml(snippet) });
  }
  return hits;
}

/** DuckDuckGo wraps addresses in one of its own. */
function directAddress(href: string): string | undefined {
  try {
    const url = new URL(href, 'https://duckduckgo.com');
    const target = url.searchParams.get('uddg');
    return target ?? (isWithin(hostOf(url).name, 'duckduckgo.com') ? undefined : url.href);
  } catch {
    return undefined;
  }
}

const textOfHtml = (html: string): string =>
  decodeEntities(html.replace(/<[^>]*>/g, ''))
    .replace(/\s+/g, ' ')
    .trim();

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function decodeEntities(text: string): string {
  return text.replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    return Number.isFinite(code) && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function endpoint(settings: ProviderSettings, fallback: string, query: Record<string, string | undefined>): string {
  const url = new URL(settings.baseUrl ?? fallback);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

async function ask(
  http: GuardedHttp,
  settings: ProviderSettings,
  query: SearchQuery,
  request: { url: string; headers: Record<string, string>; body?: unknown },
): Promise<unknown> {
  const response = await http.request({
    url: request.url,
    method: request.body === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    timeoutMs: query.timeoutMs,
    maxBytes: MAX_BYTES,
    trustedOrigins: trusted(settings),
    signal: query.signal,
  });
  if (response.status !== 200) throw failed(new URL(request.url).host, response.status);
  try {
    return JSON.parse(response.body.toString('utf8'));
  } catch {
    throw new ToolError('upstream_error', `${new URL(request.url).host} answered with something that is not JSON`);
  }
}

/** An address that the operator configured may be a private one. */
const trusted = (settings: ProviderSettings): string[] =>
  [originOf(settings.baseUrl)].filter((origin) => origin !== undefined);

const hitOf = (title = '', url = '', description = '', published?: string): SearchHit => ({
  title: textOfHtml(title),
  url,
  description: textOfHtml(description),
  ...(published ? { published } : {}),
});

function failed(host: string, status: number): ToolError {
  const why =
    status === 401 || status === 403
      ? 'the key is refused'
      : status === 429
        ? 'too many searches; wait a little'
        : 'try again later';
  return new ToolError('upstream_error', `${host} answered with status ${status}: ${why}`);
}
