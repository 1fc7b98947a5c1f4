import type { LookupAddress } from 'node:dns';
import { Injectable, Optional } from '@nestjs/common';
import type { Agent, Dispatcher } from 'undici';
import { cutText } from '../../common/cut-text';
import { appVersion } from '../../common/app-root';
import { familyOf, privateAddressReason } from '../../common/net/address';
import { hostOf, isPrivateName, parseHost, portOf } from '../../common/net/host';
import { originOf } from '../../common/net/origin';
import { messageOf } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';
import { ToolError } from '../agent-tool';

/** Finds all addresses of a host name. */
export type Resolver = (host: string) => Promise<{ address: string; family: number }[]>;

export interface GuardedRequest {
  url: string;
  method?: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'PATCH';
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  /** Milliseconds for everything, redirects included. */
  timeoutMs: number;
  /** Bytes of the decompressed body; more is an error, or cut off with `truncate`. */
  maxBytes: number;
  truncate?: boolean;
  maxRedirects?: number;
  signal?: AbortSignal;
  /** Exact origins that the operator has configured by name: they may be private. */
  trustedOrigins?: readonly string[];
  /** Called before a redirect is followed; throws where it may not be. */
  onRedirect?: (to: URL) => Promise<void>;
  /** HTTP proxy through which the operator has trusted origins reached. */
  proxy?: string;
}

export interface GuardedResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  truncated: boolean;
  /** Address that answered, after redirects. */
  url: string;
}

/** Ports on which other protocols listen; a request there could be taken for their commands. */
const REFUSED_PORTS = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 873, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 3306,
  3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 5984, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 9042,
  9200, 10080, 11211, 27017,
]);

const DEFAULT_REDIRECTS = 3;
/** Headers that go along to another origin: they say what is wanted and in which form. Any other may let somebody in. */
const GO_ALONG = new Set(['accept', 'accept-encoding', 'accept-language', 'content-type', 'range', 'user-agent']);

/**
 * The one way from tools into the internet. Each address is looked up, checked and connected to as checked; each
 * redirect passes the same way again; size and time are limited.
 */
@Injectable()
export class GuardedHttp {
  private agent: Promise<Agent> | undefined;
  private readonly proxies = new Map<string, Dispatcher>();

  constructor(
    private readonly config: ConfigService,
    @Optional() private readonly resolver: Resolver = resolveAll,
  ) {}

  /** Origins that the operator allows although they are private: `OPENCLAW_ALLOW_PRIVATE_ORIGINS`, comma separated. */
  get allowedOrigins(): readonly string[] {
    return (this.config.env.get('OPENCLAW_ALLOW_PRIVATE_ORIGINS') ?? '')
      .split(',')
      .map((entry) => originOf(entry.trim()))
      .filter((origin): origin is string => origin !== undefined);
  }

  /** @throws ToolError blocked_address, invalid_args, timeout, too_large, upstream_error, aborted */
  async request(request: GuardedRequest): Promise<GuardedResponse> {
    const timeout = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    try {
      return await this.follow(request, signal);
    } catch (error) {
      if (error instanceof ToolError) throw error;
      if (request.signal?.aborted) throw new ToolError('aborted', 'the request was stopped');
      if (timeout.aborted)
        throw new ToolError('timeout', `${shownHost(request.url)} did not answer within ${request.timeoutMs} ms`);
      const blocked = blockedIn(error);
      if (blocked) throw blocked;
      throw new ToolError('upstream_error', `${shownHost(request.url)}: ${messageOf(error)}`);
    }
  }

  /**
   * Whether an address may be connected to, for parts that connect by themselves (the browser).
   * @throws ToolError invalid_args, blocked_address
   */
  async check(address: string, trusted: readonly string[] = []): Promise<URL> {
    const url = this.checkWritten(address, trusted);
    if ([...trusted, ...this.allowedOrigins].includes(url.origin)) return url;
    const host = hostOf(url).name;
    if (familyOf(host) === 0) for (const found of await this.resolver(host)) refuse(host, found.address);
    return url;
  }

  /**
   * What the text of an address alone tells, without a look at what its name stands for.
   * @throws ToolError invalid_args, blocked_address
   */
  checkWritten(address: string, trusted: readonly string[] = []): URL {
    const url = parseUrl(address);
    if (![...trusted, ...this.allowedOrigins].includes(url.origin)) this.checkText(url);
    return url;
  }

  /**
   * The checked address to connect to, for parts that open connections themselves (the browser's proxy).
   * @param trusted origins that the operator has named, which may be private
   * @throws ToolError blocked_address
   */
  async addressFor(host: string, port: number, trusted: readonly string[] = []): Promise<string> {
    const name = parseHost(familyOf(host) === 6 ? `[${host}]` : host)?.name;
    if (name === undefined) throw new ToolError('invalid_args', `${JSON.stringify(cutText(host, 200))} is no host`);
    const isAllowed = [...trusted, ...this.allowedOrigins].some((origin) => {
      const url = new URL(origin);
      return hostOf(url).name === name && portOf(url) === port;
    });
    if (!isAllowed) checkHost(name, String(port));
    if (familyOf(name) !== 0) return name;
    const found = await this.resolver(name);
    if (!isAllowed) for (const { address } of found) refuse(name, address);
    const [first] = found;
    if (!first) throw new ToolError('upstream_error', `${name} has no address`);
    return first.address;
  }

  private async follow(request: GuardedRequest, signal: AbortSignal): Promise<GuardedResponse> {
    const trusted = new Set([...(request.trustedOrigins ?? []), ...this.allowedOrigins]);
    let url = parseUrl(request.url);
    let method: string = request.method ?? 'GET';
    let body = request.body;
    let headers: Record<string, string> = { 'user-agent': `openclaw-nest/${appVersion()}`, ...request.headers };
    const limit = request.maxRedirects ?? DEFAULT_REDIRECTS;
    for (let hop = 0; ; hop++) {
      const isTrusted = trusted.has(url.origin);
      if (!isTrusted) this.checkText(url);
      const response = await this.send(url, { method, headers, body, signal, isTrusted, proxy: request.proxy });
      const location = response.headers['location'];
      if (![301, 302, 303, 307, 308].includes(response.statusCode) || typeof location !== 'string')
        return this.read(response, url, request, signal);
      response.body.on('error', () => undefined).destroy();
      if (hop >= limit)
        throw new ToolError('upstream_error', `${shownHost(request.url)} redirects more than ${limit} times`);
      const next = parseUrl(location, url);
      await request.onRedirect?.(next);
      if (response.statusCode === 303 || (method === 'POST' && response.statusCode < 303)) {
        method = 'GET';
        body = undefined;
      }
      if (next.origin !== url.origin) {
        // A body may hold a key as well, or what was meant for the first one only.
        if (body !== undefined)
          throw new ToolError(
            'upstream_error',
            `${shownHost(url.href)} sends a request with a body on to another origin, ${next.origin}, which gets none; use that address if it is the right one`,
          );
        headers = Object.fromEntries(Object.entries(headers).filter(([name]) => GO_ALONG.has(name.toLowerCase())));
      }
      url = next;
    }
  }

  /** What the text of an address tells before anything is looked up. */
  private checkText(url: URL): void {
    if (url.username !== '' || url.password !== '')
      throw new ToolError('invalid_args', 'the address must not hold a user name or password');
    checkHost(hostOf(url).name, url.port);
  }

  private async send(
    url: URL,
    facts: {
      method: string;
      headers: Record<string, string>;
      body: string | Buffer | undefined;
      signal: AbortSignal;
      isTrusted: boolean;
      proxy: string | undefined;
    },
  ): Promise<Dispatcher.ResponseData> {
    const undici = await import('undici');
    this.agent ??= this.openAgent();
    const open = facts.proxy === undefined ? undici.getGlobalDispatcher() : await this.through(facts.proxy);
    const dispatcher = facts.isTrusted ? open : await this.agent;
    return undici.request(url, {
      method: facts.method as Dispatcher.HttpMethod,
      headers: { 'accept-encoding': 'gzip, deflate, br', ...facts.headers },
      body: facts.body ?? null,
      signal: facts.signal,
      dispatcher,
    });
  }

  private async through(proxy: string): Promise<Dispatcher> {
    const { ProxyAgent } = await import('undici');
    const known = this.proxies.get(proxy) ?? new ProxyAgent(proxy);
    this.proxies.set(proxy, known);
    return known;
  }

  /** Connections of this agent go to addresses that were checked, whatever the name resolves to a moment later. */
  private async openAgent(): Promise<Agent> {
    const { Agent } = await import('undici');
    return new Agent({
      connect: {
        lookup: (host, options, done) => {
          this.resolver(host).then(
            (found) => {
              try {
                if (found.length === 0) throw new Error(`${host} has no address`);
                for (const { address } of found) refuse(host, address);
              } catch (error) {
                done(error as Error, []);
                return;
              }
              if (options.all) done(null, found as LookupAddress[]);
              else done(null, found[0]?.address ?? '', found[0]?.family);
            },
            (error: unknown) => done(error as Error, []),
          );
        },
      },
      keepAliveTimeout: 4000,
      maxHeaderSize: 65_536,
    });
  }

  private async read(
    response: Dispatcher.ResponseData,
    url: URL,
    request: GuardedRequest,
    signal: AbortSignal,
  ): Promise<GuardedResponse> {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers))
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
    const { body, truncated } = await readLimited(response.body, headers['content-encoding'], request.maxBytes, signal);
    if (truncated && !request.truncate)
      throw new ToolError('too_large', `${url.host} answers with more than ${request.maxBytes} bytes`);
    return { status: response.statusCode, headers, body, truncated, url: url.href };
  }
}

/** Reads a body up to a limit that counts after decompression. */
async function readLimited(
  stream: NodeJS.ReadableStream & { destroy(): unknown },
  encoding: string | undefined,
  maxBytes: number,
  signal: AbortSignal,
): Promise<{ body: Buffer; truncated: boolean }> {
  const zlib = await import('node:zlib');
  const decoders = { gzip: zlib.createGunzip, deflate: zlib.createInflate, br: zlib.createBrotliDecompress };
  const named = (encoding ?? '').trim().toLowerCase();
  const decode = named in decoders ? decoders[named as keyof typeof decoders] : undefined;
  const source = decode ? stream.pipe(decode()) : stream;
  if (decode) stream.on('error', (error: Error) => (source as unknown as { destroy(e: Error): void }).destroy(error));
  const chunks: Buffer[] = [];
  let size = 0;
  let truncated = false;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      if (signal.aborted) throw new Error('aborted');
      const room = maxBytes - size;
      if (chunk.length > room) {
        chunks.push(chunk.subarray(0, room));
        truncated = true;
        break;
      }
      chunks.push(chunk);
      size += chunk.length;
    }
  } finally {
    stream.on('error', () => undefined);
    stream.destroy();
  }
  return { body: Buffer.concat(chunks), truncated };
}

const WAY_OUT = 'private addresses are refused (the operator may allow one by OPENCLAW_ALLOW_PRIVATE_ORIGINS)';

/** An error of the address check on its way through the connection's error. */
class BlockedAddressError extends ToolError {
  constructor(host: string, address: string, reason: string) {
    super('blocked_address', `${host}${host === address ? '' : ` (${address})`} is ${reason}; ${WAY_OUT}`);
  }
}

function refuse(host: string, address: string): void {
  const reason = privateAddressReason(address);
  if (reason !== undefined) throw new BlockedAddressError(host, address, reason);
}

function checkHost(host: string, port: string): void {
  if (port !== '' && REFUSED_PORTS.has(Number(port)))
    throw new ToolError('blocked_address', `port ${port} belongs to another protocol`);
  if (familyOf(host) !== 0) refuse(host, host);
  if (isPrivateName(host)) throw new ToolError('blocked_address', `${host} is a name of a private network; ${WAY_OUT}`);
}

function blockedIn(error: unknown): ToolError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof BlockedAddressError) return at;
    if (at instanceof AggregateError) {
      const inner = at.errors.map(blockedIn).find((found) => found !== undefined);
      if (inner) return inner;
    }
  }
  return undefined;
}

function parseUrl(text: string, base?: URL): URL {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw new ToolError('invalid_args', `${JSON.stringify(cutText(text, 200))} is no valid address`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new ToolError('blocked_address', `${url.protocol} is refused; only http: and https: are fetched`);
  return url;
}

function shownHost(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return cutText(address, 100);
  }
}

async function resolveAll(host: string): Promise<{ address: string; family: number }[]> {
  const { lookup } = await import('node:dns/promises');
  return lookup(host, { all: true, verbatim: true });
}
