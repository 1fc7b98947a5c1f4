import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { hashOf, hookHash, readHookFiles } from '../../src/automation/hooks/handlers/hook-files';
import { hooksIn } from '../../src/automation/hooks/hook-folder';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import type { CliResult } from '../harness/run-cli';
import { WireClient } from '../harness/wire-client';

const OWNER = 5;

describe('the files of a hook', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-hook-files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const manifest = `---\nname: h\ndescription: d\nmetadata: { 'openclaw': { 'events': ['message'] } }\n---\n`;

  it('have another hash with every other byte, name and place', () => {
    const file = fc.record({
      path: fc.string({ minLength: 1 }),
      content: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    });
    const files = fc.uniqueArray(file, { selector: ({ path }) => path, maxLength: 4 });
    const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
    fc.assert(
      fc.property(files, files, (a, b) => {
        expect(hashOf(a) === hashOf(b)).toBe(same(a, b));
      }),
    );
    fc.assert(
      fc.property(files, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (all, which, where, change) => {
        const chosen = all[which % Math.max(all.length, 1)];
        fc.pre(chosen !== undefined && chosen.content.length > 0);
        const before = hashOf(all);
        const at = where % chosen.content.length;
        chosen.content[at] = (chosen.content[at] ?? 0) ^ change;
        expect(hashOf(all)).not.toBe(before);
      }),
    );
  });

  it('are ordinary files: no links, and nobody waits for a pipe', () => {
    writeFileSync(join(folder, 'secret'), 'CANARY');
    const hook = join(folder, 'h');
    mkdirSync(join(hook, 'lib'), { recursive: true });
    writeFileSync(join(hook, 'HOOK.md'), manifest);
    writeFileSync(join(hook, 'lib', 'a.js'), '1');
    symlinkSync(join(folder, 'secret'), join(hook, 'handler.js'));
    expect(readHookFiles(hook).map(({ path }) => path)).toEqual(['HOOK.md', 'lib/a.js']);
    expect(hooksIn(folder, 'workspace')[0]?.fault).toContain('no handler');
    rmSync(join(hook, 'HOOK.md'));
    execFileSync('mkfifo', [join(hook, 'HOOK.md'), join(hook, 'lib', 'pipe')]);
    expect(hooksIn(folder, 'workspace')).toEqual([]);
    expect(() => hookHash(hook)).toThrow("can't be read");
  });
});

describe('hooks of others', () => {
  let models: FakeModels;
  let telegram: FakeTelegram;
  let gateway: GatewayProcess;
  let client: WireClient;
  let server: Server;
  let abstract: Server;
  let folder: string;
  let reached = 0;

  const workspace = (name: string): string => join(gateway.stateDir, 'workspace', name);
  const env = (): Record<string, string> => ({
    OPENCLAW_STATE_DIR: gateway.stateDir,
    OPENCLAW_GATEWAY_PORT: String(gateway.port),
  });
  const cli = (...args: string[]): Promise<CliResult> => runCliShared(['hooks', ...args], { env: env() });
  const set = (key: string, value: unknown): Promise<CliResult> =>
    runCliShared(['config', 'set', key, JSON.stringify(value)], { env: env() });
  const writeHook = (path: string, name: string, code: string): void => {
    mkdirSync(path, { recursive: true });
    writeFileSync(
      join(path, 'HOOK.md'),
      `---\nname: ${name}\ndescription: d\nmetadata: { 'openclaw': { 'events': ['message:received'] } }\n---\n`,
    );
    writeFileSync(join(path, 'handler.js'), code);
  };
  const stateOf = async (name: string): Promise<{ runs: boolean; reason?: string } | undefined> => {
    const { payload } = await client.call('hooks.list', {});
    return (payload?.['hooks'] as { name: string; runs: boolean; reason?: string }[]).find(
      (each) => each.name === name,
    );
  };
  const enable = async (name: string): Promise<void> => {
    expect((await cli('enable', name)).stdout).toContain(`${name} is on`);
    await until(`${name} runs`, async () => (await stateOf(name))?.runs === true);
  };
  const say = async (text: string): Promise<void> => {
    const sent = telegram.sent.length;
    telegram.say({ chatId: OWNER, text });
    await until(`an answer to ${text}`, () => telegram.sent.length > sent);
  };
  /** Another hook that is told of the same message, after the one in question: once it ran, that one did or did not. */
  const sayAndWait = async (text: string): Promise<void> => {
    rmSync(workspace('witness'), { force: true });
    await say(text);
    await until('the witness', () => existsSync(workspace('witness')));
  };
  const leaves = (name: string): string =>
    `module.exports = ({ workspace }) => require('node:fs').writeFileSync(workspace + '/${name}', '');`;

  beforeEach(async () => {
    reached = 0;
    folder = mkdtempSync(join(tmpdir(), 'openclaw-hooks-'));
    models = await FakeModels.start();
    telegram = await FakeTelegram.start();
    models.answer = () => ({ steps: [{ text: 'Hi.' }] });
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [OWNER] },
        },
      },
    });
    client = await WireClient.connected(gateway.url);
    const count = (): Server => createServer((socket) => socket.end(String(++reached)));
    [server, abstract] = [count(), count()];
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    await new Promise<void>((done) => abstract.listen(`\0openclaw-hooks-${process.pid}`, done));
  });
  afterEach(async () => {
    client.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
    server.close();
    abstract.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('run as the files that their owner agreed to, and not as anything that was made of them since', async () => {
    const own = workspace('hooks/wshook');
    writeHook(own, 'wshook', leaves('first'));
    writeHook(join(folder, 'zz-witness'), 'zz-witness', leaves('witness'));
    expect((await cli('install', join(folder, 'zz-witness'))).code).toBe(0);
    await enable('zz-witness');
    await sayAndWait('nobody has enabled it');
    // What a configuration says without its owner's agreement to the files is not enough.
    await set('hooks.internal.entries.wshook.enabled', true);
    await until('it is known', async () => (await stateOf('wshook'))?.reason?.includes('nobody has agreed') === true);
    await sayAndWait('it is on, and nobody has agreed');
    expect(existsSync(workspace('first'))).toBe(false);

    await enable('wshook');
    await sayAndWait('now it runs');
    await until('it ran', () => existsSync(workspace('first')));

    // At once: what was looked at a moment ago does not count.
    writeFileSync(join(own, 'handler.js'), leaves('second'));
    rmSync(workspace('first'));
    await sayAndWait('it was written anew');
    await until('the log', () => gateway.log.includes('its files have changed'));
    expect([existsSync(workspace('first')), existsSync(workspace('second'))]).toEqual([false, false]);
    expect((await cli('list')).stdout).toContain('changed; agree again with: openclaw hooks enable wshook');
    expect((await runCliShared(['doctor'], { env: env() })).stdout).toContain('wshook: changed; agree again with');

    // A file beside it is a change as well, also after a start of the gateway, which says so.
    await enable('wshook');
    await sayAndWait('agreed again');
    await until('it ran', () => existsSync(workspace('second')));
    writeFileSync(join(own, 'lib.js'), '');
    rmSync(workspace('second'));
    client.close();
    await gateway.signal('SIGTERM');
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    client = await WireClient.connected(gateway.url);
    await sayAndWait('after a start');
    expect(existsSync(workspace('second'))).toBe(false);
    await until('the log', () => gateway.log.includes('a hook does not run: changed; agree again with'));
  });

  it('see their own files, the workspace and what they were given, and reach nobody', async () => {
    const given = join(folder, 'given');
    mkdirSync(given);
    writeFileSync(join(given, 'a.txt'), 'of the owner');
    writeFileSync(join(folder, 'outside.txt'), 'CANARY');
    const places = [
      join(gateway.stateDir, 'openclaw.json'),
      join(folder, 'outside.txt'),
      '/etc/passwd',
      gateway.stateDir,
    ];
    places.forEach((place, index) => symlinkSync(place, workspace(`link${index}`)));
    writeFileSync(workspace('plain.txt'), 'of the workspace');
    const { port } = server.address() as AddressInfo;
    writeHook(
      join(folder, 'prober'),
      'prober',
      `const fs = require('node:fs');
       const net = require('node:net');
       const read = (path) => { try { return fs.readFileSync(path, 'utf8'); } catch (error) { return error.code; } };
       const connect = (where) => new Promise((done) => {
         const socket = net.connect(where);
         socket.once('connect', () => done('connected')).once('error', (error) => done(error.code));
       });
       module.exports = async ({ workspace }) => fs.writeFileSync(workspace + '/probe.json', JSON.stringify({
         sockets: [
           await connect({ port: ${port}, host: '127.0.0.1' }),
           await connect({ port: ${gateway.port}, host: '127.0.0.1' }),
           await connect({ path: '\\0openclaw-hooks-${process.pid}' }),
         ],
         links: [0, 1, 2].map((index) => read(workspace + '/link' + index)),
         through: read(workspace + '/link3/openclaw.json'),
         direct: ${JSON.stringify([...places.slice(0, 3), join(tmpdir())])}.map(read),
         own: read(__dirname + '/HOOK.md').length > 0,
         plain: read(workspace + '/plain.txt'),
         given: read('${given}/a.txt'),
         env: process.env,
       }));`,
    );
    expect((await cli('install', join(folder, 'prober'))).stdout).toContain('hooks enable prober');
    await set('hooks.internal.entries.prober', { env: { WORD: 'leaf' }, paths: [given] });
    await enable('prober');
    await say('hello');
    await until('the probe', () => existsSync(workspace('probe.json')));
    const probe = (): unknown => JSON.parse(readFileSync(workspace('probe.json'), 'utf8'));
    await until('all of it', () => readFileSync(workspace('probe.json'), 'utf8').endsWith('}'));
    expect(probe()).toEqual({
      sockets: ['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED'],
      links: ['ENOENT', 'ENOENT', 'ENOENT'],
      through: 'ENOENT',
      direct: Array.from({ length: 4 }, () => 'ERR_ACCESS_DENIED'),
      own: true,
      plain: 'of the workspace',
      given: 'of the owner',
      env: { WORD: 'leaf' },
    });
    expect(reached).toBe(0);

    rmSync(workspace('probe.json'));
    await set('hooks.internal.entries.prober.paths', [gateway.stateDir]);
    await until('the change', () => gateway.log.includes('hooks.internal.entries.prober.paths'));
    await say('again');
    await until('the log', () => gateway.log.includes("holds the gateway's own files"));
    expect(existsSync(workspace('probe.json'))).toBe(false);
  });

  it('that come along follow no link out of the workspace', async () => {
    writeFileSync(join(folder, 'letter.md'), 'CANARY of the outside');
    symlinkSync(join(folder, 'letter.md'), workspace('BOOT.md'));
    mkdirSync(join(folder, 'elsewhere'));
    rmSync(workspace('memory'), { recursive: true, force: true });
    symlinkSync(join(folder, 'elsewhere'), workspace('memory'));
    await enable('boot-md');
    await enable('session-memory');
    await say('I like tulips');
    await say('/new');
    await until('the log', () => gateway.log.includes('leads out of the workspace'));
    client.close();
    await gateway.signal('SIGTERM');
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    client = await WireClient.connected(gateway.url);
    await say('are you there?');
    expect(models.requests.some(({ body }) => JSON.stringify(body).includes('CANARY'))).toBe(false);
    expect(existsSync(workspace('memory')) && readHookFiles(join(folder, 'elsewhere'))).toEqual([]);
  });
});
