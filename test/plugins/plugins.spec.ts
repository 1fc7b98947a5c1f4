import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import type { CliResult } from '../harness/run-cli';
import { ToolBench } from '../harness/tool-bench';

const root = resolve(__dirname, '../..');
const runner = { env: { PATH: process.env['PATH'] ?? '' } };

/** A pager: pages wait to be fetched, answers arrive. */
class Pager {
  readonly waiting: { id: string; from: string; text: string }[] = [];
  readonly sent: { id: string; to: string; text: string }[] = [];
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Pager> {
    const server = createServer();
    const pager = new Pager(server);
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const taken = /^\/taken\/(.+)$/.exec(request.url ?? '')?.[1];
        if (taken) pager.waiting.splice(0, pager.waiting.length, ...pager.waiting.filter(({ id }) => id !== taken));
        if (request.url === '/send') pager.sent.push(JSON.parse(body) as (typeof pager.sent)[number]);
        response.end(JSON.stringify(request.url === '/waiting' ? pager.waiting : {}));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return pager;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

describe('plugins', () => {
  let bench: ToolBench;
  let pager: Pager;
  let folder: string;

  const cli = (...args: string[]): Promise<CliResult> =>
    runCliShared(['plugins', ...args], {
      env: {
        ...runner.env,
        OPENCLAW_STATE_DIR: bench.gateway.stateDir,
        OPENCLAW_GATEWAY_PORT: String(bench.gateway.port),
      },
    });
  const write = (name: string, files: Record<string, string>): string => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name, file)), { recursive: true });
      writeFileSync(join(folder, name, file), text);
    }
    return join(folder, name);
  };
  const plugin = (id: string, manifest: Record<string, unknown>, code: string): string =>
    write(id, { 'openclaw.plugin.json': JSON.stringify({ id, main: 'index.js', ...manifest }), 'index.js': code });
  const states = async (): Promise<Record<string, string>> => {
    const { payload } = await bench.client.call('plugins.list', {});
    const plugins = payload?.['plugins'] as { id: string; state: string; reason?: string }[];
    return Object.fromEntries(plugins.map(({ id, state, reason }) => [id, reason ? `${state}: ${reason}` : state]));
  };
  /** Installs, configures and enables, then starts the gateway anew. */
  const use = async (...folders: string[]): Promise<void> => {
    for (const from of folders) {
      const { id } = JSON.parse((await cli('install', from, '--json')).stdout) as { id: string };
      expect((await cli('enable', id)).stdout).toContain('is on');
    }
    await bench.restart();
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-plugins-'));
    pager = await Pager.start();
    bench = await ToolBench.start({
      config: { gateway: { reload: { mode: 'hot' } } },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: pager.url, SECRET_OF_GATEWAY: 'tulips' },
    });
  });
  afterEach(async () => {
    await bench.stop();
    await pager.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('as in docs/how-to/write-a-plugin.md bring tools, methods, hooks, channels, skills and models', async () => {
    const guide = readFileSync(join(root, 'docs/how-to/write-a-plugin.md'), 'utf8');
    const files = [...guide.matchAll(/`([\w./-]+)`:\n\n```(?:json|js|markdown)\n([\s\S]*?)```/g)];
    expect(files.map(([, name]) => name)).toEqual(['openclaw.plugin.json', 'index.js', 'skills/counting/SKILL.md']);
    const source = write('counter', Object.fromEntries(files.map(([, name = '', text = '']) => [name, text])));
    const { checkPlugin } = (await import(join(root, 'packages/plugin-sdk/contract.js'))) as {
      checkPlugin: (folder: string, options: object) => Promise<unknown[]>;
    };
    expect(await checkPlugin(source, { openclaw: join(root, 'bin/openclaw') })).toEqual([
      { id: 'counter', problem: expect.stringContaining('pagerUrl') as string },
    ]);

    const installed = await cli('install', source);
    expect(installed.stdout).toContain('reaches: 127.0.0.1');
    expect((await cli('enable', 'counter')).stderr).toContain("must have required property 'pagerUrl'");
    const set = [
      'config',
      'set',
      'plugins.entries.counter',
      `{"config":{"pagerUrl":"${pager.url}"},"dmPolicy":"allowlist","allowFrom":["ann"]}`,
    ];
    expect((await runCliShared(set, { env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir } })).code).toBe(0);
    expect((await cli('enable', 'counter')).stdout).toContain('counter is on');
    expect((await cli('doctor')).stdout).toContain('all is well');
    await bench.restart();

    expect(await bench.call('word_count', { text: 'one two  three' })).toContain('3 words');
    expect(await bench.call('word_count', { txt: 'x' })).toContain('text');
    bench.models.answer = ({ lastUser }) => ({ steps: [{ text: `You paged: ${lastUser.replace(/^\[.*?\] /, '')}` }] });
    pager.waiting.push({ id: 'p1', from: 'ann', text: 'hello' }, { id: 'p2', from: 'eve', text: 'let me in' });
    await until('the answer', () => pager.sent.length > 0 && pager.waiting.length === 0);
    expect(pager.sent).toMatchObject([{ to: 'ann', text: 'You paged: hello' }]);
    const { payload } = await bench.client.call('counter.messages', {});
    expect(payload).toEqual({ messages: 3 });
    const status = await bench.client.call('channels.status', {});
    expect(JSON.stringify(status.payload)).toContain('"pager"');
    const skills = await runCliShared(['skills', 'list', '--json'], {
      env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir },
    });
    expect(skills.stdout).toContain('"counting"');
    const models = await bench.client.call('models.list', {});
    expect(JSON.stringify(models.payload)).toContain('counter-models');
    expect(JSON.parse((await cli('list', '--json')).stdout)).toMatchObject({
      plugins: [{ id: 'counter', enabled: true }],
    });
  });

  it('obey the policy under their own name, that of the plugin and that of all', async () => {
    await use(
      plugin('two', { tools: [{ name: 'first', description: '1' }] }, 'exports.tools = { first: () => "1st" };'),
    );
    const says = async (policy: object, expected: string): Promise<void> => {
      await runCliShared(['config', 'set', 'tools', JSON.stringify(policy)], {
        env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir },
      });
      await until(`"${expected}" with ${JSON.stringify(policy)}`, async () =>
        (await bench.call('first', {})).includes(expected),
      );
    };
    for (const name of ['first', 'two', 'group:plugins']) {
      await says({ deny: [name] }, `deny has "${name}"`);
      await says({ profile: 'full' }, '1st');
    }
    await says({ allow: ['read'] }, 'does not include it');
    await says({ profile: 'minimal', alsoAllow: ['two'] }, '1st');
    // A list of plugins alone would take the core tools away.
    await says({ allow: ['read'] }, 'does not include it');
    await says({ allow: ['two'] }, '1st');
    expect(await bench.call('read', { path: 'AGENTS.md' })).not.toContain('does not include');
  });

  it('see no files, variables, programs or network but those that are theirs', async () => {
    const { stateDir } = bench.gateway;
    await use(
      plugin(
        'prisoner',
        { tools: [{ name: 'look', description: 'looks', readOnly: true }] },
        `const fs = require('node:fs'); const tried = async (f) => { try { return String(await f()); } catch (e) { return 'no: ' + (e.code ?? e.message); } };
         exports.tools = { look: async (p, { host }) => ({
           config: await tried(() => fs.readFileSync(${JSON.stringify(join(stateDir, 'openclaw.json'))}, 'utf8')),
           there: await tried(() => fs.existsSync('/etc/shadow') + ' ' + fs.existsSync(__filename)),
           passwd: await tried(() => fs.readFileSync('/etc/shadow', 'utf8')),
           write: await tried(() => fs.writeFileSync(__dirname + '/x', '')),
           own: await tried(() => (fs.writeFileSync(host.dataDir + '/x', 'mine'), fs.readFileSync(host.dataDir + '/x', 'utf8'))),
           program: await tried(() => require('node:child_process').execFileSync('id')),
           env: process.env.SECRET_OF_GATEWAY ?? 'none',
           fetch: await tried(() => host.fetch('http://127.0.0.1:9/')),
           net: await tried(() => new Promise((ok, no) => require('node:net').connect(${new URL(pager.url).port}, '127.0.0.1').on('connect', () => ok('connected')).on('error', no))),
         }) };`,
      ),
    );
    const seen = JSON.parse((/\{.*\}/s.exec(await bench.call('look', {})) ?? ['{}'])[0]) as Record<string, string>;
    const { config, passwd, there, write: wrote, own, program, env, fetch, net } = seen;
    for (const refused of [config, passwd, wrote, program])
      expect(refused).toMatch(/^no: (ERR_ACCESS_DENIED|ENOENT|EROFS|EACCES)/);
    expect([own, env]).toEqual(['mine', 'none']);
    expect(there).toBe('false true');
    expect(fetch).toContain('do not name 127.0.0.1');
    if (process.env['TEST_SANDBOX']) expect(net).toMatch(/^no: /);
  });

  it('that misbehave are ended and named, and the gateway goes on', async () => {
    const tool = (name: string): Record<string, unknown> => ({
      tools: [{ name, description: name, readOnly: true }],
      limits: { memoryMb: 64 },
    });
    await use(
      plugin('looper', tool('loop'), 'exports.tools = { loop: () => { for (;;); } };'),
      plugin(
        'eater',
        tool('eat'),
        'exports.tools = { eat: () => { const all = []; for (;;) all.push(Buffer.alloc(1e7, 1)); } };',
      ),
      plugin(
        'hoarder',
        tool('hoard'),
        'exports.tools = { hoard: () => { const all = []; for (;;) all.push(Array(10_000).fill(all.length)); } };',
      ),
      plugin('talker', tool('talk'), 'exports.tools = { talk: () => "x".repeat(9e6) };'),
      plugin('leaver', tool('leave'), 'exports.tools = { leave: () => process.exit(3) };'),
      plugin('thrower', tool('throw'), 'exports.tools = { throw: () => { throw new Error("no luck"); } };'),
      plugin('unborn', { ...tool('never') }, 'throw new Error("not today");'),
      plugin('liar', tool('promised'), 'exports.tools = {};'),
    );
    const boot = await bench.client.call('plugins.list', {});
    expect(boot.error).toBeUndefined();
    expect(await bench.call('throw', {})).toContain('no luck');
    expect(await bench.call('loop', {})).toContain('did not answer for 4 seconds');
    expect(await bench.call('talk', {})).toContain('at once');
    expect(await bench.call('leave', {})).toContain('it ended by itself (code 3)');
    expect(await bench.call('never', {})).toContain('not today');
    expect(await bench.call('promised', {})).toContain('has no tools.promised');
    if (process.platform === 'linux') expect(await bench.call('eat', {})).toMatch(/MiB of memory|ended by itself/);
    expect(await bench.call('hoard', {})).toContain('it needed more memory than it is given');
    // The third end within ten minutes is the last one.
    await bench.call('leave', {});
    await bench.call('leave', {});
    expect(await bench.call('leave', {})).toMatch(/stopped|unknown|not available|unavailable/i);
    expect(await states()).toMatchObject({
      leaver: expect.stringContaining('stopped: it ended by itself (code 3)') as string,
      thrower: 'running',
    });
    expect((await fetch(`${bench.gateway.http}/ready`)).status).toBe(200);
    expect(bench.gateway.log).toContain('plugin leaver is stopped');
  });

  it('whose files have changed, whose manifest is bad or who are missing stay off by name', async () => {
    await use(
      plugin('honest', { tools: [{ name: 'work', description: 'works' }] }, 'exports.tools = { work: () => "done" };'),
    );
    expect(await bench.call('work', {})).toContain('done');
    appendFileSync(join(bench.gateway.stateDir, 'plugins', 'honest', 'index.js'), '// more\n');
    for (const entry of ['gone', 'broken'])
      await runCliShared(['config', 'set', `plugins.entries.${entry}.enabled`, 'true'], {
        env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir },
      });
    mkdirSync(join(bench.gateway.stateDir, 'plugins', 'broken'));
    writeFileSync(
      join(bench.gateway.stateDir, 'plugins', 'broken', 'openclaw.plugin.json'),
      '{"id":"broken","tools":7}',
    );
    await bench.restart();
    expect(await bench.call('work', {})).not.toContain('done');
    expect(await states()).toMatchObject({
      honest: expect.stringContaining('faulty: its files are no longer those') as string,
      broken: expect.stringContaining('tools must be array') as string,
      gone: expect.stringContaining('there is no such plugin') as string,
    });
    const doctor = await cli('doctor');
    expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringContaining('honest: its files') as string]);
    expect((await cli('enable', 'honest')).code).toBe(0);
    expect((await cli('remove', 'broken')).stdout).toContain('is gone');
    await bench.restart();
    expect(await bench.call('work', {})).toContain('done');
    expect((await cli('disable', 'honest')).stdout).toContain('is off');
    expect((await cli('remove', 'honest')).code).toBe(0);
    expect(JSON.parse((await cli('list', '--json')).stdout)).toMatchObject({
      plugins: [{ id: 'gone', status: 'error' }],
    });
  });

  it('come from npm packages, with their libraries and without their scripts', async () => {
    const library = write('library', {
      'package.json': '{"name":"a-library","version":"1.0.0"}',
      'index.js': 'module.exports = 42;',
    });
    const source = plugin(
      'packed',
      { tools: [{ name: 'answer', description: 'tells' }] },
      'exports.tools = { answer: () => require("a-library") };',
    );
    writeFileSync(
      join(source, 'package.json'),
      JSON.stringify({
        name: 'packed',
        version: '2.0.0',
        dependencies: { 'a-library': `file:${library}` },
        scripts: { install: 'touch ../ran' },
      }),
    );
    await use(source);
    expect(await bench.call('answer', {})).toContain('42');
    expect(JSON.parse((await cli('info', 'packed', '--json')).stdout)).toMatchObject({
      install: { source: 'path', spec: source },
    });
  });
});
