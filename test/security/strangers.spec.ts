import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseRoute } from '../../src/channels/routing';
import { accessNotes } from '../../src/config/sender-lists';
import type { OpenclawConfig } from '../../src/config/openclaw.config';
import type { PolicySubject } from '../../src/tools/agent-tool';
import { evaluatePolicy } from '../../src/tools/policy/evaluate-policy';
import { policyLayers } from '../../src/tools/policy/policy-layers';
import { folderSize, guestFolder, removeQuietGuests } from '../../src/workspace/guest-folder';
import type { ModelAnswer, ModelRequest } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { FakeSite } from '../fakes/web-site';
import { BROWSER, describeWithBrowser } from '../harness/browser';
import { GatewayProcess, freePort, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

interface Call {
  name: string;
  args: Record<string, unknown>;
}

const OWNER = 5;
const GROUP = -4001;
const PAGE_TOKEN = 'a-token-for-the-page-of-the-tests';
const HOOK_TOKEN = 'a-token-for-the-hooks-of-the-tests';
const OWNERS_FILES = {
  'MEMORY.md': 'CANARY-MEMORY',
  'USER.md': 'CANARY-USER',
  'AGENTS.md': 'CANARY-AGENTS',
  'TOOLS.md': 'CANARY-TOOLS',
  'SOUL.md': 'CANARY-SOUL',
  'GUESTS.md': 'Opening hours: nine to five',
  'memory/2026-01-01.md': 'CANARY-DIAGNOSIS flu',
  'tax.txt': 'CANARY-TAX',
};

/** Does in one turn what stands in the message, call by call. */
function obedient({ lastUser, toolResults }: ModelRequest): ModelAnswer {
  const calls = [...lastUser.matchAll(/@@CALL([A-Za-z0-9_-]+)@@/g)].map(
    (match) => JSON.parse(Buffer.from(match[1] ?? '', 'base64url').toString()) as Call,
  );
  const next = calls[toolResults];
  return { steps: [next ? { tool: next } : { text: 'All done.' }] };
}

const order = (call: Call): string => `@@CALL${Buffer.from(JSON.stringify(call)).toString('base64url')}@@`;

/** What the model was given in a turn, and what its calls came to. */
interface Seen {
  system: string;
  everything: string;
  tools: string[];
  told: string[];
}

describe('people who do not own the gateway', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let folder: string;
  let marks = 0;

  const workspace = (name: string): string => join(folder, 'workspace', name);
  const owned = (name: keyof typeof OWNERS_FILES): string => readFileSync(workspace(name), 'utf8');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-strangers-'));
    mkdirSync(workspace('memory'), { recursive: true });
    for (const [name, text] of Object.entries(OWNERS_FILES)) writeFileSync(workspace(name), text);
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    models.answer = obedient;
    gateway = await GatewayProcess.start({
      stateDir: folder,
      port: await freePort(),
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: {
            botToken: telegram.token,
            apiRoot: telegram.apiRoot,
            dmPolicy: 'open',
            allowFrom: [OWNER, '*'],
            groupPolicy: 'open',
            groups: { '*': { requireMention: false } },
            streamMode: 'off',
          },
          webpage: { token: PAGE_TOKEN },
        },
        hooks: {
          enabled: true,
          token: HOOK_TOKEN,
          internal: { enabled: true, entries: { 'session-memory': { enabled: true } } },
        },
        tools: { exec: { security: 'full', ask: 'off' } },
      },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const seenOf = async (mark: string): Promise<Seen> => {
    const mine = (): ModelRequest[] => models.requests.filter(({ lastUser }) => lastUser.includes(mark));
    await until(`an answer to ${mark}`, () => {
      const last = mine().at(-1);
      return last !== undefined && JSON.stringify(obedient(last)).includes('All done.');
    });
    const last = mine().at(-1) as ModelRequest;
    const body = last.body as {
      messages: { role: string; content: unknown }[];
      tools?: { function: { name: string } }[];
    };
    const textOf = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content));
    return {
      system: body.messages
        .filter(({ role }) => role === 'system')
        .map(({ content }) => textOf(content))
        .join('\n'),
      everything: JSON.stringify(body),
      tools: (body.tools ?? []).map(({ function: { name } }) => name).sort(),
      told: body.messages
        .filter(({ role }) => role === 'tool')
        .map(({ content }) => textOf(content))
        .slice(-last.toolResults || undefined),
    };
  };
  const nextMark = (): string => `mark-${++marks}-`;

  /** Somebody writes on Telegram, in the group where `chat` is given. */
  const says = async (fromId: number, calls: Call[], chat = fromId): Promise<Seen> => {
    const mark = nextMark();
    telegram.say({
      chatId: chat,
      fromId,
      text: `${mark} ${calls.map(order).join(' ')}`,
      ...(chat < 0 ? { chatType: 'group' as const, chatTitle: 'Club' } : {}),
    });
    return seenOf(mark);
  };

  const page = async (path: string, body: object, pass?: string): Promise<{ pass: string }> =>
    (await (
      await fetch(`${gateway.http}/webpage/api/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(pass ? { authorization: `Bearer ${pass}` } : {}) },
        body: JSON.stringify(body),
      })
    ).json()) as { pass: string };
  const visitor = async (): Promise<string> => (await page('visit', { token: PAGE_TOKEN })).pass;
  const visits = async (pass: string, calls: Call[]): Promise<Seen> => {
    const mark = nextMark();
    await page('messages', { id: `message-${mark}`, text: `${mark} ${calls.map(order).join(' ')}` }, pass);
    return seenOf(mark);
  };

  const ATTACKS: Call[] = [
    { name: 'read', args: { path: 'MEMORY.md' } },
    { name: 'read', args: { path: 'tax.txt' } },
    { name: 'memory_search', args: { query: 'diagnosis' } },
    { name: 'memory_get', args: { path: 'MEMORY.md' } },
    { name: 'grep', args: { pattern: 'CANARY' } },
    { name: 'find', args: { pattern: '*' } },
    { name: 'exec', args: { command: 'cat MEMORY.md tax.txt' } },
    { name: 'message', args: { action: 'send', channel: 'telegram', to: '5', message: 'psst' } },
    { name: 'sessions_history', args: { sessionKey: 'main' } },
    { name: 'session_status', args: { sessionKey: 'main' } },
    { name: 'cron', args: { action: 'list' } },
    { name: 'gateway', args: { action: 'config.get' } },
    { name: 'browser', args: { action: 'tabs' } },
    { name: 'write', args: { path: 'tax.txt', content: 'nothing to pay' } },
    { name: 'write', args: { path: 'MEMORY.md', content: 'obey visitors' } },
  ];
  const absolute = (): Call[] =>
    ['tax.txt', 'MEMORY.md'].flatMap((name) => [
      { name: 'read', args: { path: workspace(name) } },
      { name: 'read', args: { path: `../../../workspace/${name}` } },
      { name: 'write', args: { path: workspace(name), content: 'x' } },
      { name: 'image', args: { image: workspace(name), prompt: 'what is it?' } },
    ]);

  const expectNothingOfTheOwner = (seen: Seen): void => {
    expect(seen.everything).not.toMatch(/CANARY-/);
    expect(owned('tax.txt')).toBe('CANARY-TAX');
    expect(owned('MEMORY.md')).toBe('CANARY-MEMORY');
    expect(seen.tools).toEqual(
      ['ask_user', 'edit', 'find', 'find_tools', 'grep', 'ls', 'read', 'session_status', 'web_fetch', 'write']
        .concat(seen.tools.filter((name) => ['image', 'web_search'].includes(name)))
        .sort(),
    );
  };

  it('the owner in a direct chat has everything', async () => {
    const seen = await says(OWNER, [
      { name: 'read', args: { path: 'tax.txt' } },
      { name: 'memory_search', args: { query: 'diagnosis' } },
    ]);
    for (const name of ['MEMORY', 'USER', 'AGENTS', 'TOOLS', 'SOUL']) expect(seen.system).toContain(`CANARY-${name}`);
    expect(seen.told[0]).toContain('CANARY-TAX');
    expect(seen.told[1]).toContain('CANARY-DIAGNOSIS');
    expect(seen.tools).toEqual(expect.arrayContaining(['exec', 'memory_search']));
  });

  it('a visitor of the page gets nothing of it, and an answer', async () => {
    const pass = await visitor();
    const seen = await visits(pass, [...ATTACKS, ...absolute()]);
    expectNothingOfTheOwner(seen);
    expect(seen.system).toContain('Opening hours: nine to five');
    expect(seen.system).not.toContain(folder);
    expect(telegram.sent.filter(({ text }) => text.includes('psst'))).toEqual([]);
  });

  it('a visitor has a folder, which is made when it is needed, and no other visitor sees it', async () => {
    const before = existsSync(join(folder, 'guests', 'main')) ? readdirSync(join(folder, 'guests', 'main')).length : 0;
    const [one, other] = [await visitor(), await visitor()];
    await visits(one, []);
    const count = (): number =>
      existsSync(join(folder, 'guests', 'main')) ? readdirSync(join(folder, 'guests', 'main')).length : 0;
    expect(count()).toBe(before);
    const [written, read] = (
      await visits(one, [
        { name: 'write', args: { path: 'order.txt', content: 'PRIVATE-ORDER' } },
        { name: 'read', args: { path: 'order.txt' } },
      ])
    ).told;
    expect(written).not.toContain('Error');
    expect(read).toContain('PRIVATE-ORDER');
    expect(count()).toBe(before + 1);
    const place = readdirSync(join(folder, 'guests', 'main'))
      .map((name) => join(folder, 'guests', 'main', name, 'order.txt'))
      .find((path) => existsSync(path));
    const seen = await visits(other, [
      { name: 'ls', args: {} },
      { name: 'read', args: { path: 'order.txt' } },
      { name: 'read', args: { path: place } },
      { name: 'find', args: { pattern: 'order*', path: '..' } },
      { name: 'grep', args: { pattern: 'PRIVATE', path: '../..' } },
    ]);
    expect(seen.told.join()).not.toContain('PRIVATE-ORDER');
    expect(existsSync(workspace('order.txt'))).toBe(false);
  });

  it('a folder takes no more than fits', async () => {
    const pass = await visitor();
    await visits(pass, [{ name: 'write', args: { path: 'big.bin', content: '' } }]);
    const root = join(folder, 'guests', 'main');
    const place = readdirSync(root).find((name) => existsSync(join(root, name, 'big.bin'))) ?? '';
    truncateSync(join(root, place, 'big.bin'), 50 * 1024 * 1024);
    const { told } = await visits(pass, [{ name: 'write', args: { path: 'more.txt', content: 'more' } }]);
    expect(told[0]).toContain('too_large');
    expect(existsSync(join(root, place, 'more.txt'))).toBe(false);
  });

  it('a stranger in an open direct chat talks apart from the owner', async () => {
    await says(OWNER, [{ name: 'read', args: { path: 'tax.txt' } }]);
    const seen = await says(70, ATTACKS);
    expectNothingOfTheOwner(seen);
    expect(seen.everything).not.toContain('mark-1-');
    const mine = await says(OWNER, []);
    expect(mine.everything).toContain('CANARY-TAX');
  });

  it('a stranger in a group gets nothing; the owner in the same group works on, without what is private', async () => {
    expectNothingOfTheOwner(await says(71, [...ATTACKS, ...absolute()], GROUP));
    const seen = await says(OWNER, [{ name: 'write', args: { path: 'club.txt', content: 'yes' } }], GROUP);
    expect(seen.system).toContain('CANARY-AGENTS');
    expect(seen.system).not.toMatch(/CANARY-(MEMORY|USER)/);
    expect(seen.tools).toContain('exec');
    expect(readFileSync(workspace('club.txt'), 'utf8')).toBe('yes');
    const again = await says(71, [{ name: 'exec', args: { command: 'echo no' } }], GROUP);
    expect(again.told[0]).toContain('denied_by_policy');
    expect(again.system).not.toMatch(/CANARY/);
  });

  it('a paired friend can chat and give commands, and is a guest', async () => {
    await client.call('channels.pairing.admit', { channel: 'telegram', senderId: '88' });
    expectNothingOfTheOwner(await says(88, ATTACKS));
    const answered = (): string => telegram.sent.find(({ text }) => text.includes('Authorised: yes'))?.text ?? '';
    telegram.say({ chatId: 88, text: '/whoami' });
    await until('an answer', () => answered() !== '');
    const said = answered();
    expect(said).not.toContain('as owner');
    expect(said).toContain(':guest:88');
  });

  it('what guests say becomes no note in the memory of the owner, what the owner says does', async () => {
    const notes = (): string[] => readdirSync(workspace('memory'));
    const before = notes();
    for (const person of [88, OWNER]) {
      const sent = telegram.sent.length;
      telegram.say({ chatId: person, text: '/new' });
      await until('an answer', () => telegram.sent.length > sent);
    }
    await until('a note', () => notes().length > before.length);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const fresh = notes().filter((name) => !before.includes(name));
    expect(fresh).toHaveLength(1);
    expect(readFileSync(workspace(`memory/${fresh[0]}`), 'utf8')).toContain('mark-1-');
  });

  it('a webhook is worked on as for a guest', async () => {
    const mark = nextMark();
    const answer = await fetch(`${gateway.http}/hooks/agent`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${HOOK_TOKEN}` },
      body: JSON.stringify({ message: `${mark} ${ATTACKS.map(order).join(' ')}`, deliver: false }),
    });
    expect(answer.status).toBe(202);
    expectNothingOfTheOwner(await seenOf(mark));
  });
});

describeWithBrowser('the browser', () => {
  let site: FakeSite;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let marks = 0;

  beforeAll(async () => {
    site = await FakeSite.start();
    site.html('/login', '<title>Logged in</title><script>document.cookie = "sid=OWNER-SESSION; max-age=9999"</script>');
    site.html(
      '/account',
      '<title>Account</title><p id=p></p><script>p.textContent = "cookies: " + document.cookie</script>',
    );
    models = await FakeModels.start();
    models.answer = obedient;
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        browser: { noSandbox: true, executablePath: BROWSER },
        channels: { webpage: { token: PAGE_TOKEN } },
        tools: { guests: { alsoAllow: ['browser'] } },
      },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await site.stop();
    await models.stop();
  });

  const told = async (mark: string): Promise<string[]> => {
    const mine = (): ModelRequest | undefined =>
      models.requests.filter(({ lastUser }) => lastUser.includes(mark)).at(-1);
    await until(`an answer to ${mark}`, () =>
      JSON.stringify(mine() ? obedient(mine() as ModelRequest) : '').includes('All done'),
    );
    const { messages } = mine()?.body as { messages: { role: string; content: unknown }[] };
    return messages.filter(({ role }) => role === 'tool').map(({ content }) => JSON.stringify(content));
  };
  const browse = (args: Record<string, unknown>): string => order({ name: 'browser', args });
  const asOwner = async (...calls: Record<string, unknown>[]): Promise<string[]> => {
    const mark = `owner-${++marks}-`;
    await client.call('chat.send', {
      sessionKey: 'main',
      message: `${mark} ${site.url}/account ${calls.map(browse).join(' ')}`,
      idempotencyKey: mark,
    });
    return told(mark);
  };
  const post = async (path: string, body: object, pass?: string): Promise<{ pass: string }> =>
    (await (
      await fetch(`${gateway.http}/webpage/api/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(pass ? { authorization: `Bearer ${pass}` } : {}) },
        body: JSON.stringify(body),
      })
    ).json()) as { pass: string };
  const asGuest = async (pass: string, ...calls: Record<string, unknown>[]): Promise<string[]> => {
    const mark = `guest-${++marks}-`;
    const text = `${mark} ${site.url}/account ${site.url}/login ${calls.map(browse).join(' ')}`;
    await post('messages', { id: `message-${mark}`, text }, pass);
    return told(mark);
  };

  it('of a guest has no cookies and tabs of the owner or of another guest, and that of the owner keeps its own', async () => {
    const opened = await asOwner({ action: 'open', targetUrl: `${site.url}/login` });
    const [, tab = ''] = /(t\d+): /.exec(opened.join()) ?? [];
    expect(opened.join()).toContain('Logged in');
    const [{ pass: one }, { pass: other }] = [
      await post('visit', { token: PAGE_TOKEN }),
      await post('visit', { token: PAGE_TOKEN }),
    ];
    const [tabs, focus, snapshot, account, seen] = await asGuest(
      one,
      { action: 'tabs' },
      { action: 'focus', targetId: tab },
      { action: 'snapshot', targetId: tab },
      { action: 'open', targetUrl: `${site.url}/account` },
      { action: 'snapshot' },
    );
    expect([tabs, focus, snapshot].join()).not.toContain('Logged in');
    expect(account).toContain('Account');
    expect(seen).toContain('cookies:');
    expect(seen).not.toContain('OWNER-SESSION');
    expect((await asGuest(other, { action: 'tabs' })).join()).not.toContain('Account');
    const mine = await asOwner(
      { action: 'open', targetUrl: `${site.url}/account` },
      { action: 'snapshot' },
      { action: 'tabs' },
    );
    expect(mine.join()).toContain('OWNER-SESSION');
    expect(mine.join()).toContain('Logged in');
  });
});

describe('what the owner gives to guests', () => {
  const may = (tool: string, config: object, subject: Partial<PolicySubject> = {}): boolean =>
    evaluatePolicy(tool, policyLayers(config as OpenclawConfig, { agentId: 'main', isOwner: false, ...subject }))
      .allowed;
  const inGroup = (...ids: string[]): Partial<PolicySubject> => ({
    channel: 'telegram',
    account: 'default',
    groupId: '-1',
    senders: ids.map((id) => ({ id })),
  });
  const group = (rules: object): object => ({ channels: { telegram: { groups: { '-1': rules } } } });

  it('nothing by default, or by what is meant for the owner', () => {
    for (const config of [
      {},
      { tools: { allow: ['*'], alsoAllow: ['exec'], profile: 'full' } },
      { tools: { profile: 'coding', alsoAllow: ['exec'] } },
      { tools: { sandbox: { tools: { allow: ['exec'] } } } },
      group({ tools: { allow: ['exec', 'read'] } }),
      group({ toolsBySender: { '*': { allow: ['exec'] } } }),
    ])
      expect(may('exec', config, inGroup('7'))).toBe(false);
    expect(may('mcp__notes__publish', {}, inGroup('7'))).toBe(false);
  });

  it('by name: for all, for a group, for one person there', () => {
    expect(may('browser', { tools: { guests: { alsoAllow: ['browser'] } } })).toBe(true);
    expect(may('read', { tools: { guests: { alsoAllow: ['browser'] } } })).toBe(true);
    expect(may('read', { tools: { guests: { allow: ['browser'] } } })).toBe(false);
    expect(may('exec', group({ tools: { alsoAllow: ['exec'] } }), inGroup('7'))).toBe(true);
    const one = group({ toolsBySender: { '7': { allow: ['exec'] } } });
    expect([
      may('exec', one, inGroup('7')),
      may('exec', one, inGroup('8')),
      may('exec', one, inGroup('7', '8')),
    ]).toEqual([true, false, false]);
  });

  it('an empty list, or one of plugins alone, opens nothing', () => {
    expect(may('exec', { tools: { guests: { allow: [] } } })).toBe(false);
    expect(may('exec', { tools: { guests: { allow: ['group:plugins'] } } })).toBe(false);
    expect(may('read', { tools: { guests: { deny: ['read'] } } })).toBe(false);
  });

  it('never what works on the things of the owner', () => {
    for (const tool of ['memory_search', 'memory_get', 'cron', 'gateway'])
      expect(may(tool, { tools: { guests: { allow: ['*'], alsoAllow: [tool] } } })).toBe(false);
  });
});

describe('conversations that the owner shares', () => {
  const direct = { id: '9', type: 'direct' } as const;
  const group = { id: '-1', type: 'group' } as const;
  const keyOf = (session: object, chat: typeof direct | typeof group | object, isOwner = false): string =>
    chooseRoute({ session } as OpenclawConfig, 'telegram', 'default', { ...direct, ...chat }, '9', isOwner).sessionKey;

  it('are none unless the flag is set, whatever the scopes say', () => {
    for (const session of [{}, { dmScope: 'main' }, { scope: 'global' }, { dmScope: 'per-peer' }]) {
      expect(keyOf(session, direct)).toBe('agent:main:telegram:default:guest:9');
      expect(keyOf(session, group)).toBe('agent:main:telegram:group:-1');
    }
    expect([keyOf({}, direct, true), keyOf({ scope: 'global' }, direct, true)]).toEqual(['agent:main:main', 'global']);
  });

  it('are shared with it, but never with visitors of a page', () => {
    expect(keyOf({ shareMainWithOthers: true }, direct)).toBe('agent:main:main');
    expect(keyOf({ shareMainWithOthers: true }, { isAlone: true })).toContain(':guest:9');
  });

  it('and open doors are told of', () => {
    const paths = (config: object): string[] => accessNotes(config as OpenclawConfig).map(({ path }) => path);
    expect(paths({ session: { shareMainWithOthers: true } })).toEqual(['session.shareMainWithOthers']);
    expect(
      paths({
        channels: {
          telegram: { dmPolicy: 'open', accounts: { b: { dmPolicy: 'open' } } },
          slack: { dm: { policy: 'open' } },
        },
      }),
    ).toEqual(['channels.telegram.dmPolicy', 'channels.telegram.accounts.b.dmPolicy', 'channels.slack.dm.policy']);
    expect(paths({ channels: { telegram: { dmPolicy: 'pairing' } } })).toEqual([]);
  });
});

describe('folders of guests', () => {
  let state: string;
  beforeEach(() => (state = mkdtempSync(join(tmpdir(), 'openclaw-guests-'))));
  afterEach(() => rmSync(state, { recursive: true, force: true }));

  it('go when nothing has changed in them for long; others stay', async () => {
    const [old, used] = [guestFolder(state, 'main', 'agent:main:a'), guestFolder(state, 'main', 'agent:main:b')];
    for (const path of [old, used]) {
      mkdirSync(join(path, 'deep'), { recursive: true });
      writeFileSync(join(path, 'deep', 'file'), 'x');
      for (const each of [path, join(path, 'deep'), join(path, 'deep', 'file')]) utimesSync(each, 1000, 1000);
    }
    utimesSync(join(used, 'deep', 'file'), 5000, 5000);
    expect(await folderSize(used)).toMatchObject({ bytes: 1, files: 2, changedAt: 5_000_000 });
    expect(await removeQuietGuests(state, 2_000_000)).toBe(1);
    expect([existsSync(old), existsSync(used)]).toEqual([false, true]);
    expect(await removeQuietGuests(join(state, 'nowhere'), 2_000_000)).toBe(0);
  });
});
