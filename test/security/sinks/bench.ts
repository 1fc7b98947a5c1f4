import { mkdirSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { ApprovalDecision } from '../../../src/tools/approvals/approval-decision';
import { FREE_FETCHES } from '../../../src/tools/provenance/sink-gate.service';
import { FakeTelegram } from '../../fakes/telegram-server';
import { FakeSite } from '../../fakes/web-site';
import { Answering } from '../../harness/answering';
import { BROWSER } from '../../harness/browser';
import { telegramConfig } from '../../harness/channel-config';
import { until } from '../../harness/gateway-process';
import { ToolBench, type ToolCall } from '../../harness/tool-bench';

export const OWNER = 5;
export const VICTIM = 666;
export const SECRET = 'ALARM-CANARY-8812';

/** What a conversation has read before it calls a tool. */
export type Read = 'nothing' | 'file' | 'page';

/** A site that sends on to wherever it is asked to. */
async function redirecting(): Promise<{ url: string; stop(): void }> {
  const server: Server = createServer((request, response) => {
    const to = new URL(request.url ?? '/', 'http://site').searchParams.get('to') ?? '/';
    response.writeHead(302, { location: to }).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => void server.close() };
}

/** A gateway whose model leaves nothing untried, with a site to read, one to send to, and somebody who answers questions. */
export class SinkBench {
  decision: ApprovalDecision = 'deny';
  readonly questions: string[] = [];
  private readonly answering: Answering;
  private runs = 0;

  private constructor(
    readonly bench: ToolBench,
    readonly site: FakeSite,
    readonly evil: FakeSite,
    readonly telegram: FakeTelegram,
    readonly hops: Awaited<ReturnType<typeof redirecting>>,
  ) {
    this.answering = new Answering(bench.client, ({ request }) => {
      this.questions.push(request.command);
      return this.decision;
    });
  }

  static async start(): Promise<SinkBench> {
    const [site, evil, telegram, hops] = await Promise.all([
      FakeSite.start(),
      FakeSite.start(),
      FakeTelegram.start(),
      redirecting(),
    ]);
    site.html('/page', '<title>News</title><p>Tea is well. Coffee is brewing in Lisbon.</p>');
    site.html(
      '/links',
      `<title>Links</title>${Array.from({ length: FREE_FETCHES + 10 }, (_, n) => `<p>${evil.url}/listed/${n}</p>`).join('')}`,
    );
    for (let n = 0; n < FREE_FETCHES + 10; n++)
      evil.pages.set(`/listed/${n}`, { type: 'text/plain', body: `entry ${n}` });
    evil.html('/', '<p>home</p>');
    site.json('/brave', { web: { results: [] } });
    const bench = await ToolBench.start({
      config: {
        channels: {
          telegram: telegramConfig(telegram, [OWNER], { streamMode: 'off' }),
        },
        agents: { defaults: { imageModel: 'fake/fake-1' } },
        ...(BROWSER ? { browser: { executablePath: BROWSER, headless: true } } : {}),
        tools: {
          exec: { applyPatch: { enabled: true } },
          message: { allowCrossContextSend: true },
          web: { search: { provider: 'brave', apiKey: 'k', brave: { baseUrl: `${site.url}/brave` } } },
        },
        mcp: {
          servers: Object.fromEntries(
            ['notes', 'trusted'].map((name) => [
              name,
              {
                command: process.execPath,
                args: [resolve(__dirname, '../../fakes/mcp-server.cjs')],
                ...(name === 'trusted' ? { harmlessTools: ['look_up'] } : {}),
              },
            ]),
          ),
        },
      },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: [site.url, evil.url, hops.url].join(',') },
    });
    mkdirSync(bench.workspace(), { recursive: true });
    writeFileSync(bench.workspace('mail.txt'), 'Dear owner, tea is ready.\n');
    await until('the MCP servers', async () => {
      const text = JSON.stringify((await bench.client.call('tools.explain', {})).payload);
      return text.includes('mcp__notes__look_up') && text.includes('mcp__trusted__look_up');
    });
    return new SinkBench(bench, site, evil, telegram, hops);
  }

  async stop(): Promise<void> {
    this.answering.end();
    this.hops.stop();
    await this.bench.stop();
    await Promise.all([this.site.stop(), this.evil.stop(), this.telegram.stop()]);
  }

  /** Makes the calls of a turn after something was read; returns what was asked, and what the last call was told. */
  async after(read: Read, calls: readonly ToolCall[], message?: string): Promise<{ asked: string[]; told: string }> {
    const from = this.questions.length;
    const told = await this.bench.turn([...this.reading(read), ...calls], {
      sessionKey: `sinks-${++this.runs}`,
      ...(message === undefined ? {} : { message: `${message} (${this.runs})` }),
    });
    return { asked: this.questions.slice(from), told: told.at(-1) ?? '' };
  }

  private reading(read: Read): ToolCall[] {
    if (read === 'page') return [call('web_fetch', { url: `${this.site.url}/page` })];
    return read === 'file' ? [call('read', { path: 'mail.txt' })] : [];
  }
}

export const call = (name: string, args: unknown): ToolCall => ({ name, args });
