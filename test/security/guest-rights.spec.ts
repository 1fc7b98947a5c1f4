import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseRoute } from '../../src/channels/routing';
import { accessNotes } from '../../src/config/sender-lists';
import type { OpenclawConfig } from '../../src/config/openclaw.config';
import type { PolicySubject } from '../../src/tools/agent-tool';
import { evaluatePolicy } from '../../src/tools/policy/evaluate-policy';
import { policyLayers } from '../../src/tools/policy/policy-layers';
import { folderSize, guestFolder, removeQuietGuests } from '../../src/workspace/guest-folder';

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
