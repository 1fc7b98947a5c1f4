import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { telegramConfig } from '../harness/channel-config';
import { GatewayProcess, until, writeConfig } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const ANN = 820_001;
const BYTES = 64 * 1024 * 1024;
const BLOCK = Buffer.alloc(64 * 1024, 'x');

/** Bubblewrap, which can give a process a disk of its own; without it there is nothing to fill. */
const SANDBOX = process.env['TEST_SANDBOX'];

(SANDBOX ? describe : describe.skip)('a gateway whose disk is full', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let stateDir: string;
  let configDir: string;
  /** The folder as the gateway sees it. */
  let inside: string;

  const fill = (): void => {
    try {
      for (let number = 0; ; number++) writeFileSync(join(inside, `ballast-${number}`), BLOCK);
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    }
  };
  const clear = (): void => {
    for (const name of readdirSync(inside)) if (name.startsWith('ballast-')) rmSync(join(inside, name));
  };
  const answers = (text: string): number => telegram.textsIn(ANN).filter((each) => each === `Answer to ${text}`).length;
  const asked = (text: string): number => models.requests.filter(({ lastUser }) => lastUser.includes(text)).length;
  /** Whoever sends something is told. */
  const refused = async (): Promise<void> => {
    const { error } = await client.call('chat.send', { sessionKey: 'main', message: 'x', idempotencyKey: 'x' });
    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining('make room') as string });
  };

  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({ steps: [{ text: `Answer to ${lastUser.split(/\s/).at(-1) ?? ''}` }] });
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-full-disk-'));
    configDir = mkdtempSync(join(tmpdir(), 'openclaw-full-disk-config-'));
    writeConfig(configDir, {
      models: { providers: { fake: models.provider('openai-completions') } },
      agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      channels: { telegram: telegramConfig(telegram, [ANN], { streamMode: 'off' }) },
      maintenance: { minFreeMb: 0 },
    });
    gateway = await GatewayProcess.start({
      stateDir,
      env: { OPENCLAW_CONFIG_PATH: join(configDir, 'openclaw.json') },
      runBy: [
        SANDBOX ?? '',
        '--die-with-parent',
        ...['--dev-bind', '/', '/'],
        ...['--size', String(BYTES), '--tmpfs', stateDir],
      ],
    });
    client = await WireClient.connected(gateway.url);
    const { pid } = gateway.child;
    const [child = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    inside = `/proc/${child}/root${stateDir}`;
    expect(existsSync(join(inside, 'openclaw-nest.sqlite'))).toBe(true);
  });
  afterAll(async () => {
    client.close();
    await gateway.signal('SIGKILL');
    for (const folder of [stateDir, configDir]) rmSync(folder, { recursive: true, force: true });
    await telegram.stop();
    await models.stop();
  });

  it('confirms no message before it is stored, says why, and goes on once there is room', async () => {
    fill();
    telegram.say({ chatId: ANN, text: 'one' });
    await until('the refusal', () => gateway.log.includes('the database has no room'));
    expect(telegram.unconfirmed).toBe(1);
    const ready = await fetch(`${gateway.http}/ready`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('the database has no room')]);
    await refused();
    clear();
    await until('the answer', () => answers('one') > 0);
    await until('the confirmation', () => telegram.unconfirmed === 0);
    expect([answers('one'), asked('one')]).toEqual([1, 1]);
  });

  it('neither loses nor asks again for an answer that can not be stored', async () => {
    const gate = new Gate();
    models.answer = () => ({ steps: [{ text: 'Answer ' }, { until: gate }, { text: 'to two' }] });
    telegram.say({ chatId: ANN, text: 'two' });
    await until('the model', () => asked('two') > 0);
    fill();
    gate.open();
    const delta = client.event('chat', ({ state }) => state === 'delta');
    await Promise.all([delta, refused()]);
    expect(answers('two')).toBe(0);
    clear();
    await until('the answer', () => answers('two') > 0);
    expect([answers('two'), asked('two')]).toEqual([1, 1]);
  });

  it('delivers once what arrived while that could not be noted', async () => {
    models.answer = () => ({ steps: [{ text: 'Answer to three' }] });
    telegram.faults.add('sendMessage', { kind: 'rate-limit', retryAfter: 1 });
    telegram.say({ chatId: ANN, text: 'three' });
    await until('the first try', () => telegram.calls.some(({ params }) => params['text'] === 'Answer to three'));
    fill();
    await refused();
    clear();
    await until('the answer', () => answers('three') > 0);
    expect([answers('three'), asked('three')]).toEqual([1, 1]);
  });

  it('keeps a message with a file back until the file can be stored', async () => {
    models.answer = () => ({ steps: [{ text: 'Answer to four' }] });
    telegram.files.set('four', Buffer.from('The file says four.'));
    fill();
    telegram.say({
      chatId: ANN,
      text: '',
      caption: 'four',
      file: { kind: 'document', fileId: 'four', name: 'four.txt' },
    });
    await refused();
    clear();
    await until('the answer', () => answers('four') > 0);
    expect([answers('four'), asked('four')]).toEqual([1, 1]);
  });

  it('begins a new line where only a part of one had room in the log', () => {
    const folder = join(inside, 'logs');
    const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(line.match(/"time":/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });
});
