import type { AccessPolicy } from '../../src/channels/access/access-policy';
import fc from 'fast-check';
import { type KnownPeople, judgeAccess, ownsGateway } from '../../src/channels/access/access-gate';
import type { InboundUpdate } from '../../src/channels/channel-adapter';
import { chooseRoute } from '../../src/channels/routing';
import { entryMeans, listAdmits, listHoldsId } from '../../src/common/sender-identity';
import type { OpenclawConfig } from '../../src/config/openclaw.config';
import { validateConfig } from '../../src/config/validate-config';
import { elevatedRefusal } from '../../src/tools/exec/elevated';
import { evaluatePolicy } from '../../src/tools/policy/evaluate-policy';
import { policyLayers } from '../../src/tools/policy/policy-layers';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { telegramConfig } from '../harness/channel-config';

const OWNER = '500000000000000005';
const NOBODY: KnownPeople = { paired: new Map() };

const policy = (overrides: Partial<AccessPolicy> = {}): AccessPolicy => ({
  dmPolicy: 'allowlist',
  allowFrom: [OWNER],
  groupPolicy: 'open',
  groupAllowFrom: [],
  group: { enabled: true, requireMention: false },
  ...overrides,
});

const update = (
  sender: Partial<InboundUpdate['sender']>,
  rules: Partial<AccessPolicy> = {},
  type: 'direct' | 'group' = 'direct',
): InboundUpdate => ({
  externalId: '1',
  chat: { id: 'c', type },
  sender: { id: '9', isBot: false, ...sender },
  text: 'hello',
  mentionsBot: true,
  policy: policy(rules),
});

const as = (message: InboundUpdate, people = NOBODY): 'owner' | 'guest' | 'refused' => {
  const verdict = judgeAccess(message, people);
  return verdict.kind !== 'admit' ? 'refused' : verdict.isOwner ? 'owner' : 'guest';
};

describe('whoever takes the name of an id is not its holder', () => {
  it.each([
    ['the id as handle', { username: OWNER }],
    ['the id as display name', { name: OWNER }],
    ['the handle of a list entry without an @', { username: 'ann' }],
    ['a handle with an @ in it', { username: `@${OWNER}` }],
  ])('%s', (_, sender) => {
    expect(as(update(sender, { allowFrom: [OWNER, 'ann'] }))).toBe('refused');
    expect(as(update(sender, { allowFrom: [OWNER, 'ann'], dmPolicy: 'open' }))).toBe('guest');
    expect(as(update(sender, { allowFrom: [OWNER, 'ann'] }, 'group'))).toBe('guest');
  });

  it('the holder is, in direct chats and in groups', () => {
    expect(as(update({ id: OWNER, name: 'whoever' }))).toBe('owner');
    expect(as(update({ id: OWNER }, {}, 'group'))).toBe('owner');
  });

  it('@name lets in whoever has the handle, as a guest; a display name is no handle', () => {
    expect(as(update({ username: 'Ann' }, { allowFrom: [OWNER, '@ann'] }))).toBe('guest');
    expect(as(update({ name: 'ann' }, { allowFrom: [OWNER, '@ann'] }))).toBe('refused');
    for (const handle of ['\u212Aate', 'kate\u200b', 'k\u0430te', ' kate', 'kate\n'])
      expect([handle, as(update({ username: handle }, { allowFrom: [OWNER, '@kate'] }))]).toEqual([handle, 'refused']);
    expect(as(update({ username: 'KATE' }, { allowFrom: [OWNER, '@kate'] }))).toBe('guest');
    expect(as(update({ username: OWNER }, { allowFrom: [`@${OWNER}`] }))).toBe('guest');
  });

  it('* makes nobody an owner, whatever their id is', () => {
    for (const id of ['9', '*', '@x', ''])
      for (const dmPolicy of ['allowlist', 'open', 'pairing'] as const)
        expect(as(update({ id }, { allowFrom: ['*'], dmPolicy }))).toBe('guest');
  });

  it('a group or a channel is nobody: several people write in its name', () => {
    const place = { id: '-1001', isPlace: true };
    const listed = { allowFrom: [OWNER, '-1001'] };
    expect([as(update(place, listed)), as(update(place, listed, 'group'))]).toEqual(['guest', 'guest']);
    expect(as(update(place, listed, 'group'), { paired: new Map(), owners: ['-1001'] })).toBe('guest');
  });

  it('who was paired as a guest is one, also in groups; who was paired as an owner is that', () => {
    const people: KnownPeople = {
      paired: new Map([
        ['7', 'guest'],
        ['8', 'owner'],
      ]),
    };
    expect([as(update({ id: '7' }), people), as(update({ id: '7' }, {}, 'group'), people)]).toEqual(['guest', 'guest']);
    expect(as(update({ id: '8' }), people)).toBe('owner');
    expect(as(update({ username: '8' }), people)).toBe('refused');
  });

  it('where owners are listed, only they are', () => {
    const people: KnownPeople = { paired: new Map([['8', 'owner']]), owners: [OWNER] };
    expect(as(update({ id: OWNER }), people)).toBe('owner');
    expect(as(update({ id: '7' }, { allowFrom: [OWNER, '7'] }), people)).toBe('guest');
    expect(as(update({ id: '8' }), people)).toBe('guest');
  });

  it('property: without the exact id nobody owns anything, whatever they call themselves', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom(OWNER, `@${OWNER}`, '*', ` ${OWNER}`, `${OWNER} `, ''));
    fc.assert(
      fc.property(
        fc.array(text),
        fc.record({ id: text, name: text, username: text }),
        (more, { id, name, username }) => {
          const allowFrom = [OWNER, ...more];
          const isHolder = allowFrom.some(
            (entry) => entry.trim() === id && id !== '*' && id !== '' && !id.startsWith('@'),
          );
          const sender = { id, name, username, isBot: false };
          expect(ownsGateway({ sender, policy: policy({ allowFrom }) }, NOBODY)).toBe(isHolder);
        },
      ),
    );
  });

  it('property: an entry with an @ never compares with ids, one without never with handles', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (entry, id, handle) => {
        if (entry.trim().startsWith('@')) expect(entryMeans(entry, { id })).toBe(false);
        else expect(entryMeans(entry, { id: '', handle })).toBe(false);
        expect(listHoldsId([`@${handle}`], { id: handle })).toBe(false);
        expect(listAdmits(['*'], { id, handle })).toBe(true);
      }),
    );
  });
});

describe('the same rule holds for tools', () => {
  const config = {
    channels: {
      telegram: {
        groups: {
          '-1': { toolsBySender: { '5': { allow: ['read'] }, '@ann': { deny: ['ls'] }, '*': { deny: ['*'] } } },
        },
      },
    },
    tools: { elevated: { allowFrom: { telegram: [5] } } },
  } as unknown as OpenclawConfig;
  const may = (tool: string, sender: { id: string; handle?: string }): boolean =>
    evaluatePolicy(
      tool,
      policyLayers(config, {
        agentId: 'main',
        channel: 'telegram',
        account: 'default',
        groupId: '-1',
        senders: [sender],
      }),
    ).allowed;

  it('toolsBySender', () => {
    expect(may('read', { id: '5' })).toBe(true);
    expect(may('read', { id: '9', handle: '5' })).toBe(false);
    expect([may('read', { id: '9', handle: 'ann' }), may('ls', { id: '9', handle: 'ann' })]).toEqual([true, false]);
    expect(may('read', { id: 'ann' })).toBe(false);
  });

  it('elevated.allowFrom', () => {
    const ask = (sender: { id: string; handle?: string }) =>
      elevatedRefusal(config, {
        agentId: 'main',
        isOwner: true,
        origin: { channel: 'telegram' },
        subject: { senders: [sender] },
      });
    expect(ask({ id: '5' })).toBeUndefined();
    expect(ask({ id: '9', handle: '5' })).toContain('does not hold the sender');
  });
});

describe('a session belongs to whoever has the id', () => {
  const keyOf = (config: object, channel: string, id: string, isOwner: boolean, threadId?: string): string =>
    chooseRoute(
      config as OpenclawConfig,
      channel,
      'default',
      { id: 'c', type: 'direct', ...(threadId ? { threadId } : {}) },
      id,
      isOwner,
    ).sessionKey;

  it('links go by exact id', () => {
    const config = { session: { dmScope: 'per-peer', identityLinks: { ann: ['webhook:Ann-1'] } } };
    expect(keyOf(config, 'webhook', 'Ann-1', true)).toBe('agent:main:dm:ann');
    expect(keyOf(config, 'webhook', 'ann-1', true)).not.toBe('agent:main:dm:ann');
  });

  it('property: nor do two groups or threads, whatever their ids are', () => {
    const config = {} as OpenclawConfig;
    const word = fc.oneof(
      fc.string({ minLength: 1, unit: fc.constantFrom('a', 'b', 'A', ':', '!', '.', 'topic') }),
      fc.constantFrom('!AbC:home.example', '!abc:home.example', 'x:topic:y', 'x', 'y'),
    );
    const chat = fc.record({ id: word, threadId: fc.option(word, { nil: undefined }) });
    const keyIn = ({ id, threadId }: { id: string; threadId: string | undefined }, isOwner: boolean): string =>
      chooseRoute(config, 'webhook', 'default', { id, type: 'group', ...(threadId ? { threadId } : {}) }, '5', isOwner)
        .sessionKey;
    const isLoud = (text: string | undefined): boolean => text !== undefined && /^[A-Z.]+$/.test(text);
    fc.assert(
      fc.property(chat, chat, fc.boolean(), (one, other, isOwner) => {
        fc.pre(one.id !== other.id || one.threadId !== other.threadId);
        // Where ids are written in capitals, the platform has no others.
        fc.pre(![one.id, one.threadId, other.id, other.threadId].some(isLoud));
        expect(keyIn(one, isOwner)).not.toBe(keyIn(other, isOwner));
      }),
      { numRuns: 2000 },
    );
    // Keys of ids that platforms have stay what they were.
    expect(keyIn({ id: '-1001', threadId: '7' }, true)).toBe('agent:main:webhook:group:-1001:topic:7');
    expect(keyIn({ id: 'C0ABC', threadId: '17.5' }, true)).toBe('agent:main:webhook:group:c0abc:topic:17.5');
  });

  it('property: two guests never share one, and none has one of an owner', () => {
    const id = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom('main', 'ann', 'Ann', 'x:thread:y', 'x', 'X', 'a~b'),
    );
    const config = fc.constantFrom(
      {},
      { session: { scope: 'global' } },
      ...['main', 'per-peer', 'per-channel-peer', 'per-account-channel-peer'].map((dmScope) => ({
        session: { dmScope, identityLinks: { ann: ['webhook:1'] } },
      })),
    );
    fc.assert(
      fc.property(config, id, id, fc.option(id, { nil: undefined }), (rules, one, other, thread) => {
        const key = keyOf(rules, 'webhook', one, false, thread);
        if (one !== other) expect(keyOf(rules, 'webhook', other, false, thread)).not.toBe(key);
        expect(keyOf(rules, 'webhook', other, true, thread)).not.toBe(key);
        expect(keyOf(rules, 'webhook', other, false)).not.toBe(thread === undefined && one !== other ? key : `${key}:`);
        if (thread !== undefined) expect(keyOf(rules, 'webhook', other, false)).not.toBe(key);
      }),
    );
  });
});

describe('lists with bare names', () => {
  const warned = (config: object): string[] => validateConfig(config).warnings.map(({ path }) => path);

  it('are told of, with the way out', () => {
    const config = {
      channels: {
        telegram: { allowFrom: ['5', '@ann', 'ann'], groups: { '-1': { toolsBySender: { bob: {} } } } },
        discord: { dm: { allowFrom: ['annabel'] }, guilds: { g: { users: ['<@5>', 'lee'] } } },
        slack: { channels: { general: { users: ['U5', 'ben'] } } },
      },
      tools: { elevated: { allowFrom: { telegram: ['carl'] } } },
      commands: { ownerAllowFrom: ['telegram:5', 'ann', 'telegram:ann', 'telegram:*'] },
    };
    expect(warned(config).sort()).toEqual([
      'channels.discord.dm.allowFrom[0]',
      'channels.discord.guilds.g.users[1]',
      'channels.slack.channels.general.users[1]',
      'channels.telegram.allowFrom[2]',
      'channels.telegram.groups.-1.toolsBySender[0]',
      'commands.ownerAllowFrom[1]',
      'commands.ownerAllowFrom[2]',
      'commands.ownerAllowFrom[3]',
      'tools.elevated.allowFrom.telegram[0]',
    ]);
    expect(validateConfig(config).warnings[0]?.message).toContain('"@ann"');
    expect(validateConfig(config).issues).toEqual([]);
  });

  it('ids of every spelling are not', () => {
    expect(
      warned({
        channels: {
          telegram: { allowFrom: [5, 'tg:6', '*', '@ann'] },
          discord: { dm: { allowFrom: ['discord:5', '<@!6>'] } },
          slack: { dm: { allowFrom: ['slack:U5', '<@U6|ben>'] } },
          webhook: { allowFrom: ['ann'] },
        },
      }),
    ).toEqual([]);
  });
});

describe('numbers that are not the id they were written as', () => {
  const issues = (config: object): string[] => validateConfig(config).issues.map(({ path }) => path);

  it('are refused, with the way out', () => {
    // As JavaScript reads it, this is the id of somebody else.
    const id = JSON.parse('500000000000000005') as number;
    expect(String(id)).not.toBe(OWNER);
    const config = {
      channels: {
        discord: { dm: { allowFrom: [id] }, allowFrom: [id], guilds: { g: { users: [id] } } },
        slack: { dm: { allowFrom: [0.5] } },
        telegram: { allowFrom: [-1e300], groups: { '-1': { allowFrom: [id] } } },
      },
      tools: { elevated: { allowFrom: { discord: [id] } } },
    };
    expect(issues(config).sort()).toEqual([
      'channels.discord.allowFrom',
      'channels.discord.dm.allowFrom',
      'channels.discord.guilds.g.users',
      'channels.slack.dm.allowFrom',
      'channels.telegram.allowFrom',
      'channels.telegram.groups.-1.allowFrom',
      'tools.elevated.allowFrom',
    ]);
    expect(validateConfig(config).issues[0]?.message).toContain('between quotes');
    expect(issues({ tools: { elevated: { allowFrom: { telegram: '5*' } } } })).toEqual(['tools.elevated.allowFrom']);
  });

  it('are taken where they are exact, and longer ones between quotes', () => {
    expect(
      issues({ channels: { telegram: { allowFrom: [5, -1001234567890] }, discord: { allowFrom: [OWNER] } } }),
    ).toEqual([]);
    expect(issues({ tools: { elevated: { allowFrom: { telegram: [5, '*'], discord: [OWNER] } } } })).toEqual([]);
  });
});

describe('a running gateway', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: telegramConfig(telegram, [5, '*', 'carl', '@dora', -77], {
            dmPolicy: 'open',
            groups: { '*': { requireMention: false } },
            streamMode: 'off',
          }),
        },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  const whoami = async (person: { chatId: number; username?: string; name?: string }): Promise<string> => {
    const before = telegram.sent.length;
    telegram.say({ ...person, text: '/whoami' });
    await until('an answer', () => telegram.sent.length > before);
    return telegram.sent.at(-1)?.text ?? '';
  };

  it('takes the holder of the id for the owner', async () => {
    const said = await whoami({ chatId: 5, name: 'Somebody' });
    expect(said).toContain('as owner');
    expect(said).toContain('agent:main:main');
  });

  it('takes nobody for the owner by name', async () => {
    for (const person of [
      { chatId: 70, username: '5', name: '5' },
      { chatId: 71, username: 'carl' },
      { chatId: 72, username: 'dora' },
    ]) {
      const said = await whoami(person);
      expect(said).not.toContain('as owner');
      expect(said).not.toContain('agent:main:main');
    }
  });

  it('takes a group whose id is listed for nobody, though its administrators write in its name', async () => {
    const before = telegram.sent.length;
    telegram.push('message', {
      message_id: 4711,
      date: Math.floor(Date.now() / 1000),
      from: { id: 1087968824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' },
      sender_chat: { id: -77, type: 'supergroup', title: 'Home' },
      chat: { id: -77, type: 'supergroup', title: 'Home' },
      text: '/whoami',
    });
    await until('an answer', () => telegram.sent.length > before);
    expect(telegram.sent.at(-1)?.text).not.toContain('as owner');
  });

  it('says at the start what the lists do not mean, and that everybody may write', () => {
    expect(gateway.output.join('')).toContain('channels.telegram.allowFrom[2]');
    expect(gateway.output.join('')).toContain('channels.telegram.dmPolicy: is "open"');
  });
});
