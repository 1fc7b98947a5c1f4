import { parseAddress, privateAddressReason } from '../../../common/net/address';
import { hostOf, isLocalHost, isPrivateName, parseWebAddress } from '../../../common/net/host';
import type { ModelInfo } from '../model-info';
import { listedModels } from './listed-models';
import { llamaCppFacts, lmStudioFacts, ollamaFacts } from './local-answers';
import type { FactsById, ModelFacts } from './model-facts';

/** Where a model is served, and what is needed to ask there. */
export type ModelPlace = Pick<ModelInfo, 'api' | 'apiKey' | 'authHeader' | 'baseUrl' | 'headers'>;

/** A server nearby answers at once, or does something else. */
export const NEARBY_TIMEOUT_MS = 1000;
const LIST_TIMEOUT_MS = 10_000;
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_PAGES = 10;

/**
 * Whether a server stands on this machine or in a network at home: such servers are started with a window of their
 * owner's choice, and tell which. Names without a dot are those of containers and of machines nearby.
 */
export function isNearby(baseUrl: string): boolean {
  const known = judged.get(baseUrl);
  if (known !== undefined) return known;
  const isNear = standsNearby(baseUrl);
  if (judged.size >= MOST_JUDGED) judged.clear();
  judged.set(baseUrl, isNear);
  return isNear;
}

/** It is asked for every model of every provider in each turn, and follows from the address alone. */
const judged = new Map<string, boolean>();
const MOST_JUDGED = 500;

function standsNearby(baseUrl: string): boolean {
  const url = parseWebAddress(baseUrl);
  if (!url) return false;
  const host = hostOf(url);
  if (host.address) return privateAddressReason(host.address.toString()) !== undefined;
  return isLocalHost(host) || isPrivateName(host.name) || (!host.name.includes('.') && !parseAddress(host.name));
}

/** What a server nearby says of a model; undefined where it says nothing, or not in time. */
export async function askNearby(place: ModelPlace, id: string, timeoutMs: number): Promise<ModelFacts | undefined> {
  const root = place.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '');
  const ask = (path: string, body?: unknown): Promise<unknown> =>
    answerOf(`${root}${path}`, place, timeoutMs, body).catch(() => undefined);
  const [list, show, running, studio, props] = await Promise.all([
    ask('/v1/models'),
    ask('/api/show', { model: id }),
    ask('/api/ps'),
    ask('/api/v0/models'),
    ask('/props'),
  ]);
  const listed = listedModels('openai-completions', list)[id];
  const own = ollamaFacts(id, show, running) ?? lmStudioFacts(studio)[id] ?? llamaCppFacts(props);
  return listed || own ? { ...listed, ...own } : undefined;
}

/**
 * Knocks where a provider lists its models, with the key.
 * @returns whether the key is refused, in whatever words, and what time it is there, Unix milliseconds
 * @throws Error where nothing is answered in time
 */
export async function knock(place: ModelPlace, timeoutMs: number): Promise<{ isRefused: boolean; date?: number }> {
  const response = await fetch(`${place.baseUrl.replace(/\/+$/, '')}/models`, {
    headers: { accept: 'application/json', ...credentialsOf(place) },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = response.status === 400 || response.status === 401 ? await textOf(response) : '';
  if (text === '') await response.body?.cancel();
  const date = Date.parse(response.headers.get('date') ?? '');
  const isRefused =
    // A key that may be used for less than everything is let in all the same.
    (response.status === 401 && !/scope|permission/i.test(text)) ||
    (response.status === 400 && /API_KEY_INVALID/.test(text));
  return { isRefused, ...(Number.isNaN(date) ? {} : { date }) };
}

/** The models that a provider lists. @throws Error that says why there is no list */
export async function askList(place: ModelPlace): Promise<FactsById> {
  const found: FactsById = {};
  let next = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const url = `${place.baseUrl.replace(/\/+$/, '')}/models${pageOf(place.api, next)}`;
    const answer = await answerOf(url, place, LIST_TIMEOUT_MS);
    Object.assign(found, listedModels(place.api, answer));
    next = nextPage(answer);
    if (next === '') break;
  }
  return found;
}

function pageOf(api: ModelPlace['api'], next: string): string {
  const after = encodeURIComponent(next);
  if (api === 'google-generative-ai') return `?pageSize=1000${next === '' ? '' : `&pageToken=${after}`}`;
  if (api === 'anthropic-messages') return `?limit=1000${next === '' ? '' : `&after_id=${after}`}`;
  return '';
}

function nextPage(answer: unknown): string {
  const { nextPageToken, has_more: hasMore, last_id: last } = (answer ?? {}) as Record<string, unknown>;
  if (typeof nextPageToken === 'string') return nextPageToken;
  return hasMore === true && typeof last === 'string' ? last : '';
}

/** @throws Error naming what came instead of JSON */
async function answerOf(url: string, place: ModelPlace, timeoutMs: number, body?: unknown): Promise<unknown> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  try {
    // A key goes to the address that it is configured for, and nowhere else.
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...credentialsOf(place),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: stop.signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`it answered with status ${response.status}`);
    }
    return JSON.parse(await textOf(response)) as unknown;
  } finally {
    clearTimeout(timer);
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > MOST_BYTES) throw new Error(`its list is longer than ${MOST_BYTES / 1024 / 1024} MiB`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function credentialsOf({ api, apiKey, authHeader, headers }: ModelPlace): Record<string, string> {
  if (apiKey === undefined) return headers;
  if (authHeader === true) return { ...headers, authorization: `Bearer ${apiKey}` };
  if (api === 'anthropic-messages') return { 'anthropic-version': '2023-06-01', 'x-api-key': apiKey, ...headers };
  if (api === 'google-generative-ai') return { 'x-goog-api-key': apiKey, ...headers };
  return { authorization: `Bearer ${apiKey}`, ...headers };
}
