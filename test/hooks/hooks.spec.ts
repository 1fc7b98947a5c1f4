import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import type { CliResult } from '../harness/run-cli';
import { WireClient } from '../harness/wire-client';

const OWNER = 5;

describe('hooks', () => {
  let models: FakeModels;
  let telegram: FakeTelegram;
  let gateway: GatewayProcess;
  let client: WireClient;
  let folder: string;

  const cli = (...args: string[]): Promise<CliResult> =>
    runCliShared(['hooks', ...args], {
      env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
    });
  const hook = (name: string, events: string[], code: string, more: Record<string, unknown> = {}): string => {
    const path = join(folder, name);
    mkdirSync(path);
    writeFileSync(
      join(path, 'HOOK.md'),
      `---\nname: ${name}\ndescription: ${name} of a test\nmetadata: ${JSON.stringify({ openclaw: { events, ...more } })}\n---\n`,
    );
    writeFileSync(join(path, 'handler.js'), code);
    return path;
  };
  const runs = async (name: string): Promise<boolean> => {
    const { payload } = await client.call('hooks.list', {});
    return (payload?.['hooks'] as { name: string; runs: boolean }[]).some((each) => each.name === name && each.runs);
  };
  const enable = async (name: string): Promise<void> => {
    expect((await cli('enable', name)).stdout).toContain('is on');
    await until(`${name} runs`, () => runs(name));
  };
  const say = async (text: string): Promise<void> => {
    const sent = telegram.sent.length;
    telegram.say({ chatId: OWNER, text });
    await until(`an answer to ${text}`, () => telegram.sent.length > sent);
  };

  beforeEach(async () => {
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
  });
  afterEach(async () => {
    client.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are off until they are enabled; then they are told, walled off, and what they say goes to the chat', async () => {
    const path = hook(
      'greeter',
      ['command:new'],
      `const fs = require('node:fs');
       const denied = (work) => { try { work(); return 'open'; } catch (error) { return error.code; } };
       module.exports = (event) => {
         fs.writeFileSync(event.workspace + '/seen.json', JSON.stringify({ ...event, word: process.env.WORD,
           config: denied(() => fs.readFileSync('${join(gateway.stateDir, 'openclaw.json')}')),
           spawn: denied(() => require('node:child_process').spawnSync('true')) }));
         return { messages: ['A new leaf.'] };
       };`,
      { requires: { env: ['WORD'] } },
    );
    expect((await cli('install', path)).stdout).toContain('openclaw hooks enable greeter');
    expect((await cli('info', 'greeter')).stdout).toContain('it does not run');
    await say('hello');
    await say('/new');
    expect(existsSync(join(gateway.stateDir, 'workspace', 'seen.json'))).toBe(false);
    await cli('enable', 'greeter');
    const check = await cli('check');
    expect([check.code, check.stdout]).toEqual([1, expect.stringContaining('lacks WORD') as string]);
    await runCliShared(['config', 'set', 'hooks.internal.entries.greeter.env', '{"WORD":"leaf"}'], {
      env: { OPENCLAW_STATE_DIR: gateway.stateDir },
    });
    await until('it runs', () => runs('greeter'));
    telegram.say({ chatId: OWNER, text: '/new' });
    await until('what it says', () => telegram.textsIn(OWNER).includes('A new leaf.'));
    const seen = JSON.parse(readFileSync(join(gateway.stateDir, 'workspace', 'seen.json'), 'utf8')) as unknown;
    expect(seen).toMatchObject({
      type: 'command',
      action: 'new',
      agentId: 'main',
      word: 'leaf',
      config: 'ERR_ACCESS_DENIED',
      spawn: 'ERR_ACCESS_DENIED',
      context: { sender: String(OWNER) },
    });
  });

  it('choose the files that a turn begins with; one that fails or hangs changes nothing', async () => {
    const prompt = (): string => JSON.stringify(models.requests.at(-1)?.body);
    const chooser = hook(
      'chooser',
      ['agent:bootstrap'],
      `module.exports = ({ context, sessionKey }) => ({ bootstrapFiles: context.bootstrapFiles
         .filter(({ name }) => name !== 'SOUL.md')
         .concat({ name: 'WEATHER.md', content: 'It rains badgers in ' + sessionKey }) });`,
    );
    writeFileSync(join(gateway.stateDir, 'workspace', 'SOUL.md'), 'You love lighthouses.');
    await say('before');
    expect(prompt()).toContain('You love lighthouses.');
    await cli('install', chooser);
    await enable('chooser');
    await say('hello');
    expect(prompt()).toContain('It rains badgers in agent:main:main');
    expect(prompt()).not.toContain('You love lighthouses.');
    await cli(
      'install',
      hook('hanger', ['agent:bootstrap'], 'module.exports = () => new Promise((r) => setTimeout(r, 60000));'),
    );
    await enable('hanger');
    await say('still there?');
    expect(prompt()).toContain('It rains badgers');
    expect(gateway.log).toContain('hanger');
  });

  it('that fail are named, and harm neither others nor the gateway', async () => {
    await cli(
      'install',
      hook('thrower', ['message:received'], 'module.exports = () => { throw new Error("no luck"); };'),
    );
    await cli(
      'install',
      hook(
        'writer',
        ['message'],
        "module.exports = ({ workspace, action }) => require('node:fs').writeFileSync(workspace + '/' + action, '');",
      ),
    );
    await enable('thrower');
    await enable('writer');
    await say('hello');
    await until('the other one', () => existsSync(join(gateway.stateDir, 'workspace', 'sent')));
    await until('the first one', () => existsSync(join(gateway.stateDir, 'workspace', 'received')));
    await until('the log', () => gateway.log.includes('a hook failed: no luck'));
    expect((await fetch(`${gateway.http}/ready`)).status).toBe(200);
  });

  it('are copied anew from where they came from', async () => {
    const path = hook('note', ['message:received'], "module.exports = () => { throw new Error('the first'); };");
    await cli('install', path);
    await enable('note');
    await say('hello');
    await until('the first', () => gateway.log.includes('a hook failed: the first'));
    expect((await cli('update', 'note')).stdout).toBe('note: as it was\n');
    writeFileSync(join(path, 'handler.js'), "module.exports = () => { throw new Error('the second'); };");
    expect((await cli('update', '--all', '--dry-run')).stdout).toBe('note: would change\n');
    expect((await cli('update', '--all')).stdout).toBe('note: updated\n');
    await until('the gateway knows that these files were agreed to', () => runs('note'));
    await say('again');
    await until('the second', () => gateway.log.includes('a hook failed: the second'));
    rmSync(join(path, 'handler.js'));
    const refused = await cli('update', 'note');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("can't be used") as string]);
    expect((await cli('update', 'other')).stderr).toContain('"other" was not copied by hooks install; there are: note');
  });

  it('with faults can not be installed', async () => {
    const noHandler = hook('empty', ['command:new'], '');
    rmSync(join(noHandler, 'handler.js'));
    expect((await cli('install', noHandler)).stderr).toContain('it has no handler');
    expect((await cli('install', hook('odd', ['moon:rise'], ''))).stderr).toContain('nobody tells moon:rise');
    expect((await cli('install', folder)).stderr).toContain('has no HOOK.md');
    expect((await cli('enable', 'nobody')).stderr).toContain('boot-md');
  });

  it('that come along note commands, keep conversations, show files, and do what BOOT.md says', async () => {
    const workspace = (name: string): string => join(gateway.stateDir, 'workspace', name);
    writeFileSync(workspace('HOUSE.md'), 'The house has a blue door.');
    writeFileSync(workspace('BOOT.md'), 'Say good morning to the plants.');
    await runCliShared(
      [
        'config',
        'set',
        'hooks.internal.entries.bootstrap-extra-files',
        '{"enabled":true,"paths":["HOUSE.md","../openclaw.json"]}',
      ],
      {
        env: { OPENCLAW_STATE_DIR: gateway.stateDir },
      },
    );
    for (const name of ['command-logger', 'session-memory', 'boot-md']) await enable(name);
    await say('I like tulips');
    expect(models.requests.at(-1)?.text).toContain('blue door');
    expect(models.requests.at(-1)?.text).not.toContain('botToken');
    await say('/new');
    const commands = join(gateway.stateDir, 'logs', 'commands.log');
    await until('the command', () => existsSync(commands) && readFileSync(commands, 'utf8').endsWith('\n'));
    expect(JSON.parse(readFileSync(commands, 'utf8'))).toMatchObject({
      command: 'new',
      sender: String(OWNER),
    });
    const kept = (): string[] => readdirSync(workspace('memory')).filter((name) => name.includes('tulips'));
    const note = (): string => readFileSync(workspace(join('memory', kept()[0] ?? '')), 'utf8');
    await until('the conversation', () => existsSync(workspace('memory')) && kept().length === 1 && note() !== '');
    expect(note()).toContain('I like tulips');
    client.close();
    await gateway.signal('SIGTERM');
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    client = await WireClient.connected(gateway.url);
    await until('BOOT.md', () =>
      models.requests.some(({ lastUser }) => lastUser.includes('good morning to the plants')),
    );
  });
});
