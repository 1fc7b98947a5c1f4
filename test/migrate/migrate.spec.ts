import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import JSON5 from 'json5';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { GatewayProcess, until } from '../harness/gateway-process';
import { type CliResult, runCli } from '../harness/run-cli';
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
    runCli(['migrate', ...args], {
      env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
      timeoutMs: 60_000,
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
    readdirSync(folder, { recursive: true })
      .map(String)
      .sort()
      .map((name) => {
        const info = statSync(join(folder, name));
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
    await gateway.stop();
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

/** The configuration that was taken over may have made the gateway start anew. */
async function connected(connect: () => Promise<WireClient>): Promise<WireClient> {
  let client: WireClient | undefined;
  await until('the gateway', async () => {
    client = await connect().catch(() => undefined);
    return client !== undefined;
  });
  return client as WireClient;
}
