import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenclawConfig } from '../../src/config/openclaw.config';
import { resetPolicy, staleReason } from '../../src/sessions/freshness';
import { chooseRoute } from '../../src/channels/routing';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { runCli } from '../harness/run-cli';
import { ToolBench } from '../harness/tool-bench';

const at = (text: string): number => Date.parse(text);

describe('sessions start over by themselves', () => {
  const stale = (
    session: object,
    updated: string,
    now: string,
    more: object = {},
    zone = 'Europe/Berlin',
  ): string | undefined =>
    staleReason(
      { session } as OpenclawConfig,
      { key: 'agent:main:main', updatedAt: at(updated), ...more },
      at(now),
      zone,
    );

  it.each<[string, object, string, string, object, boolean]>([
    ['at four in the morning', {}, '2026-01-05T21:00Z', '2026-01-06T03:01Z', {}, true],
    ['not before', {}, '2026-01-05T21:00Z', '2026-01-06T02:59Z', {}, false],
    ['not twice on one day', {}, '2026-01-06T03:30Z', '2026-01-06T20:00Z', {}, false],
    [
      'at the hour that is set',
      { reset: { mode: 'daily', atHour: 7 } },
      '2026-01-06T05:59Z',
      '2026-01-06T06:01Z',
      {},
      true,
    ],
    ['after an idle hour', { reset: { mode: 'idle' } }, '2026-01-06T10:00Z', '2026-01-06T11:01Z', {}, true],
    ['not while it is used', { reset: { mode: 'idle' } }, '2026-01-06T10:00Z', '2026-01-06T10:59Z', {}, false],
    [
      'whichever comes first',
      { reset: { mode: 'daily', idleMinutes: 10 } },
      '2026-01-06T10:00Z',
      '2026-01-06T10:11Z',
      {},
      true,
    ],
    ['by the old key', { idleMinutes: 5 }, '2026-01-06T10:00Z', '2026-01-06T10:06Z', {}, true],
    [
      'groups by their own rule',
      { resetByType: { group: { mode: 'idle', idleMinutes: 3 } } },
      '2026-01-06T10:00Z',
      '2026-01-06T10:04Z',
      { key: 'agent:main:telegram:group:-1' },
      true,
    ],
    [
      'a channel before a type',
      {
        resetByType: { dm: { mode: 'idle', idleMinutes: 1 } },
        resetByChannel: { telegram: { mode: 'idle', idleMinutes: 90 } },
      },
      '2026-01-06T10:00Z',
      '2026-01-06T11:00Z',
      { channel: 'telegram' },
      false,
    ],
    [
      'never a task of the gateway',
      { reset: { mode: 'idle', idleMinutes: 1 } },
      '2026-01-01T10:00Z',
      '2026-01-06T11:00Z',
      { key: 'agent:main:subagent:x' },
      false,
    ],
  ])('%s', (_, session, updated, now, more, expected) => {
    expect(stale(session, updated, now, more) !== undefined).toBe(expected);
  });

  it('and say by which rule', () => {
    const rule = resetPolicy({ session: { resetByType: { thread: { mode: 'idle' } } } } as OpenclawConfig, {
      key: 'agent:main:telegram:group:-1:topic:7',
    });
    expect(rule).toEqual({ idleMinutes: 60, because: 'session.resetByType.thread' });
  });
});

describe('routes', () => {
  const config = {
    agents: { list: [{ id: 'main', default: true }, { id: 'work' }, { id: 'club' }, { id: 'shop' }] },
    bindings: [
      { agentId: 'shop', match: { channel: 'discord', accountId: '*' } },
      { agentId: 'club', match: { channel: 'discord', guildId: 'g1' } },
      { agentId: 'work', match: { channel: 'discord', peer: { kind: 'channel', id: 'c1' } } },
    ],
  } as unknown as OpenclawConfig;

  it.each([
    ['a channel by its own binding', { id: 'c1', type: 'channel', guildId: 'g1' }, 'work'],
    ['another channel of the guild', { id: 'c2', type: 'channel', guildId: 'g1' }, 'club'],
    ['another guild', { id: 'c3', type: 'channel', guildId: 'g2' }, 'shop'],
  ] as const)('%s', (_, chat, agent) => {
    expect(chooseRoute(config, 'discord', 'default', chat, '5').agentId).toBe(agent);
  });
});

describe('conversations as files', () => {
  let bench: ToolBench;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-transcripts-'));
    bench = await ToolBench.start({
      config: { session: { dmScope: 'per-peer', identityLinks: { ann: ['telegram:5'] } } },
    });
  });
  afterAll(async () => {
    await bench.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const cli = async (...args: string[]): Promise<unknown> => {
    const { stdout, stderr, code } = await runCli([...args, '--json'], {
      env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) },
    });
    if (code !== 0) throw new Error(stderr + stdout);
    return JSON.parse(stdout);
  };

  const OPENCLAW_LINES = [
    {
      type: 'session',
      version: 3,
      id: 'aaaaaaaa-1111-2222-3333-444444444444',
      timestamp: '2026-01-02T10:00:00.000Z',
      cwd: '/x',
    },
    {
      type: 'message',
      id: 'a1',
      parentId: null,
      timestamp: '2026-01-02T10:00:01.000Z',
      message: { role: 'user', content: 'What colour is the kettle?', timestamp: 1767348001000 },
    },
    { type: 'model_change', id: 'a2', parentId: 'a1' },
    {
      type: 'message',
      id: 'a3',
      parentId: 'a2',
      timestamp: '2026-01-02T10:00:02.000Z',
      message: {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'toolCall', id: 't1', name: 'read', arguments: { path: 'kettle.txt' } },
        ],
        api: 'x',
        provider: 'p',
        model: 'm',
        usage: {},
        stopReason: 'toolUse',
      },
    },
    {
      type: 'message',
      id: 'a4',
      parentId: 'a3',
      timestamp: '2026-01-02T10:00:03.000Z',
      message: {
        role: 'toolResult',
        toolCallId: 't1',
        toolName: 'read',
        content: [{ type: 'text', text: 'blue' }],
        isError: false,
      },
    },
    {
      type: 'message',
      id: 'a5',
      parentId: 'a4',
      timestamp: '2026-01-02T10:00:04.000Z',
      message: { role: 'assistant', content: [{ type: 'text', text: 'It is blue.' }], stopReason: 'stop' },
    },
  ].map((line) => JSON.stringify(line));

  it('an OpenClaw transcript is taken over, once, and goes on; broken lines are named', async () => {
    const file = join(folder, 'kettle.jsonl');
    writeFileSync(file, [...OPENCLAW_LINES.slice(0, 3), '{broken', ...OPENCLAW_LINES.slice(3)].join('\n'));
    expect(await cli('sessions', 'import', file, '--key', 'kettle')).toMatchObject({
      sessions: [{ key: 'agent:main:kettle', added: 4, skipped: [{ line: 4, reason: 'no JSON object' }] }],
    });
    expect(await cli('sessions', 'import', file, '--key', 'kettle')).toMatchObject({ sessions: [{ added: 0 }] });
    await bench.turn([], { sessionKey: 'kettle', message: 'and the cup?' });
    const asked = bench.models.requests.at(-1)?.text ?? '';
    for (const text of ['What colour is the kettle?', 'It is blue.', 'and the cup?']) expect(asked).toContain(text);
    await expect(cli('sessions', 'import', file, '--key', 'bench-1')).resolves.toBeDefined();
  });

  it('so are all transcripts of a SQLite file', async () => {
    const file = join(folder, 'agent.sqlite');
    const db = new SqliteFile(file);
    db.exec('create table transcript_events (session_id text, seq integer, event_json text)');
    const add = db.prepare('insert into transcript_events values (?, ?, ?)');
    OPENCLAW_LINES.forEach((line, index) => add.run('one', index, line.replace('aaaaaaaa', 'bbbbbbbb')));
    OPENCLAW_LINES.forEach((line, index) => add.run('two', index, line.replace('aaaaaaaa', 'cccccccc')));
    db.close();
    expect(await cli('sessions', 'import', file)).toMatchObject({
      sessions: [
        { key: 'agent:main:imported-one', added: 4 },
        { key: 'agent:main:imported-two', added: 4 },
      ],
    });
  });

  it('comes out again as it went in', async () => {
    const out = join(folder, 'out.jsonl');
    await cli('sessions', 'export', 'imported-one', '--format', 'jsonl', '--out', out);
    const lines = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; message?: { role: string } });
    expect(lines.map((line) => line.message?.role ?? line.type)).toEqual([
      'session',
      'user',
      'assistant',
      'toolResult',
      'assistant',
    ]);
    expect(await cli('sessions', 'import', out, '--key', 'again')).toMatchObject({ sessions: [{ added: 4 }] });
    const markdown = (await cli('sessions', 'export', 'again')) as { text: string };
    expect(markdown.text).toContain('It is blue.');
  });

  it('explain route tells agent, session, model and reset rule with reasons', async () => {
    expect(await cli('explain', 'route', '--channel', 'telegram', '--peer', '5')).toMatchObject({
      agentId: 'main',
      agentBecause: 'no binding matches',
      sessionKey: 'agent:main:dm:ann',
      model: 'fake/fake-1',
      modelBecause: 'agents.defaults.model',
      reset: { dailyAt: 4, because: 'default' },
    });
    await bench.client.call('sessions.patch', { key: 'agent:main:dm:ann', model: 'fake/other' });
    expect(await cli('explain', 'route', '--channel', 'telegram', '--peer', '5')).toMatchObject({
      model: 'fake/other',
      modelBecause: 'session',
    });
  });

  it('credentials of one provider take turns, a pinned one alone is used', async () => {
    const path = join(bench.gateway.stateDir, 'agents', 'main', 'agent');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(path, { recursive: true });
    writeFileSync(
      join(path, 'auth-profiles.json'),
      JSON.stringify({
        version: 1,
        profiles: {
          'fake:work': { type: 'api_key', provider: 'fake', key: 'work-key' },
          'fake:home': { type: 'api_key', provider: 'fake', key: 'home-key' },
        },
        order: { fake: ['fake:work', 'fake:home'] },
      }),
    );
    const used = (): string[] => bench.models.requests.map(({ headers }) => String(headers.authorization).slice(7));
    bench.models.requests.length = 0;
    bench.models.answer = ({ headers }) =>
      headers.authorization === 'Bearer work-key' ? { status: 429, steps: [] } : { steps: [{ text: 'fine' }] };
    const say = async (runId: string, sessionKey: string): Promise<void> => {
      await bench.client.call('chat.send', { sessionKey, message: 'hi', idempotencyKey: runId });
      await bench.client.call('agent.wait', { runId, timeoutMs: 60_000 });
    };
    await say('rotate-1', 'rotate');
    expect(used()).toEqual(['work-key', 'home-key']);
    await say('rotate-2', 'rotate');
    // The one that was limited rests.
    expect(used()).toEqual(['work-key', 'home-key', 'home-key']);
    await bench.client.call('sessions.patch', { key: 'pinned', model: 'fake/fake-1@fake:home' });
    await say('pinned-1', 'pinned');
    expect(used().at(-1)).toBe('home-key');
  });
});
