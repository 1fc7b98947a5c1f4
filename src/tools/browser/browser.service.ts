import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { BrowserContext, ConsoleMessage, Dialog, Page } from 'playwright-core';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';
import { ToolError } from '../agent-tool';
import { GuardedHttp } from '../web/guarded-http.service';
import { GuardedProxy } from '../web/guarded-proxy';
import { findChromium } from './find-chromium';

const MAX_CONSOLE = 200;
const IDLE_MS = 10 * 60_000;

export interface Tab {
  id: string;
  page: Page;
  console: { type: string; text: string }[];
  /** How the next dialog of the page is answered. */
  dialog?: { accept: boolean; promptText?: string };
}

interface Running {
  profile: string;
  context: BrowserContext;
  proxy: GuardedProxy;
  tabs: Map<string, Tab>;
  active: string | undefined;
  nextId: number;
}

/** One real browser with a profile of its own. Started on first use, closed after ten quiet minutes. */
@Injectable()
export class BrowserService implements OnModuleDestroy {
  private readonly log: Logger;
  private running: Promise<Running> | undefined;
  private idle: NodeJS.Timeout | undefined;
  private executable: string | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly http: GuardedHttp,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('browser');
    // The next use starts it with the new settings.
    config.onChange((next, previous) => {
      if (JSON.stringify(next.config.browser) !== JSON.stringify(previous.config.browser)) void this.stop();
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

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** The browser, started when it is not running. @throws ToolError not_configured, upstream_error */
  async start(profile = 'openclaw'): Promise<Running> {
    const reason = this.unavailableReason();
    if (reason !== undefined) throw new ToolError('not_configured', reason);
    if (profile !== 'openclaw')
      throw new ToolError('invalid_args', `there is no browser profile "${profile}" here; profiles: openclaw`);
    clearTimeout(this.idle);
    this.idle = setTimeout(() => void this.stop(), IDLE_MS).unref();
    this.running ??= this.launch(profile).catch((error: unknown) => {
      this.running = undefined;
      throw new ToolError('upstream_error', `the browser can't be started: ${messageOf(error).split('\n')[0] ?? ''}`);
    });
    return this.running;
  }

  async stop(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    clearTimeout(this.idle);
    const open = await running?.catch(() => undefined);
    await open?.context.close().catch(() => undefined);
    open?.proxy.stop();
  }

  /** A tab by id, the active one, or a new one. */
  async tab(id?: string): Promise<Tab> {
    const running = await this.start();
    const wanted = id ?? running.active;
    const known = wanted === undefined ? undefined : running.tabs.get(wanted);
    if (known) return known;
    if (id !== undefined)
      throw new ToolError('not_found', `there is no tab ${id}; tabs: ${[...running.tabs.keys()].join(', ') || 'none'}`);
    return this.open();
  }

  async open(): Promise<Tab> {
    const running = await this.start();
    const page = await running.context.newPage();
    const tab = [...running.tabs.values()].find((candidate) => candidate.page === page) ?? adopt(running, page);
    running.active = tab.id;
    return tab;
  }

  async focus(id: string): Promise<Tab> {
    const tab = await this.tab(id);
    (await this.start()).active = id;
    await tab.page.bringToFront();
    return tab;
  }

  async tabs(): Promise<{ id: string; url: string; title: string; active: boolean }[]> {
    if (!this.running) return [];
    const running = await this.start();
    return Promise.all(
      [...running.tabs.values()].map(async ({ id, page }) => ({
        id,
        url: page.url(),
        title: await page.title().catch(() => ''),
        active: id === running.active,
      })),
    );
  }

  /** Where a tab is, the active one by default; undefined when there is none. */
  async addressOf(id?: string): Promise<string | undefined> {
    const running = await this.running?.catch(() => undefined);
    const wanted = id ?? running?.active;
    return wanted === undefined ? undefined : running?.tabs.get(wanted)?.page.url();
  }

  onModuleDestroy(): Promise<void> {
    return this.stop();
  }

  private async launch(profile: string): Promise<Running> {
    const { chromium } = await import('playwright-core');
    const { config, env, stateDir } = this.config;
    const folder = join(stateDir, 'browser', profile, 'user-data');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const proxy = await GuardedProxy.start((host, port) => this.http.addressFor(host, port));
    const isRoot = process.getuid?.() === 0;
    if (isRoot && config.browser?.noSandbox !== true)
      this.log.warn({}, "the browser runs without its own sandbox because the gateway runs as root; don't do that");
    const started = performance.now();
    try {
      const context = await chromium.launchPersistentContext(folder, {
        executablePath: this.executable ?? '',
        headless: config.browser?.headless ?? env.get('DISPLAY') === undefined,
        chromiumSandbox: !(isRoot || config.browser?.noSandbox === true),
        viewport: { width: 1280, height: 800 },
        acceptDownloads: false,
        serviceWorkers: 'block',
        proxy: { server: `http://127.0.0.1:${proxy.port}`, username: 'browser', password: proxy.password },
        args: [
          // Loopback goes through the proxy too, where it is refused.
          '--proxy-bypass-list=<-loopback>',
          '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
          '--disable-quic',
          '--disable-dev-shm-usage',
          '--disable-background-networking',
        ],
        env: {
          PATH: env.get('PATH') ?? '',
          HOME: folder,
          LANG: env.get('LANG') ?? 'C.UTF-8',
          ...display(env.get('DISPLAY')),
        },
      });
      const running: Running = { profile, context, proxy, tabs: new Map(), active: undefined, nextId: 1 };
      for (const page of context.pages()) adopt(running, page);
      context.on('page', (page) => adopt(running, page));
      context.on('close', () => {
        this.running = undefined;
        proxy.stop();
      });
      this.log.info({ ms: Math.round(performance.now() - started) }, 'browser started');
      return running;
    } catch (error) {
      proxy.stop();
      throw error;
    }
  }
}

const display = (value: string | undefined): Record<string, string> => (value ? { DISPLAY: value } : {});

function adopt(running: Running, page: Page): Tab {
  const known = [...running.tabs.values()].find((tab) => tab.page === page);
  if (known) return known;
  const tab: Tab = { id: `t${running.nextId++}`, page, console: [] };
  running.tabs.set(tab.id, tab);
  running.active ??= tab.id;
  page.on('console', (message: ConsoleMessage) => {
    tab.console.push({ type: message.type(), text: message.text().slice(0, 2000) });
    if (tab.console.length > MAX_CONSOLE) tab.console.shift();
  });
  page.on('dialog', (dialog: Dialog) => {
    const answer = tab.dialog;
    delete tab.dialog;
    tab.console.push({ type: `dialog ${dialog.type()}`, text: dialog.message().slice(0, 500) });
    void (answer?.accept ? dialog.accept(answer.promptText) : dialog.dismiss()).catch(() => undefined);
  });
  page.on('close', () => {
    running.tabs.delete(tab.id);
    if (running.active === tab.id) running.active = [...running.tabs.keys()].at(-1);
  });
  return tab;
}
