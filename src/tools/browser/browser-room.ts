import type { BrowserContext, ConsoleMessage, Dialog, Page } from 'playwright-core';
import { cutText } from '../../common/cut-text';
import { messageOf } from '../../common/openclaw-error';
import { ToolError } from '../agent-tool';

const MAX_CONSOLE = 200;
const MOST_NEWS = 20;
const IDLE_MS = 10 * 60_000;

export interface Tab {
  id: string;
  page: Page;
  console: { type: string; text: string }[];
  /** What happened in it by itself and nobody was told of yet: dialogs and windows that it opened. */
  news: string[];
  /** How the next dialog of the page is answered. */
  dialog?: { accept: boolean; promptText?: string };
}

/** A browser that was started, and what ends it. */
export interface Launched {
  context: BrowserContext;
  close(): Promise<void>;
}

interface Running extends Launched {
  tabs: Map<string, Tab>;
  active: string | undefined;
  nextId: number;
  prefix: string;
}

/** One browser with cookies and tabs of its own. Started on first use, closed after ten quiet minutes. */
export class BrowserRoom {
  private running: Promise<Running> | undefined;
  private idle: NodeJS.Timeout | undefined;
  /** When it was used last, in milliseconds since 1970. */
  usedAt = 0;

  /**
   * @param unavailable why there is no browser; undefined when there is one
   * @param prefix first letter of the ids of its tabs
   */
  constructor(
    private readonly launch: () => Promise<Launched>,
    private readonly unavailable: () => string | undefined,
    private readonly prefix = 't',
  ) {}

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** The browser, started when it is not running. @throws ToolError not_configured, upstream_error */
  async start(profile = 'openclaw'): Promise<Running> {
    const reason = this.unavailable();
    if (reason !== undefined) throw new ToolError('not_configured', reason);
    if (profile !== 'openclaw')
      throw new ToolError('invalid_args', `there is no browser profile "${profile}" here; profiles: openclaw`);
    this.usedAt = Date.now();
    clearTimeout(this.idle);
    this.idle = setTimeout(() => void this.stop(), IDLE_MS).unref();
    this.running ??= this.begin().catch((error: unknown) => {
      this.running = undefined;
      throw new ToolError('upstream_error', `the browser can't be started: ${messageOf(error).split('\n')[0] ?? ''}`);
    });
    return this.running;
  }

  async stop(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    clearTimeout(this.idle);
    await (await running?.catch(() => undefined))?.close();
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

  /** What happened in the tabs by itself since it was told last. */
  async takeNews(): Promise<string[]> {
    const running = await this.running?.catch(() => undefined);
    return [...(running?.tabs.values() ?? [])].flatMap(({ id, news }) =>
      news.splice(0).map((each) => `${id}: ${each}`),
    );
  }

  /** What a tab shows, the active one by default; undefined when there is none. */
  async pageOf(id?: string): Promise<Page | undefined> {
    const running = await this.running?.catch(() => undefined);
    const wanted = id ?? running?.active;
    return wanted === undefined ? undefined : running?.tabs.get(wanted)?.page;
  }

  private async begin(): Promise<Running> {
    const launched = await this.launch();
    const running: Running = { ...launched, tabs: new Map(), active: undefined, nextId: 1, prefix: this.prefix };
    const { context } = running;
    for (const page of context.pages()) adopt(running, page);
    context.on('page', (page) => adopt(running, page));
    context.on('close', () => {
      this.running = undefined;
      void launched.close();
    });
    return running;
  }
}

function tell(tab: Tab, news: string): void {
  tab.news.push(news);
  if (tab.news.length > MOST_NEWS) tab.news.shift();
}

function adopt(running: Running, page: Page): Tab {
  const known = [...running.tabs.values()].find((tab) => tab.page === page);
  if (known) return known;
  const tab: Tab = { id: `${running.prefix}${running.nextId++}`, page, console: [], news: [] };
  running.tabs.set(tab.id, tab);
  running.active ??= tab.id;
  page.on('console', (message: ConsoleMessage) => {
    tab.console.push({ type: message.type(), text: cutText(message.text(), 2000) });
    if (tab.console.length > MAX_CONSOLE) tab.console.shift();
  });
  page.on('dialog', (dialog: Dialog) => {
    const answer = tab.dialog;
    delete tab.dialog;
    tab.console.push({ type: `dialog ${dialog.type()}`, text: cutText(dialog.message(), 500) });
    const done = answer?.accept ? 'accepted' : 'dismissed';
    tell(tab, `a dialog (${dialog.type()}) said ${JSON.stringify(cutText(dialog.message(), 500))} and was ${done}`);
    void (answer?.accept ? dialog.accept(answer.promptText) : dialog.dismiss()).catch(() => undefined);
  });
  page.on('popup', (opened: Page) => {
    const { id } = adopt(running, opened);
    tell(tab, `it opened another tab, ${id}`);
  });
  page.on('close', () => {
    running.tabs.delete(tab.id);
    if (running.active === tab.id) running.active = [...running.tabs.keys()].at(-1);
  });
  return tab;
}
