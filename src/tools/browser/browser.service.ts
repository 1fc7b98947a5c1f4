import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { ConfigService } from '../../config/config.service';
import { type ToolContext, isGuest } from '../agent-tool';
import { GuardedHttp } from '../web/guarded-http.service';
import { GuardedProxy, type HostGuard } from '../web/guarded-proxy';
import { BrowserRoom, type Launched } from './browser-room';
import { findChromium } from './find-chromium';

const PROFILE = 'openclaw';
/** Names of browsers that sandboxes have, before the conversation's id. */
const SANDBOX = 'sandbox ';
/** Browsers without a profile that may run at the same time; the one that rested longest makes room. */
const MOST_PASSING = 3;
const PAGES = { viewport: { width: 1280, height: 800 }, acceptDownloads: false, serviceWorkers: 'block' } as const;

/**
 * Real browsers: one for the owner, which keeps its cookies; one for each guest, and one for what the sandbox of a
 * conversation serves, which keep nothing.
 */
@Injectable()
export class BrowserService implements OnModuleDestroy {
  private readonly log: Logger;
  private readonly own: BrowserRoom;
  /** By what they are for: a guest's conversation, or the sandbox of one. */
  private readonly passing = new Map<string, BrowserRoom>();
  private executable: string | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly http: GuardedHttp,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('browser');
    this.own = new BrowserRoom(
      () => this.launch(this.web, (options) => this.openProfile(options)),
      () => this.unavailableReason(),
    );
    // The next use starts it with the new settings.
    config.onChange((next, previous) => {
      if (JSON.stringify(next.config.browser) !== JSON.stringify(previous.config.browser)) void this.stopAll();
    });
  }

  unavailableReason(): string | undefined {
    const { config, env } = this.config;
    if (config.browser?.enabled === false) return 'browser.enabled is false';
    this.executable ??= findChromium(config.browser?.executablePath, env.get('PATH') ?? '');
    if (this.executable !== undefined) return undefined;
    return config.browser?.executablePath
      ? `browser.executablePath ${config.browser.executablePath} can't be run`
      : 'no Chromium was found on this machine (Debian: apt install chromium), or set browser.executablePath';
  }

  /** The owner's browser by the names of OpenClaw's browser service. */
  status(): Record<string, unknown> {
    const { browser } = this.config.config;
    const isMissing = this.unavailableReason() !== undefined;
    const { own: room } = this;
    return {
      enabled: browser?.enabled !== false,
      profile: PROFILE,
      running: room.isRunning,
      // It is spoken to through a pipe: there is no port that other programs could drive it by.
      cdpReady: room.isRunning,
      cdpHttp: false,
      pid: null,
      cdpPort: null,
      cdpUrl: null,
      chosenBrowser: room.isRunning ? 'chromium' : null,
      detectedBrowser: isMissing ? null : 'chromium',
      detectedExecutablePath: isMissing ? null : (this.executable ?? null),
      detectError: null,
      userDataDir: this.profileFolder(),
      color: null,
      executablePath: browser?.executablePath ?? null,
      headless: this.isHeadless(),
      noSandbox: browser?.noSandbox === true,
      attachOnly: false,
    };
  }

  /** The browser that a turn may use: guests never see tabs or cookies of the owner, or of each other. */
  async roomOf({ subject, sessionKey }: Pick<ToolContext, 'subject' | 'sessionKey'>): Promise<BrowserRoom> {
    if (!isGuest(subject)) return this.own;
    return this.passingRoom(
      `guest ${sessionKey}`,
      () =>
        new BrowserRoom(
          () => this.launch(this.web, (options) => this.openEmpty(options)),
          () => this.unavailableReason(),
        ),
    );
  }

  /**
   * The browser for what commands of a conversation serve.
   * @param guard says where hosts are reached, and which are not; it is asked for everything that a page wants
   */
  sandboxOf(sessionId: string, guard: HostGuard): Promise<BrowserRoom> {
    return this.passingRoom(
      `${SANDBOX}${sessionId}`,
      () =>
        new BrowserRoom(
          () => this.launch(guard, (options) => this.openEmpty(options)),
          () => this.unavailableReason(),
          's',
        ),
    );
  }

  /** Conversations whose sandbox has a browser now. */
  sandboxes(): string[] {
    return [...this.passing.keys()].flatMap((name) => (name.startsWith(SANDBOX) ? [name.slice(SANDBOX.length)] : []));
  }

  async stopSandbox(sessionId: string): Promise<void> {
    const name = `${SANDBOX}${sessionId}`;
    const room = this.passing.get(name);
    this.passing.delete(name);
    await room?.stop();
  }

  onModuleDestroy(): Promise<void> {
    return this.stopAll();
  }

  private profileFolder(): string {
    return join(this.config.stateDir, 'browser', PROFILE, 'user-data');
  }

  private isHeadless(): boolean {
    return this.config.config.browser?.headless ?? this.config.env.get('DISPLAY') === undefined;
  }

  private readonly web: HostGuard = (host, port) => this.http.addressFor(host, port);

  private async passingRoom(name: string, make: () => BrowserRoom): Promise<BrowserRoom> {
    let room = this.passing.get(name);
    if (!room) {
      await this.makeRoom();
      room = this.passing.get(name) ?? make();
      this.passing.set(name, room);
    }
    room.usedAt = Date.now();
    return room;
  }

  private async makeRoom(): Promise<void> {
    const byUse = [...this.passing].sort(([, one], [, other]) => one.usedAt - other.usedAt);
    for (const [key, room] of byUse.slice(0, Math.max(0, byUse.length - MOST_PASSING + 1))) {
      this.passing.delete(key);
      await room.stop();
    }
  }

  private async stopAll(): Promise<void> {
    await Promise.all([this.own, ...this.passing.values()].map((room) => room.stop()));
  }

  /** Everything that a browser asks for goes through a proxy of its own, which knows what may be reached. */
  private async launch(guard: HostGuard, open: (options: LaunchOptions) => Promise<Launched>): Promise<Launched> {
    const { config, env } = this.config;
    const proxy = await GuardedProxy.start(guard);
    const isRoot = process.getuid?.() === 0;
    if (isRoot && config.browser?.noSandbox !== true)
      this.log.warn({}, "the browser runs without its own sandbox because the gateway runs as root; don't do that");
    const started = performance.now();
    try {
      const { context, close } = await open({
        executablePath: this.executable ?? '',
        headless: this.isHeadless(),
        chromiumSandbox: !(isRoot || config.browser?.noSandbox === true),
        proxy: { server: `http://127.0.0.1:${proxy.port}`, username: 'browser', password: proxy.password },
        args: [
          // Loopback goes through the proxy too, which knows whose it is, if anybody's.
          '--proxy-bypass-list=<-loopback>',
          '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
          '--disable-quic',
          '--disable-dev-shm-usage',
          '--disable-background-networking',
        ],
        env: {
          PATH: env.get('PATH') ?? '',
          LANG: env.get('LANG') ?? 'C.UTF-8',
          ...display(env.get('DISPLAY')),
        },
      });
      this.log.info({ ms: Math.round(performance.now() - started) }, 'browser started');
      return {
        context,
        close: async () => {
          await close().catch(() => undefined);
          proxy.stop();
        },
      };
    } catch (error) {
      proxy.stop();
      throw error;
    }
  }

  private async openProfile(options: LaunchOptions): Promise<Launched> {
    const { chromium } = await import('playwright-core');
    const folder = this.profileFolder();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const context = await chromium.launchPersistentContext(folder, {
      ...options,
      ...PAGES,
      env: { ...options.env, HOME: folder },
    });
    return { context, close: () => context.close() };
  }

  /** A profile that exists while it is used, and no longer. */
  private async openEmpty(options: LaunchOptions): Promise<Launched> {
    const { chromium } = await import('playwright-core');
    const browser = await chromium.launch(options);
    const context = await browser.newContext(PAGES);
    return { context, close: () => browser.close() };
  }
}

interface LaunchOptions {
  executablePath: string;
  headless: boolean;
  chromiumSandbox: boolean;
  proxy: { server: string; username: string; password: string };
  args: string[];
  env: Record<string, string>;
}

const display = (value: string | undefined): Record<string, string> => (value ? { DISPLAY: value } : {});
