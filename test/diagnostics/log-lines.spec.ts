import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, freePort, until, writeConfig } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const OWNER = 5;

interface Line {
  level: string;
  subsystem: string;
  msg: string;
  [field: string]: unknown;
}

/** What a gateway has written to its log file. */
function logOf(stateDir: string): Line[] {
  const folder = join(stateDir, 'logs');
  return readdirSync(folder)
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as Line);
}

describe('the log of a gateway that has worked', () => {
  let models: FakeModels;
  let telegram: FakeTelegram;
  let gateway: GatewayProcess;
  let lines: Line[];
  const found = (msg: string | RegExp): Line[] =>
    lines.filter((line) => (typeof msg === 'string' ? line.msg === msg : msg.test(line.msg)));

  beforeAll(async () => {
    models = await FakeModels.start();
    telegram = await FakeTelegram.start();
    models.answer = ({ lastUser, toolResults }) => {
      if (lastUser.includes('ask me') && toolResults === 0)
        return { steps: [{ tool: { name: 'exec', args: { command: 'touch made', host: 'gateway' } } }] };
      if (lastUser.includes('break')) return { steps: [], status: 401 };
      return { steps: [{ text: 'Hi.' }], usage: { input: 1000, output: 20 } };
    };
    gateway = await GatewayProcess.start({
      config: {
        commands: { restart: true },
        logging: { level: 'debug', consoleLevel: 'info' },
        models: { providers: { fake: { ...models.provider('openai-completions'), models: [{ id: 'fake-1' }] } } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [OWNER] },
        },
      },
      ownProcess: true,
    });
    await work();
    await gateway.close();
    lines = logOf(gateway.stateDir);
  });
  afterAll(async () => {
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  async function work(): Promise<void> {
    telegram.say({ chatId: OWNER, text: 'hello' });
    await until('an answer', () => telegram.textsIn(OWNER).includes('Hi.'));
    const client = await WireClient.connected(gateway.url);
    await client.done('chat.send', { sessionKey: 'main', message: 'ask me', idempotencyKey: 'ask' });
    const asked = (await client.event('exec.approval.requested')).payload as { id: string };
    await client.done('exec.approval.resolve', { id: asked.id, decision: 'deny' });
    await client.done('agent.wait', { runId: 'ask', timeoutMs: 30_000 });
    await client.done('chat.send', { sessionKey: 'main', message: 'break', idempotencyKey: 'break' });
    await client.done('agent.wait', { runId: 'break', timeoutMs: 30_000 });
    const { id } = await client.done<{ id: string }>('cron.add', {
      name: 'later',
      schedule: { kind: 'at', at: new Date(Date.now() + 86_400_000).toISOString() },
      sessionTarget: 'isolated',
      wakeMode: 'now',
      payload: { kind: 'agentTurn', message: 'greet me' },
    });
    await client.done('cron.run', { id, mode: 'force' });
    await until('the job has run', async () => {
      const { entries } = await client.done<{ entries: { status?: string }[] }>('cron.runs', { id });
      return entries.some(({ status }) => status === 'ok');
    });
    client.close();
    const wrong = { authorization: 'Bearer not-the-token' };
    expect((await fetch(`${gateway.http}/metrics`, { headers: wrong })).status).toBe(401);
    gateway.child.kill('SIGUSR1');
    await until('it is back', () => gateway.log.split('Gateway listening on').length > 2);
    await gateway.ready();
  }

  it('tells of its start and its stop, and of a restart in between', () => {
    const started = found('gateway started');
    expect(started).toHaveLength(2);
    expect(started[0]).toMatchObject({
      level: 'info',
      subsystem: 'gateway',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      pid: expect.any(Number) as number,
      port: gateway.port,
      node: process.version,
      model: 'fake/fake-1',
      ms: expect.any(Number) as number,
    });
    expect(found('gateway is stopping').map(({ reason }) => reason)).toEqual(['SIGUSR1', 'shutdown']);
    const stopped = found('gateway stopped');
    expect(stopped).toHaveLength(2);
    expect(lines.at(-1)).toEqual(stopped[1]);
  });

  it('has a line for each turn, with where it came from and how it ended', () => {
    const ended = found('a turn has ended');
    expect(ended[0]).toMatchObject({
      level: 'debug',
      channel: 'telegram',
      account: 'default',
      session: expect.any(String) as string,
      runId: expect.any(String) as string,
      outcome: 'reply',
      ms: expect.any(Number) as number,
    });
    expect(found(/^a turn failed: /)[0]).toMatchObject({ level: 'warn', kind: 'auth', channel: 'webchat' });
  });

  it('has a line for each request to a model, for those who look closer', () => {
    expect(found('a model was asked')[0]).toMatchObject({
      level: 'debug',
      model: 'fake/fake-1',
      outcome: 'ok',
      ms: expect.any(Number) as number,
    });
  });

  it('tells of approvals that were asked for and decided, without what was to be run', () => {
    expect(found('a call waits for an approval')).toEqual([
      expect.objectContaining({ level: 'info', tool: 'exec', approval: expect.any(String) as string }),
    ]);
    expect(found('an approval was decided')).toEqual([
      expect.objectContaining({ level: 'info', decision: 'deny', by: expect.any(String) as string }),
    ]);
    expect(JSON.stringify(lines.filter(({ subsystem }) => subsystem === 'approvals'))).not.toContain('touch');
  });

  it('tells of jobs that have run', () => {
    expect(found('a job has run')).toEqual([
      expect.objectContaining({ level: 'debug', job: expect.any(String) as string, ms: expect.any(Number) as number }),
    ]);
  });

  it('names where a refused login came from', () => {
    expect(found('refused a login')).toEqual([
      expect.objectContaining({ level: 'warn', address: expect.stringContaining('127.0.0.1') as string, via: 'http' }),
    ]);
  });
});

describe('the log of a gateway that can not start', () => {
  it('says why', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-log-lines-'));
    writeConfig(stateDir, {});
    writeFileSync(
      join(stateDir, 'openclaw-nest.sqlite'),
      'this is no database, but it is long enough to be read'.repeat(99),
    );
    const gateway = await GatewayProcess.start({ stateDir, port: await freePort(), dontWait: true });
    expect(await gateway.end()).toBe(1);
    expect(logOf(stateDir)).toContainEqual(
      expect.objectContaining({
        level: 'error',
        subsystem: 'gateway',
        msg: expect.stringMatching(/^the start failed: boot step "storage" failed/) as string,
      }),
    );
    expect(logOf(stateDir).at(-1)).toMatchObject({
      level: 'error',
      subsystem: 'gateway',
      msg: 'gateway did not start; what it had opened is closed again',
      reason: expect.stringMatching(/boot step "storage" failed/) as string,
    });
    rmSync(stateDir, { recursive: true });
  });
});
