import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, freePort, until, writeConfig } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import { WireClient } from '../harness/wire-client';
import { type ChannelDriver, DRIVERS } from './channel-drivers';

interface Listed {
  quarantined: { id: string; channel: string; reason: string; raw?: string }[];
}

describe.each(Object.keys(DRIVERS))('an update of %s that can not be handled', (name) => {
  let stateDir: string;
  let platform: ChannelDriver;
  let models: FakeModels;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-quarantine-'));
    platform = await (DRIVERS[name] as () => Promise<ChannelDriver>)();
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({ steps: [{ text: lastUser.includes('hello') ? 'Hello yourself.' : 'What?' }] });
    const port = await freePort();
    writeConfig(stateDir, {
      models: { providers: { fake: models.provider('openai-completions') } },
      agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      session: { dmScope: 'per-channel-peer' },
      channels: { [platform.id]: platform.config(2, `http://127.0.0.1:${port}`) },
    });
    gateway = await GatewayProcess.start({ stateDir, port });
  });
  afterAll(async () => {
    await gateway.signal('SIGTERM');
    await platform.stop();
    await models.stop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('is kept as it came and shown, is confirmed, and stops neither its account nor its own chat', async () => {
    platform.say(0, 'hello there');
    await until('the first answer', () => platform.shown().length === 1);
    const database = new SqliteFile(join(stateDir, 'openclaw-nest.sqlite'));
    database.exec(
      `create trigger refuse before insert on inbox when new.payload like '%poison%' and new.state <> 'quarantined'
       begin select raise(abort, 'nobody can take this'); end`,
    );
    database.close();
    platform.say(0, 'poison');
    platform.say(0, 'hello again');
    platform.say(1, 'hello from somebody else');
    await until('the answers', () => platform.shown().filter(({ text }) => text === 'Hello yourself.').length === 3);
    expect(gateway.log.match(/an update failed:/g)).toHaveLength(3);
    expect(gateway.log.match(/an update was put into quarantine:/g)).toHaveLength(1);

    const client = await WireClient.connected(gateway.url);
    const { payload } = await client.call('channels.deadLetters.list', { channel: platform.id });
    client.close();
    const [{ id, channel, reason, raw = '' }, ...more] = (payload as unknown as Listed).quarantined as [
      Listed['quarantined'][0],
    ];
    expect([channel, more]).toEqual([platform.id, []]);
    expect(reason).toContain('nobody can take this');
    expect(raw).toContain('poison');
    const env = { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) };
    expect((await runCliShared(['channels', 'dead-letters', 'list'], { env })).stdout).toContain(
      'could not be handled',
    );
    expect((await runCliShared(['doctor'], { env })).stdout).toContain('1 message came in and could not be handled');

    // It does not come again with the next start either.
    await gateway.signal('SIGKILL');
    gateway = await GatewayProcess.start({ stateDir, port: gateway.port });
    platform.say(1, 'hello after that');
    await until(
      'the next answer',
      () => platform.shown().filter(({ text }) => text === 'Hello yourself.').length === 4,
    );

    await tryAgain(id);
  });

  /** What stands in the way is said and the update kept; without it the update is answered, once. */
  async function tryAgain(id: string): Promise<void> {
    const env = { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) };
    const resubmit = () => runCliShared(['channels', 'dead-letters', 'resubmit', id.slice(0, 8)], { env });
    const answers = () => platform.shown().filter(({ text }) => text === 'What?').length;
    const still = await resubmit();
    expect([still.code, still.stdout + still.stderr]).toEqual([1, expect.stringContaining('nobody can take this')]);
    expect(answers()).toBe(0);
    const database = new SqliteFile(join(stateDir, 'openclaw-nest.sqlite'));
    database.exec('drop trigger refuse');
    database.close();
    expect(await resubmit()).toMatchObject({ code: 0 });
    await until('the answer', () => answers() === 1);
    expect(await resubmit()).toMatchObject({ code: 1 });
    platform.say(1, 'hello at the end');
    await until(
      'the last answer',
      () => platform.shown().filter(({ text }) => text === 'Hello yourself.').length === 5,
    );
    expect(answers()).toBe(1);
  }
});
