import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import JsZip from 'jszip';
import sharp from 'sharp';
import { FakeDiscord } from '../fakes/discord-server';
import { FakeSlack } from '../fakes/slack-server';
import { FakeSite } from '../fakes/web-site';
import { BROWSER } from '../harness/browser';
import { TEST_TOKEN, cleanEnvironment, freePort, until } from '../harness/gateway-process';
import { type CliResult, runCli } from '../harness/run-cli';
import { ToolBench } from '../harness/tool-bench';

const root = resolve(__dirname, '../..');
const SCRIPT = join(root, 'scripts/image/production-copy.mjs');
const withBrowser = BROWSER ? it : it.skip;
const DISCORD_USER = '500000000000000005';
const SLACK_USER = 'U5';

/** Whether Node's own binding does the work (docs/decisions/0020), so that the package is not loaded. */
const nodeHasSqlite = (): boolean =>
  typeof (process.getBuiltinModule('node:sqlite') as { backup?: unknown } | undefined)?.backup === 'function';

/** The copy that the image is made of, away from the repository: what it lacks is not found elsewhere. */
describe('the production copy', () => {
  let folder: string;
  let app: string;
  let output: string;
  let program: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-image-'));
    app = join(folder, 'app');
    program = join(app, 'bin/openclaw');
    copyFileSync(join(__dirname, 'note-packages.cjs'), join(folder, 'note-packages.cjs'));
    output = execFileSync(process.execPath, [SCRIPT, app], { encoding: 'utf8' });
    process.stderr.write(output);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const noting = (): string => `--require=${join(folder, 'note-packages.cjs')}`;
  const cli = (args: readonly string[], stateDir: string): Promise<CliResult> =>
    runCli(args, { program, env: { OPENCLAW_STATE_DIR: stateDir, NODE_OPTIONS: noting() }, timeoutMs: 40_000 });
  const filesBelow = (path: string): string[] =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  it('is no larger than 150 MB, and says how large it is', () => {
    const [, bytes = '', onDisk = ''] = /(\d[\d.]*) MB, on disk (\d[\d.]*) MB/.exec(output) ?? [];
    const files = filesBelow(app);
    const sum = files.reduce((total, file) => total + readFileSync(file).length, 0);
    expect(Math.abs(Number(bytes) * 1e6 - sum)).toBeLessThan(1e5);
    expect(Number(onDisk)).toBeLessThanOrEqual(150);
    const modules = files.filter((file) => file.startsWith(join(app, 'node_modules')));
    expect(modules.filter((file) => /\.(map|d\.[cm]?ts|c|h|o)$/.test(file))).toEqual([]);
    for (const needless of ['typescript', '@nestjs', 'rxjs', 'jest', 'react'])
      expect([needless, existsSync(join(app, 'node_modules', needless))]).toEqual([needless, false]);
  });

  it('has every file that a file in it imports', () => {
    const found = execFileSync(process.execPath, [join(__dirname, 'broken-imports.mjs'), app, root], {
      encoding: 'utf8',
    });
    const { scripts, broken } = JSON.parse(found) as { scripts: number; broken: unknown[] };
    expect(scripts).toBeGreaterThan(1000);
    expect(broken).toEqual([]);
  });

  it('starts on an empty folder with all skills and the page, and the health check sees it', async () => {
    const data = join(folder, 'data');
    execFileSync('sh', [join(root, 'scripts/image/state.sh'), data]);
    const port = await freePort();
    const env = cleanEnvironment({
      NODE_ENV: 'production',
      HOME: data,
      OPENCLAW_STATE_DIR: join(data, 'state'),
      OPENCLAW_GATEWAY_PORT: String(port),
      OPENCLAW_UI_PORT: '0',
    });
    const healthy = (): Promise<number | null> =>
      new Promise((done) =>
        spawn(process.execPath, [join(app, 'scripts/image/healthy.mjs')], { env }).once('exit', done),
      );
    expect(await healthy()).toBe(1);
    const gateway = spawn(process.execPath, [program, 'gateway', 'run'], { env, cwd: data });
    let said = '';
    for (const stream of [gateway.stdout, gateway.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    try {
      await until(`health, had: ${said}`, async () => (await healthy()) === 0);
      await until('the banner', () => said.includes(', 0 errors'));
      const page = await fetch(`http://127.0.0.1:${port}/`);
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<div id="root">')]);
      const { stdout } = await runCli(['skills', 'list', '--json'], { program, env });
      const { skills } = JSON.parse(stdout) as { skills: { name: string }[] };
      const bundled = readdirSync(join(root, 'skills')).filter((name) =>
        existsSync(join(root, 'skills', name, 'SKILL.md')),
      );
      expect(bundled.length).toBeGreaterThanOrEqual(56);
      expect(skills).toHaveLength(bundled.length);
      const answer = await runCli(['agent', '--message', 'help'], { program, env });
      expect([answer.code, answer.stdout]).toEqual([0, expect.stringContaining('offline')]);
    } finally {
      gateway.kill('SIGTERM');
      await new Promise((done) => gateway.once('exit', done));
    }
  });

  describe('at work', () => {
    let bench: ToolBench;
    let site: FakeSite;
    let slack: FakeSlack;
    let discord: FakeDiscord;
    let collector: Server;
    const traces: string[] = [];
    beforeAll(async () => {
      [site, slack, discord] = await Promise.all([FakeSite.start(), FakeSlack.start(), FakeDiscord.start()]);
      collector = createServer((request, response) => {
        traces.push(request.url ?? '');
        request.resume();
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
      await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done));
      const { port } = collector.address() as AddressInfo;
      bench = await ToolBench.start(
        {
          entry: program,
          nodeArgs: [noting()],
          config: {
            channels: {
              slack: {
                botToken: slack.botToken,
                appToken: slack.appToken,
                apiRoot: slack.apiRoot,
                dm: { policy: 'allowlist', allowFrom: [SLACK_USER] },
              },
              discord: {
                token: discord.token,
                apiRoot: discord.apiRoot,
                dm: { policy: 'allowlist', allowFrom: [DISCORD_USER] },
              },
            },
            mcp: {
              servers: {
                notes: { command: process.execPath, args: [join(root, 'test/fakes/mcp-server.cjs')] },
                far: { url: `${site.url}/mcp` },
              },
            },
            diagnostics: {
              otel: { enabled: true, endpoint: `http://127.0.0.1:${port}`, flushIntervalMs: 200 },
            },
            ...(BROWSER ? { browser: { executablePath: BROWSER } } : {}),
            discovery: { mdns: { interface: '127.0.0.1', port: 53_531 + (process.pid % 1000) } },
          },
          env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
        },
        { input: ['text', 'image'] },
      );
    });
    afterAll(async () => {
      await bench.stop();
      await Promise.all([site.stop(), slack.stop(), discord.stop()]);
      collector.closeAllConnections();
      await new Promise((done) => collector.close(done));
    });

    it('answers on Slack and Discord', async () => {
      bench.others = ({ lastUser }) => ({
        steps: [{ text: `heard ${/(slack|discord)ish/.exec(lastUser)?.[0]} &mdash; yes` }],
      });
      bench.models.answer = bench.others;
      await until('both to be connected', async () => {
        const { payload } = await bench.client.call('channels.status', {});
        const accounts = payload?.['channelAccounts'] as Record<string, { state: string }[]>;
        return ['slack', 'discord'].every((channel) => accounts[channel]?.[0]?.state === 'connected');
      });
      const direct = slack.directWith(SLACK_USER);
      slack.say({ channel: direct, user: SLACK_USER, text: 'slackish' });
      await until('the answer on Slack', () =>
        slack.textsIn(direct).some((text) => text.includes('heard slackish — yes')),
      );
      const dm = discord.directWith(DISCORD_USER);
      discord.say({ channelId: dm, userId: DISCORD_USER, text: 'discordish' });
      await until('the answer on Discord', () =>
        discord.textsIn(dm).some((text) => text.includes('heard discordish — yes')),
      );
    });

    it('makes PDF and slides, reads documents, and scales pictures', async () => {
      const picture = await sharp({ create: { width: 2400, height: 20, channels: 3, background: 'red' } })
        .png()
        .toBuffer();
      writeFileSync(bench.workspace('wide.png'), picture);
      const chart =
        '```chart\n{"type":"bar","title":"Cups","labels":["Mon"],"series":[{"name":"tea","values":[3]}]}\n```';
      const content = `# Plan\n\n**The rent** is due.\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n![wide](wide.png)\n\n${chart}`;
      // Documentation is at the place that the prompt names.
      expect(await bench.call('read', { path: join(app, 'docs/README.md') })).toContain('How do I connect Telegram');
      expect(bench.models.requests.at(-1)?.text).toContain(join(app, 'docs/README.md'));
      expect(await bench.call('pdf_generate', { title: 'Plan', content })).toContain('output/Plan.pdf (');
      const deck = {
        title: 'Deck',
        slides: [
          { title: 'One', content: `![wide](wide.png)` },
          { title: 'Two', content: chart },
        ],
      };
      expect(await bench.call('ppt_generate', deck)).toContain('output/Deck.pptx (2 slides)');

      bench.others = ({ text }) => ({ steps: [{ text: text.includes('image_url') ? 'a red line' : 'none' }] });
      expect(await bench.call('image', { image: 'wide.png', prompt: 'What?' })).toContain('a red line');

      const word = new JsZip();
      word.file(
        'word/document.xml',
        '<w:document><w:body><w:p><w:r><w:t>Heating 900</w:t></w:r></w:p></w:body></w:document>',
      );
      const attachments = [
        { fileName: 'plan.pdf', content: readFileSync(bench.workspace('output', 'Plan.pdf')).toString('base64') },
        { fileName: 'bill.docx', content: await word.generateAsync({ type: 'base64' }) },
        { fileName: 'deck.pptx', content: readFileSync(bench.workspace('output', 'Deck.pptx')).toString('base64') },
      ];
      bench.models.answer = () => ({ steps: [{ text: 'seen' }] });
      await bench.client.call('chat.send', {
        sessionKey: 'read',
        message: 'read',
        idempotencyKey: 'read',
        attachments,
      });
      await bench.client.call('agent.wait', { runId: 'read', timeoutMs: 60_000 });
      const text = bench.models.requests.at(-1)?.text ?? '';
      for (const part of ['is due', 'Heating 900', '[slide 2]']) expect(text).toContain(part);
    });

    it('fetches a page, searches files and its memory', async () => {
      site.html(
        '/tea',
        `<title>Tea</title><article><h1>Tea</h1>${'<p>Tea is made from <b>leaves</b>.</p>'.repeat(9)}</article>`,
      );
      writeFileSync(bench.workspace('.gitignore'), '*.log\n');
      writeFileSync(bench.workspace('a.log'), 'needle');
      writeFileSync(bench.workspace('a.txt'), 'needle');
      const told = await bench.turn([
        { name: 'web_fetch', args: { url: `${site.url}/tea` } },
        { name: 'grep', args: { pattern: 'needle', glob: '*.txt' } },
        { name: 'find', args: { pattern: '*.{txt,log}' } },
        { name: 'memory_search', args: { query: 'tea' } },
      ]);
      expect(told[0]).toContain('made from **leaves**');
      expect(told[1]).toContain('a.txt:1: needle');
      expect(told[2]).toContain('a.txt');
      expect(told[2]).not.toContain('a.log');
      expect(told[3]).not.toContain('Error');
    });

    it('is an MCP client and an MCP server', async () => {
      await until('the MCP server', async () =>
        JSON.stringify((await bench.client.call('tools.explain', {})).payload).includes('mcp__notes__'),
      );
      expect(await bench.call('mcp__notes__look_up', { text: 'tea' })).toBe('tea');
      const client = new Client({ name: 'test', version: '1' });
      const headers = { authorization: `Bearer ${TEST_TOKEN}` };
      await client.connect(
        new StreamableHTTPClientTransport(new URL(`${bench.gateway.http}/mcp`), { requestInit: { headers } }) as never,
      );
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain('web_fetch');
      await client.close();
    });

    it('reads a skill with a folded description', async () => {
      mkdirSync(bench.workspace('skills', 'folded'), { recursive: true });
      const description = 'description: >-\n  Tea\n  and biscuits';
      writeFileSync(bench.workspace('skills', 'folded', 'SKILL.md'), `---\nname: folded\n${description}\n---\n# Tea\n`);
      const { stdout } = await cli(['skills', 'list', '--json'], bench.gateway.stateDir);
      expect(JSON.parse(stdout)).toMatchObject({
        skills: expect.arrayContaining([expect.objectContaining({ description: 'Tea and biscuits' })]) as unknown,
      });
    });

    withBrowser(
      'drives a browser',
      async () => {
        site.html('/form', '<title>Form</title><h1>Sign up</h1>');
        expect(await bench.call('browser', { action: 'open', targetUrl: `${site.url}/form` })).toContain('Form');
        expect(await bench.call('browser', { action: 'snapshot' })).toContain('Sign up');
      },
      60_000,
    );

    it('is the agent of an editor', async () => {
      const params = { protocolVersion: 1, clientCapabilities: {} };
      const { gateway } = bench;
      const { stdout } = await runCli(['acp'], {
        program,
        input: `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`,
        env: {
          OPENCLAW_STATE_DIR: gateway.stateDir,
          OPENCLAW_GATEWAY_PORT: String(gateway.port),
          NODE_OPTIONS: noting(),
        },
      });
      expect(JSON.parse(stdout)).toMatchObject({ id: 1, result: { protocolVersion: 1 } });
    });

    it('sends traces, looks for others in the network, and makes and checks a backup', async () => {
      await until('a trace', () => traces.includes('/v1/traces'));
      const { stateDir } = bench.gateway;
      const discovered = await cli(['gateway', 'discover', '--json', '--timeout', '300'], stateDir);
      expect(JSON.parse(discovered.stdout)).toMatchObject({ gateways: [] });
      const archive = join(folder, 'safe.tar.gz');
      expect((await cli(['backup', 'create', '--output', archive], stateDir)).stderr).toBe('');
      expect(await cli(['backup', 'verify', archive], stateDir)).toMatchObject({ code: 0 });
      const { payload } = await bench.client.call('maintenance.run', {});
      expect(JSON.stringify(payload)).toContain('ok');
    });

    it('runs a plugin made for OpenClaw, in TypeScript', async () => {
      const from = join(folder, 'openclaw-leaf');
      const extensions = ['./index.ts'];
      const files = {
        'package.json': JSON.stringify({ name: 'openclaw-leaf', version: '1.0.0', openclaw: { extensions } }),
        'openclaw.plugin.json': JSON.stringify({ id: 'leaf', configSchema: { type: 'object' } }),
        'index.ts': `enum Colour { Green = 'green' }
          export default (api: any) => api.registerTool({
            name: 'leaf_colour', description: 'Colour of leaves', parameters: { type: 'object', properties: {} },
            execute: async () => ({ content: [{ type: 'text', text: Colour.Green }] }),
          });`,
      };
      mkdirSync(from);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(from, name), text);
      const { stateDir } = bench.gateway;
      expect(await cli(['plugins', 'install', from], stateDir)).toMatchObject({ code: 0 });
      const { code, stdout, stderr } = await cli(['plugins', 'enable', 'leaf'], stateDir);
      expect([code, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('leaf_colour')]);
    });

    it('has then loaded each library that is left out of the bundle, and none from elsewhere', () => {
      const { packages } = JSON.parse(readFileSync(join(app, 'dist/bundle/outside.json'), 'utf8')) as {
        packages: string[];
      };
      const loaded = readFileSync(join(folder, 'packages.txt'), 'utf8').trim().split('\n');
      const froms = loaded.map((line) => line.split(' '));
      expect(froms.filter(([, file = '']) => !file.startsWith(app))).toEqual([]);
      const needed = packages
        .filter((name) => existsSync(join(root, 'node_modules', name)))
        .filter((name) => name !== 'playwright-core' || BROWSER !== undefined)
        .filter((name) => name !== '@photostructure/sqlite' || !nodeHasSqlite())
        // Loaded in the process of a plugin, which tells nothing of what it loads.
        .filter((name) => name !== 'jiti');
      expect(needed.length).toBeGreaterThan(20);
      const missing = needed.filter(
        (name) => !froms.some(([request = '']) => request === name || request.startsWith(`${name}/`)),
      );
      expect(missing).toEqual([]);
    });
  });

  it('is refused where there is something already', () => {
    expect(() => execFileSync(process.execPath, [SCRIPT, app], { stdio: 'pipe' })).toThrow('is not empty');
  });
});
