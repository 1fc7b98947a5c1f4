import { Injectable } from '@nestjs/common';
import type { ContentOrigin, UnlabelledPart } from '../../common/content-parts';
import { isLoopback } from '../../common/net/address';
import { type Host, hostOf, isWithin, parseHost } from '../../common/net/host';
import { sleep } from '../../common/sleep';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { type ToolContext, ToolError } from '../agent-tool';
import { ExecPermit } from '../exec/exec-permit.service';
import { ProcessRegistry } from '../processes/process-registry.service';
import { worstOrigin } from '../provenance/taint';
import { SessionRooms } from '../sandbox/session-room.service';
import { GuardedHttp } from '../web/guarded-http.service';
import type { Upstream } from '../web/guarded-proxy';
import type { BrowserParams } from './browser-params';
import type { BrowserRoom } from './browser-room';
import { BrowserService } from './browser.service';

/** `host`: the browser of this machine, for the web. `sandbox`: what commands of the conversation serve on their localhost. */
export type BrowserPlace = 'host' | 'sandbox';

const SANDBOX_TAB = 's';
/** A server that was started a moment ago is waited for. */
const LISTENS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 100;
/** As servers write it that listen everywhere. */
const ANY_ADDRESS = ['0.0.0.0', '::'];
const MOST_REMEMBERED = 1000;

/** Which browser a call is about, and whose words its pages hold. */
@Injectable()
export class BrowserPlaces {
  /** By conversation: where it has been last. */
  private readonly last = new Map<string, BrowserPlace>();

  constructor(
    private readonly config: ConfigService,
    private readonly browser: BrowserService,
    private readonly http: GuardedHttp,
    private readonly rooms: SessionRooms,
    private readonly permits: ExecPermit,
    private readonly processes: ProcessRegistry,
    events: EventBus,
  ) {
    events.on('conversation.removed', async ({ sessionId }) => {
      this.last.delete(sessionId);
      await this.browser.stopSandbox(sessionId);
    });
  }

  /**
   * By `target`, the tab or the address where they tell; else where the conversation has been last.
   * @throws ToolError node_unavailable, denied_by_policy
   */
  placeOf({ target, targetId, targetUrl }: BrowserParams, context: ToolContext): BrowserPlace {
    if (target === 'node')
      throw new ToolError('node_unavailable', 'no paired node with a browser is connected; leave target out');
    const isWalled = context.subject.isSandboxed === true && !this.mayUseHost();
    const place =
      target ??
      (targetId?.startsWith(SANDBOX_TAB) ? 'sandbox' : undefined) ??
      (targetUrl === undefined ? undefined : this.isOfSandbox(targetUrl) ? 'sandbox' : 'host') ??
      (targetId === undefined ? this.last.get(context.sessionId) : 'host') ??
      (isWalled ? 'sandbox' : 'host');
    if (place === 'host' && isWalled)
      throw new ToolError(
        'denied_by_policy',
        'this session is sandboxed and agents.*.sandbox.browser.allowHostControl is off: only what its commands serve on localhost can be opened',
      );
    return place;
  }

  /** @throws ToolError as `BrowserService.roomOf` */
  async roomOf(place: BrowserPlace, context: ToolContext): Promise<BrowserRoom> {
    this.last.delete(context.sessionId);
    this.last.set(context.sessionId, place);
    for (const oldest of this.last.keys()) {
      if (this.last.size <= MOST_REMEMBERED) break;
      this.last.delete(oldest);
    }
    if (place === 'host') return this.browser.roomOf(context);
    return this.browser.sandboxOf(context.sessionId, (host, port) => this.connect(host, port, context));
  }

  /** Whether what is typed, chosen and opened there stays within the conversation's sandbox. */
  isContained(place: BrowserPlace, context: ToolContext): boolean {
    return place === 'sandbox' && !this.permits.hasNetwork(context);
  }

  /**
   * Looks at an address before it is opened in the sandbox's browser, and waits for its server.
   * @returns the address as a browser can open it
   * @throws ToolError invalid_args, blocked_address, not_found, sandbox_unavailable
   */
  async open(address: string, context: ToolContext): Promise<string> {
    const url = this.checkWritten(address, context);
    if (!isSandboxHost(hostOf(url))) return url.href;
    if (ANY_ADDRESS.includes(hostOf(url).name)) url.hostname = '127.0.0.1';
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    for (const until = performance.now() + LISTENS_WITHIN_MS; ; await sleep(LOOK_EVERY_MS, context.signal)) {
      const connection = await this.rooms.connect(context.sessionId, port);
      connection?.destroy();
      if (connection) return url.href;
      if (performance.now() > until || context.signal.aborted)
        throw new ToolError(
          'not_found',
          `nothing listens on port ${port} of localhost in the sandbox of this conversation: start a server there with exec and background true, and look at its output with process`,
        );
    }
  }

  /** What the text of an address alone tells. @throws ToolError invalid_args, blocked_address */
  checkWritten(address: string, context: ToolContext): URL {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (!url || !isSandboxHost(hostOf(url))) {
      const checked = this.http.checkWritten(address);
      if (this.isContained('sandbox', context))
        throw new ToolError(
          'blocked_address',
          `the browser of the sandbox reaches localhost only; open ${checked.host} with target "host"`,
        );
      return checked;
    }
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
    throw new ToolError('invalid_args', `targetUrl ${JSON.stringify(address)}: only http and https can be opened`);
  }

  /** What the model has read goes to a server of the sandbox with what it does on its pages. */
  async hear(context: ToolContext): Promise<void> {
    await this.rooms.note(context.sessionId, worstOrigin(context.provenance.origins));
  }

  /** Whose words pages of the sandbox may hold: those of its room, and of what runs in it. */
  async originOf(context: ToolContext): Promise<ContentOrigin> {
    const running = this.processes
      .list(context.agentId)
      .filter(({ sessionKey, host }) => sessionKey === context.sessionKey && host === 'sandbox');
    const origins = await Promise.all(running.map(({ output }) => output()));
    const web: ContentOrigin[] = this.permits.hasNetwork(context) ? ['web'] : [];
    return worstOrigin([await this.rooms.originOf(context.sessionId), ...origins, ...web], 'workspace');
  }

  async label(parts: readonly UnlabelledPart[], context: ToolContext): Promise<UnlabelledPart[]> {
    const origin = await this.originOf(context);
    return parts.map((part) => ({ origin, ...part }));
  }

  private async connect(name: string, port: number, context: ToolContext): Promise<Upstream> {
    const host = parseHost(name.includes(':') && !name.startsWith('[') ? `[${name}]` : name);
    if (host && isSandboxHost(host)) {
      const connection = await this.rooms.connect(context.sessionId, port);
      if (connection) return connection;
      throw new ToolError('not_found', `nothing listens on port ${port} of localhost in the sandbox`);
    }
    if (this.permits.hasNetwork(context)) return this.http.addressFor(name, port);
    throw new ToolError('blocked_address', `${name} is outside the sandbox, which has no network but localhost`);
  }

  /** Addresses of localhost that the operator has opened are those of the machine. */
  private isOfSandbox(address: string): boolean {
    if (!URL.canParse(address)) return false;
    const url = new URL(address);
    return isSandboxHost(hostOf(url)) && !this.http.allowedOrigins.includes(url.origin);
  }

  private mayUseHost(): boolean {
    return this.config.config.agents?.defaults?.sandbox?.browser?.['allowHostControl'] === true;
  }
}

const isSandboxHost = ({ name, address }: Host): boolean =>
  address ? isLoopback(address) || ANY_ADDRESS.includes(name) : isWithin(name, 'localhost');
