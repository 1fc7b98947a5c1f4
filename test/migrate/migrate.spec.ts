import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import JSON5 from 'json5';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import type { CliResult } from '../harness/run-cli';
import { WireClient } from '../harness/wire-client';

interface Outcome {
  moved: string[];
  counts: Record<string, number>;
  steps: { kind: string; what: string; state: string }[];
  problems: string[];
}

describe('openclaw migrate', () => {
  let gateway: GatewayProcess;
  let source: string;
  const cli = (...args: string[]): Promise<CliResult> =>
    runCliShared(['migrate', ...args], {
      env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
    });
  const write = (path: string, content: unknown): void => {
    const file = join(source, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  };
  const lines = (id: string, text: string): string =>
    [
      { type: 'session', version: 3, id, timestamp: '2026-01-01T00:00:00.000Z', cwd: '/' },
      {
        type: 'message',
        id: 'a1',
        parentId: null,
        timestamp: '2026-01-01T00:00:01.000Z',
        message: { role: 'user', content: text, timestamp: 1 },
      },
      {
        type: 'message',
        id: 'a2',
        parentId: 'a1',
        timestamp: '2026-01-01T00:00:02.000Z',
        message: {
          role: 'assistant',
          content: [{ type: 'text', text: `About ${text}` }],
          provider: 'x',
          model: 'y',
          usage: {},
          stopReason: 'stop',
          timestamp: 2,
        },
      },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n');
  /** Every file of the source with its content and time. */
  const fingerprint = (folder = source): string =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
      .sort()
      .map((name) => {
        const info = lstatSync(join(folder, name));
        const content = info.isFile()
          ? createHash('sha256')
              .update(readFileSync(join(folder, name)))
              .digest('hex')
          : '';
        return `${name} ${info.isFile() ? info.mtimeMs : ''} ${content}`;
      })
      .join('\n');

  beforeEach(async () => {
    source = mkdtempSync(join(tmpdir(), 'openclaw-old-'));
    write(
      'openclaw.json',
      `// mine\n${JSON.stringify({ gateway: { token: 'old-token' }, identity: { name: 'Ada' }, messages: { tts: { enabled: false } }, logging: { level: 'debug' } })}`,
    );
    write('agents/main/sessions/sessions.json', {
      'agent:main:main': { sessionId: 's-1', updatedAt: 1 },
      'agent:main:telegram:group:-5:topic:7': { sessionId: 's-2', updatedAt: 1 },
    });
    write('agents/main/sessions/s-1.jsonl', lines('s-1', 'tulips'));
    write('agents/main/sessions/s-2-topic-7.jsonl', lines('s-2', 'roses'));
    write('cron/jobs.json', {
      version: 1,
      jobs: [
        {
          id: 'j1',
          name: 'Water',
          enabled: true,
          createdAtMs: 1,
          updatedAtMs: 1,
          schedule: { kind: 'cron', expr: '0 8 * * *', tz: 'Europe/Berlin' },
          sessionTarget: 'main',
          wakeMode: 'now',
          payload: { kind: 'systemEvent', text: 'Water the plants' },
          state: {},
        },
        {
          id: 'j2',
          name: 'Broken',
          schedule: { kind: 'cron', expr: 'never' },
          payload: { kind: 'systemEvent', text: 'x' },
          sessionTarget: 'main',
        },
      ],
    });
    write('credentials/telegram-allowFrom.json', { version: 1, allowFrom: ['77', '*'] });
    write('workspace/MEMORY.md', '# Ann likes tulips\n');
    write('workspace/USER.md', '- Name: Ann\n');
    write('workspace/notes/day.md', 'sunny\n');
    write('skills/brew-tea/SKILL.md', '---\nname: brew-tea\ndescription: Making tea\n---\nBoil water.\n');
    gateway = await GatewayProcess.start({ config: {} });
    writeFileSync(join(gateway.stateDir, 'workspace', 'USER.md'), '- Name: Somebody else\n');
  });
  afterEach(async () => {
    const { stateDir } = gateway;
    await gateway.stop();
    rmSync(stateDir, { recursive: true, force: true });
    rmSync(source, { recursive: true, force: true });
  });

  it('shows a plan, takes everything over once, and leaves the source as it is', async () => {
    const before = fingerprint();
    const plan = JSON.parse((await cli('plan', source, '--json')).stdout) as Outcome;
    expect(plan.counts).toMatchObject({
      'session planned': 2,
      'job planned': 2,
      'sender planned': 1,
      'file planned': 3,
      'skill planned': 1,
    });
    expect(plan.moved).toEqual([
      'gateway.token->gateway.auth.token',
      'messages.tts.enabled->auto',
      'identity->agents.list',
    ]);

    const first = await cli('apply', source, '--json');
    expect(first.code).toBe(1);
    const done = JSON.parse(first.stdout) as Outcome;
    expect(done.counts).toMatchObject({
      'session done': 2,
      'job done': 1,
      'job failed': 1,
      'sender done': 1,
      'file done': 2,
      'file kept': 1,
      'skill done': 1,
    });
    const client = await connected(() => WireClient.connected(gateway.url));
    const history = JSON.stringify((await client.call('chat.history', { sessionKey: 'main' })).payload);
    expect(history).toContain('About tulips');
    const group = await client.call('chat.history', { sessionKey: 'agent:main:telegram:group:-5:topic:7' });
    expect(JSON.stringify(group.payload)).toContain('About roses');
    expect(JSON.stringify((await client.call('cron.list', {})).payload)).toContain('Water the plants');
    expect(JSON.stringify((await client.call('channels.pairing.list', {})).payload)).toContain('"senderId":"77"');
    client.close();
    const workspace = (name: string): string => readFileSync(join(gateway.stateDir, 'workspace', name), 'utf8');
    expect([workspace('MEMORY.md'), workspace('USER.md'), workspace('notes/day.md')]).toEqual([
      '# Ann likes tulips\n',
      '- Name: Somebody else\n',
      'sunny\n',
    ]);
    const config = JSON5.parse<Record<string, Record<string, unknown>>>(
      readFileSync(join(gateway.stateDir, 'openclaw.json'), 'utf8'),
    );
    expect(config['agents']).toEqual({ list: [{ id: 'main', default: true, identity: { name: 'Ada' } }] });
    expect(config['messages']).toEqual({ tts: { auto: 'off' } });
    expect(JSON.stringify(config['gateway'])).not.toContain('old-token');
    expect(readdirSync(join(gateway.stateDir, 'backups'))).toHaveLength(1);

    const again = JSON.parse((await cli('apply', source, '--json', '--no-backup')).stdout) as Outcome;
    expect(again.counts).toMatchObject({
      'session there': 2,
      'job there': 1,
      'job failed': 1,
      'sender there': 1,
      'file there': 2,
      'file kept': 1,
      'skill there': 1,
    });
    expect(fingerprint()).toBe(before);
  });

  it('takes conversations, people and jobs of 2026.9.6 from a folder that was moved, and names what it leaves', async () => {
    for (const folder of ['agents', 'cron', 'credentials']) rmSync(join(source, folder), { recursive: true });
    // The paths of the configuration are those of the folder's place before.
    const before = join(gateway.stateDir, '..', '.openclaw');
    write('openclaw.json', {
      agents: {
        defaults: { workspace: join(before, 'workspace') },
        list: [
          { id: 'main', default: true },
          { id: 'bob', workspace: join(before, 'workspace-bob') },
        ],
      },
    });
    write('workspace-bob/SOUL.md', 'I am Bob.\n');
    // One turns in a circle, the other leads to what is not the assistant's.
    symlinkSync('.', join(source, 'workspace-bob', 'again'));
    symlinkSync(tmpdir(), join(source, 'workspace-bob', 'elsewhere'));
    const chats = { 'agent:main:main': lines('s-1', 'lilies'), 'agent:main:telegram:group:-5': lines('s-2', 'asters') };
    laterState(source, chats, join(before, 'workspace'));
    const untouched = fingerprint();
    const outcome = JSON.parse((await cli('apply', source, '--json')).stdout) as Outcome & {
      left: { what: string; reason: string }[];
    };
    expect(outcome.problems).toEqual([]);
    expect(outcome.steps.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(outcome.counts).toMatchObject({ 'session done': 2, 'job done': 2, 'sender done': 1, 'file done': 3 });
    expect(outcome.left.map(({ what }) => what).sort()).toEqual([
      'archived conversations (1)',
      `file ${join(source, 'workspace-bob', 'again')}`,
      `file ${join(source, 'workspace-bob', 'elsewhere')}`,
      'job heartbeat:main',
      'job memory-core:memory-dreaming-promotion',
      'job skill-collection-review:main',
      'paired devices (1)',
    ]);
    expect(outcome.left.every(({ reason }) => reason.length > 10)).toBe(true);
    expect(fingerprint()).toBe(untouched);
    const client = await connected(() => WireClient.connected(gateway.url));
    const history = async (sessionKey: string): Promise<string> =>
      JSON.stringify((await client.call('chat.history', { sessionKey })).payload);
    expect(await history('main')).toContain('About lilies');
    expect(await history('agent:main:telegram:group:-5')).toContain('About asters');
    const { jobs } = (await client.call('cron.list', { includeDisabled: true })).payload as {
      jobs: { name: string; enabled: boolean }[];
    };
    expect(jobs.map(({ name, enabled }) => `${name} ${enabled}`).sort()).toEqual(['News true', 'Tea false']);
    expect(JSON.stringify((await client.call('channels.pairing.list', {})).payload)).toContain('"senderId":"4711"');
    client.close();
    expect(readFileSync(join(gateway.stateDir, 'workspace', 'MEMORY.md'), 'utf8')).toBe('# Ann likes tulips\n');
    expect(readFileSync(join(gateway.stateDir, 'workspace-bob', 'SOUL.md'), 'utf8')).toBe('I am Bob.\n');
    const config = readFileSync(join(gateway.stateDir, 'openclaw.json'), 'utf8');
    expect(config).toContain(join(gateway.stateDir, 'workspace-bob'));
    expect(config).not.toContain(before);
    const again = JSON.parse((await cli('apply', source, '--json', '--no-backup')).stdout) as Outcome;
    expect(again.counts).toMatchObject({ 'session there': 2, 'job there': 2, 'sender there': 1, 'file there': 3 });
  });

  it('is offered at the start where OpenClaw has left its state in the same folder, until it was done', async () => {
    expect(gateway.output.join('')).not.toContain('OpenClaw has left');
    await gateway.signal('SIGTERM');
    laterState(gateway.stateDir, { 'agent:main:main': lines('s-1', 'lilies') }, join(gateway.stateDir, 'workspace'));
    const { stateDir, port } = gateway;
    gateway = await GatewayProcess.start({ stateDir, port });
    expect(gateway.output.join('')).toContain(`migrate plan ${stateDir}`);
    const doctor = (): Promise<CliResult> => runCliShared(['doctor'], { env: { OPENCLAW_STATE_DIR: stateDir } });
    expect((await doctor()).stdout).toContain('which were not taken over');
    const outcome = JSON.parse((await cli('apply', stateDir, '--json', '--no-backup')).stdout) as Outcome;
    expect(outcome.counts).toEqual({ 'session done': 1, 'job done': 2, 'sender done': 1 });
    expect((await doctor()).stdout).not.toContain('which were not taken over');
    await gateway.signal('SIGTERM');
    gateway = await GatewayProcess.start({ stateDir, port });
    expect(gateway.output.join('')).not.toContain('OpenClaw has left');
  });

  it('reads the later generation, with its databases, and says what it can not read', async () => {
    rmSync(join(source, 'agents'), { recursive: true });
    rmSync(join(source, 'cron'), { recursive: true });
    mkdirSync(join(source, 'agents', 'main'), { recursive: true });
    const transcripts = new SqliteFile(join(source, 'agents', 'main', 'agent.sqlite'));
    transcripts.exec('create table events (session_key text, seq integer, line text)');
    for (const [seq, line] of lines('s-9', 'lilies').split('\n').entries())
      transcripts.prepare('insert into events values (?, ?, ?)').run('agent:main:main', seq, line);
    transcripts.close();
    mkdirSync(join(source, 'state'));
    const jobs = new SqliteFile(join(source, 'state', 'openclaw.sqlite'));
    jobs.exec('create table cron_jobs (id text, job_json text)');
    jobs.prepare('insert into cron_jobs values (?, ?)').run(
      'j9',
      JSON.stringify({
        id: 'j9',
        name: 'Tea',
        enabled: true,
        schedule: { kind: 'at', at: '2060-01-01T00:00:00Z' },
        payload: { kind: 'systemEvent', text: 'Tea' },
        sessionTarget: 'main',
        wakeMode: 'now',
      }),
    );
    jobs.close();
    write('agents/main/broken.sqlite', 'SQLite format 3\u0000 and nothing more');
    const outcome = JSON.parse((await cli('apply', source, '--json')).stdout) as Outcome;
    expect(outcome.counts).toMatchObject({ 'session done': 1, 'job done': 1 });
    expect(outcome.problems).toEqual([expect.stringContaining('broken.sqlite') as string]);
    expect((await cli('plan', join(source, 'nowhere'))).code).toBe(2);
  });
});

/** What a gateway of 2026.9.6 leaves behind, with the tables that it makes. */
function laterState(folder: string, sessions: Record<string, string>, workspace: string): void {
  const file = (...path: string[]): SqliteFile => {
    mkdirSync(join(folder, ...path, '..'), { recursive: true });
    const database = new SqliteFile(join(folder, ...path));
    database.pragma('journal_mode = wal');
    return database;
  };
  const agent = file('agents', 'main', 'agent', 'openclaw-agent.sqlite');
  agent.exec(`create table session_nodes (session_key text primary key, current_session_id text, entry_json text, updated_at integer) strict;
    create table transcript_events (session_id text, seq integer, event_json text, created_at integer, event_zstd blob,
      event_utf8_bytes integer, navigation_json text, primary key (session_id, seq)) strict;
    create table session_transcript_archives (session_id text, generation text, archive_blob blob) strict;
    insert into session_transcript_archives values ('gone', 'g', x'00')`);
  for (const [key, text] of Object.entries(sessions)) {
    agent.prepare('insert into session_nodes values (?, ?, ?, 1)').run(key, `id of ${key}`, '{}');
    for (const [seq, line] of text.split('\n').entries())
      agent
        .prepare('insert into transcript_events values (?, ?, ?, 1, null, null, null)')
        .run(`id of ${key}`, seq, line);
    // What was said before the conversation was reset.
    agent.prepare('insert into transcript_events values (?, 0, ?, 1, null, null, null)').run(`old ${key}`, '{}');
  }
  agent.close();
  const state = file('state', 'openclaw.sqlite');
  state.exec(`create table cron_jobs (store_key text, job_id text, declaration_key text, name text, enabled integer, job_json text,
      primary key (store_key, job_id)) strict;
    create table channel_pairing_allow_entries (channel_key text, account_id text, entry text, sort_order integer, updated_at integer) strict;
    create table device_pairing_paired (device_id text primary key, public_key text) strict;
    insert into device_pairing_paired values ('d', 'k');
    insert into channel_pairing_allow_entries values ('telegram', 'default', '4711', 0, 1), ('telegram', 'default', '*', 1, 1)`);
  const job = (name: string, fields: Record<string, unknown>, enabled = 1): void => {
    const whole = { id: name, name, enabled: true, createdAtMs: 1, wakeMode: 'now', state: {}, ...fields };
    state
      .prepare('insert into cron_jobs values (?, ?, ?, ?, ?, ?)')
      .run(
        `${workspace}/../cron/jobs.json`,
        name,
        fields['declarationKey'] ?? null,
        name,
        enabled,
        JSON.stringify(whole),
      );
  };
  const policy = { scheduledToolPolicy: { version: 1, mode: 'trusted' } };
  const news = { kind: 'agentTurn', message: 'Tell me the news', toolsAllow: ['*'] };
  const daily = { kind: 'cron', expr: '0 8 * * *', tz: 'Europe/Berlin' };
  const announce = { mode: 'announce', channel: 'last' };
  job('News', { schedule: daily, sessionTarget: 'isolated', payload: news, delivery: announce, ...policy });
  const every = { kind: 'every', everyMs: 7_200_000, anchorMs: 1_795_985_985_180 };
  job('Tea', { schedule: every, sessionTarget: 'main', payload: { kind: 'systemEvent', text: 'Tea time' } }, 0);
  for (const declarationKey of [
    'heartbeat:main',
    'memory-core:memory-dreaming-promotion',
    'skill-collection-review:main',
  ])
    job(declarationKey, {
      declarationKey,
      displayName: 'Of the program',
      schedule: every,
      sessionTarget: 'main',
      payload: { kind: 'heartbeat' },
    });
  state.close();
}

/** The configuration that was taken over may have made the gateway start anew. */
async function connected(connect: () => Promise<WireClient>): Promise<WireClient> {
  let client: WireClient | undefined;
  await until('the gateway', async () => {
    client = await connect().catch(() => undefined);
    return client !== undefined;
  });
  return client as WireClient;
}
