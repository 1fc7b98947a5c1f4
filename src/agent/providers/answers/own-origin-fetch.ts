import { originOf } from '../../../common/net/origin';

/** Only these keep method and body, without which a question to a model is none. */
const SAME_AGAIN: ReadonlySet<number> = new Set([307, 308]);
const MOST_HOPS = 3;

/**
 * `fetch` for model servers. The key, whatever header it stands in, and the conversation go to the origin that they are
 * configured for: within it a request is sent on, to another one it is not.
 * @returns the answer; where the request would go to another origin, an error in the form of model servers that names it
 */
export const ownOriginFetch: typeof fetch = async (input, init) => {
  const first = new URL(input instanceof Request ? input.url : input.toString());
  let url = first;
  for (let hop = 0; ; hop++) {
    const response = await fetch(hop === 0 ? input : url, { ...init, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    const isOurs = next !== undefined && originOf(next.href) === originOf(first.href);
    if (!isOurs || !SAME_AGAIN.has(response.status) || hop === MOST_HOPS)
      return sentOn(first.origin, response.status, next?.href ?? location);
    url = next;
  }
};

/** Each format of errors finds its fields in this one. */
const sentOn = (from: string, status: number, to: string): Response =>
  new Response(
    JSON.stringify({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        code: 404,
        status: 'NOT_FOUND',
        message: `set baseUrl to where the model answers: ${from} sends requests on (${status}), and neither key nor conversation goes along to ${to}`,
      },
    }),
    { status: 404, headers: { 'content-type': 'application/json' } },
  );
