import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Gate } from '../../fakes/model-formats/model-format';
import type { CliWorker } from '../../harness/cli-worker';
import { CliBench, refused } from '../../harness/cli-bench';
import { type CliResult, runCli } from '../../harness/run-cli';
import type { ToolBench } from '../../harness/tool-bench';

/** Flags of commands about agents, their models, memory, jobs and rules. */
describe('flags about agents', () => {
  let all: CliBench;
  let cli: CliWorker;
  let bench: ToolBench;
  let env: Record<string, string>;
  let folder: string;
  beforeAll(async () => {
    all = await CliBench.start();
    ({ bench, cli, folder, env } = all);
  });
  afterAll(() => all.stop());
  const run = (...args: string[]): Promise<CliResult> => all.run(...args);
  const json = (...args: string[]): Promise<unknown> => all.json(...args);

  it('agents add --agent-dir --bind', async () => {
    const place = join(folder, 'work');
    const { stdout } = await run(
      'agents',
      'add',
      'work',
      '--agent-dir',
      place,
      '--bind',
      'telegram:work',
      '--bind',
      'Slack',
    );
    expect(stdout).toMatch(/^agent work is there; its files: .*\nit answers on telegram:work, slack\n$/);
    expect(await json('config', 'get', 'agents.list[1]')).toMatchObject({ id: 'work', agentDir: place });
    expect(await json('agents', 'bindings', '--agent', 'work')).toMatchObject([
      { agentId: 'work', match: { channel: 'telegram', accountId: 'work' } },
      { agentId: 'work', match: { channel: 'slack' } },
    ]);
    expect(await run('agents', 'add', 'home', '--bind', 'a:b:c')).toEqual(refused(2, '--bind must be a channel'));
    expect(await run('agents', 'add', 'home', '--agent-dir', 'here')).toEqual(
      refused(1, 'agentDir must be an absolute'),
    );
    expect(await run('agents', 'add', 'home', '--agent-dir', place)).toEqual(
      refused(1, 'two agents may not share one'),
    );
  });

  it('agents set-identity --theme --from-identity --identity-file', async () => {
    const set = (...args: string[]): Promise<CliResult> => run('agents', 'set-identity', '--agent', 'main', ...args);
    const identity = (): Promise<unknown> => json('config', 'get', 'agents.list[0].identity');
    expect((await set('--theme', 'dry wit')).stdout).toBe('agent main is changed: theme dry wit\n');
    await bench.turn([], { message: 'who are you' });
    expect(bench.models.requests.at(-1)?.text).toContain('Your manner: dry wit.');
    writeFileSync(bench.workspace('IDENTITY.md'), '# Me\n\n- Name: Ada\n- **Emoji:** 🦉\n- Theme: calm\n');
    expect((await set('--from-identity', '--theme', 'dry wit')).code).toBe(0);
    expect(await identity()).toMatchObject({ emoji: '🦉', theme: 'dry wit' });
    writeFileSync(join(folder, 'other.md'), 'Emoji: 🦊\nTheme: quick\n');
    expect((await set('--identity-file', join(folder, 'other.md'))).code).toBe(0);
    expect(await identity()).toMatchObject({ emoji: '🦊', theme: 'quick' });
    writeFileSync(join(folder, 'empty.md'), 'nothing\n');
    expect(await set('--identity-file', join(folder, 'empty.md'))).toEqual(refused(1, 'says nothing'));
    expect(await set('--identity-file', join(folder, 'none.md'))).toEqual(refused(2, '--identity-file must be a file'));
    expect(await set('--from-identity', '--identity-file', 'x')).toEqual(refused(2, 'one of --from-identity and'));
    expect(await set()).toEqual(refused(2, 'one of --name, --emoji'));
  });

  it('approvals get and set --gateway --stdin', async () => {
    const rules = { version: 1, defaults: { ask: 'always' } };
    const set = await runCli(['approvals', 'set', '--gateway', '--stdin', '--json'], {
      env,
      input: JSON.stringify(rules),
    });
    expect([set.code, set.stderr]).toEqual([0, '']);
    const file = join(bench.gateway.stateDir, 'exec-approvals.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject(rules);
    expect(await json('approvals', 'get', '--gateway')).toMatchObject({ file: rules });
    rmSync(file);
    expect(await run('approvals', 'get', '--gateway', '--node', 'laptop')).toEqual(
      refused(2, 'one of --gateway and --node'),
    );
    expect(await run('approvals', 'set', '--stdin', '--file', 'x')).toEqual(
      refused(2, 'one of --file <path> and --stdin'),
    );
    const invalid = await runCli(['approvals', 'set', '--stdin'], { env, input: 'no' });
    expect(invalid).toEqual(refused(2, '--stdin'));
    const elsewhere = { OPENCLAW_STATE_DIR: folder, OPENCLAW_GATEWAY_PORT: '1' };
    expect(await cli.runWith(elsewhere, 'approvals', 'get', '--gateway')).toEqual(refused(69, 'no gateway answers'));
  });

  it('cron run --wait tells how it ended', async () => {
    bench.models.answer = ({ lastUser }) =>
      lastUser.includes('break')
        ? { steps: [], status: 400, body: { error: { message: 'odd' } } }
        : { steps: [{ text: 'Tea is made.' }] };
    const add = (name: string, message: string): Promise<unknown> =>
      json('cron', 'add', '--name', name, '--every', '1d', '--message', message, '--session', 'isolated');
    await add('tea', 'make tea');
    expect(await run('cron', 'run', 'tea', '--wait')).toEqual({ code: 0, stderr: '', stdout: 'ok\nTea is made.\n' });
    expect(await json('cron', 'run', 'tea', '--wait')).toMatchObject({ ran: true, run: { status: 'ok' } });
    await add('bad', 'break it');
    expect(await run('cron', 'run', 'bad', '--wait')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^error: /) as string,
    });
    const gate = new Gate();
    bench.models.answer = () => ({ steps: [{ until: gate }, { text: 'late' }] });
    await add('slow', 'wait');
    expect(await run('cron', 'run', 'slow', '--wait', '--wait-timeout', '1s')).toEqual(
      refused(75, 'has not ended within 1 s'),
    );
    expect(await run('cron', 'run', 'tea', '--wait-timeout', '1s')).toEqual(refused(2, '--wait-timeout needs --wait'));
    gate.open();
  });

  it('models scan and status', async () => {
    const now = Math.round(Date.now() / 1000);
    bench.models.answer = () => ({ steps: [{ text: 'yes' }] });
    bench.models.about = ({ url }) =>
      url.endsWith('/models')
        ? {
            body: {
              data: [
                { id: 'tiny-1b', created: now },
                { id: 'eyes-70b', created: now - 86_400, architecture: { input_modalities: ['text', 'image'] } },
                { id: 'aged-70b', created: now - 900 * 86_400 },
              ],
            },
          }
        : undefined;
    const scan = async (...args: string[]): Promise<string[]> => {
      const { candidates } = (await json('models', 'scan', '--provider', 'fake', '--no-probe', ...args)) as {
        candidates: { model: string }[];
      };
      return candidates.map(({ model }) => model);
    };
    expect(await scan('--min-params', '13')).toEqual(['fake/eyes-70b', 'fake/aged-70b']);
    expect(await scan('--min-params', '0.5', '--max-age-days', '30')).toEqual(['fake/tiny-1b', 'fake/eyes-70b']);
    expect(
      await json('models', 'scan', '--provider', 'fake', '--min-params', '13', '--set-image', '--yes'),
    ).toMatchObject({ chosenImage: 'fake/eyes-70b' });
    expect(await json('config', 'get', 'agents.defaults.imageModel')).toBe('fake/eyes-70b');
    expect(
      await run(
        'models',
        'scan',
        '--min-params',
        '1',
        '--max-age-days',
        '30',
        '--provider',
        'fake',
        '--images',
        '--no-probe',
        '--max-candidates',
        '1',
      ),
    ).toMatchObject({ code: 0 });
    expect((await run('models', 'scan', '--provider', 'fake', '--no-probe', '--min-params', '500')).code).toBe(1);
    expect((await run('models', 'scan', '--min-params', 'big')).code).toBe(2);
    expect(await json('models', 'status', '--probe-provider', 'fake')).toMatchObject({
      models: [{ probe: { ok: true } }, {}],
    });
    expect(await run('models', 'status', '--probe-provider', 'nobody')).toEqual(refused(2, 'there are: fake'));
  });

  it('memory status --deep asks the service', async () => {
    expect(JSON.stringify(await json('memory', 'status'))).not.toContain('"embedding"');
    const deep = (await json('memory', 'status', '--deep')) as { embedding: { ok: boolean } }[];
    expect(deep.length).toBeGreaterThan(0);
    for (const { embedding } of deep) expect(typeof embedding.ok).toBe('boolean');
    expect((await run('memory', 'status', '--deep')).stdout).toContain('\nvectors: ');
  });
});
