import type { Host } from './openclaw-api';

interface Answer {
  status: number;
  headers: Record<string, string>;
  base64: string;
}

/** Statuses whose answers have no body. */
const BODILESS = new Set([101, 103, 204, 205, 304]);
/** Of a body that was unpacked on its way. */
const OF_TRANSFER = new Set(['content-encoding', 'content-length', 'transfer-encoding', 'connection']);

/** `fetch` of a process without a network: the gateway asks, at the hosts that the owner allows. */
export function guardedFetch(host: Host): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const body = Buffer.from(await request.arrayBuffer());
    const asked = host.ask('fetch', {
      url: request.url,
      method: request.method,
      headers: Object.fromEntries(request.headers),
      ...(body.length > 0 ? { base64: body.toString('base64') } : {}),
      binary: true,
    }) as Promise<Answer>;
    const { status, headers, base64 } = await endsWith(asked, request.signal);
    return new Response(BODILESS.has(status) ? null : Buffer.from(base64, 'base64'), {
      status,
      headers: Object.entries(headers).filter(([name]) => !OF_TRANSFER.has(name.toLowerCase())),
    });
  };
}

function endsWith<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
