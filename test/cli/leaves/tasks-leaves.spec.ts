import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliWorker } from '../../harness/cli-worker';
import { until } from '../../harness/gateway-process';
import type { CliResult } from '../../harness/run-cli';
import { ToolBench } from '../../harness/tool-bench';

/** Work beside the conversations, what commands may run, and how the gateway has fared. */
describe('leaves about tasks, commands and stability', () => {
  let bench: ToolBench;
  let cli: CliWorker;
  beforeAll(async () => {
    bench = await ToolBench.start({
      config: {
        agents: {
          list: [
            { id: 'main', default: true },
            { id: 'work', tools: { exec: { host: 'gateway' } } },
          ],
        },
        tools: { exec: { security: 'full' } },
      },
    });
    const { stateDir, port } = bench.gateway;
    cli = CliWorker.start({ OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(port), HOME: stateDir });
  });
  afterAll(async () => {
    await cli.stop();
    await bench.stop();
  });
  const run = (...args: string[]): Promise<CliResult> => cli.run(...args);
  const json = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, '--json')).stdout);

  it('tasks list, show, cancel and audit', async () => {
    expect((await run('tasks', 'list')).stdout).toBe('no tasks\n');
    await bench.turn([{ name: 'exec', args: { command: 'sleep 600', background: true } }], { sessionKey: 'bg' });
    const { count, tasks } = (await json('tasks', 'list', '--runtime', 'cli', '--status', 'running')) as {
      count: number;
      tasks: { id: string }[];
    };
    expect([count, tasks]).toEqual([1, [expect.objectContaining({ title: 'sleep 600', kind: 'exec' })]]);
    const id = tasks[0]?.id ?? '';
    expect((await run('tasks', 'list', '--session', 'bg')).stdout).toMatch(
      new RegExp(`^Id +Runtime +Status +Changed +What +Error\n${id} +cli +running .*sleep 600`),
    );
    for (const none of [
      ['--runtime', 'cron'],
      ['--status', 'succeeded'],
      ['--agent', 'work'],
      ['--session', 'other'],
    ])
      expect([none, (await run('tasks', 'list', ...none)).stdout]).toEqual([none, 'no tasks\n']);
    for (const typed of [id, id.slice(0, -3), 'agent:main:bg'])
      expect((await run('tasks', 'show', typed)).stdout).toMatch(new RegExp(`Task +${id}\nWhat +sleep 600\n`));
    expect(await json('tasks', 'show', id)).toMatchObject({ id, status: 'running' });
    expect(await json('tasks', 'audit')).toEqual({ tasks: 1, count: 0, errors: 0, findings: [] });

    expect((await run('tasks', 'cancel', id)).stdout).toBe(`${id} is cancelled\n`);
    await until('its end', async () => (await run('tasks', 'list', '--status', 'cancelled')).stdout.includes(id));
    expect(await run('tasks', 'cancel', id)).toMatchObject({
      code: 1,
      stdout: `${id} was not cancelled: Task has ended.\n`,
    });
    expect(await run('tasks', 'show', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no task "nothing"') as string,
    });
    for (const [flag, value] of [
      ['--status', 'lost'],
      ['--runtime', 'acp'],
    ] as const)
      expect(await run('tasks', 'list', flag, value)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`${flag} must be one of`) as string,
      });
  });

  it('tasks audit tells what has failed', async () => {
    await bench.turn([{ name: 'exec', args: { command: 'exit 3', background: true } }], { sessionKey: 'bad' });
    await until('its failure', async () => (await run('tasks', 'audit')).stdout.includes('exit code 3'));
    expect(await json('tasks', 'audit', '--code', 'failed', '--severity', 'warn')).toMatchObject({
      count: 1,
      errors: 0,
      findings: [{ code: 'failed', severity: 'warn', title: 'exit 3', message: 'exit code 3' }],
    });
    expect(await json('tasks', 'audit', '--severity', 'error')).toMatchObject({ count: 0, findings: [] });
    expect(await json('tasks', 'audit', '--limit', '1')).toMatchObject({ count: 1, findings: [{}] });
    expect((await run('tasks', 'audit', '--code', 'odd')).code).toBe(2);
  });

  it('exec-policy show tells what holds, the configuration and the rules together', async () => {
    expect(await json('exec-policy', 'show')).toMatchObject({
      approvalsExist: false,
      agents: [
        { agentId: 'main', host: 'sandbox', security: 'full', ask: 'on-miss', allowlist: 0 },
        { agentId: 'work', host: 'gateway', security: 'full', requested: { security: 'full' }, rules: {} },
      ],
    });
    const rules = {
      version: 1,
      defaults: { ask: 'always' },
      agents: { work: { security: 'allowlist', allowlist: [{ pattern: '/usr/bin/git', args: ['status'] }] } },
    };
    writeFileSync(join(bench.gateway.stateDir, 'exec-approvals.json'), JSON.stringify(rules), { mode: 0o600 });
    const { stdout } = await run('exec-policy', 'show');
    expect(stdout).toMatch(/\nmain +sandbox +full \(configuration: full\) +always \(rules: always\) +0 rules +ask\n/);
    expect(stdout).toMatch(
      /\nwork +gateway +allowlist \(configuration: full, rules: allowlist\) +always .* 1 rule +ask\n/,
    );
    expect(await json('exec-policy', 'show', '--agent', 'work')).toMatchObject({ agents: [{ agentId: 'work' }] });
    expect(await run('exec-policy', 'show', '--agent', 'bob')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no such agent; there are: main, work') as string,
    });
  });

  // The gateway is killed, so this comes last.
  it('gateway stability tells starts and looks, and after a crash what the log tells', async () => {
    const running = (await json('gateway', 'stability')) as { looks: { process: object }; starts: object[] };
    expect(running).toMatchObject({
      running: true,
      lost: 0,
      starts: [{ end: 'running', version: expect.any(String) as string }],
      looks: { process: { pid: expect.any(Number) as number, eventLoop: {} }, events: expect.any(Array) as object[] },
    });
    expect((await run('gateway', 'stability', '--limit', '3')).stdout).toMatch(
      /^1 start in the log, 0 without a proper end\n[\s\S]*\nLooks +\d+ kept of at most 500/,
    );
    expect(await json('gateway', 'stability', '--type', 'nothing')).toMatchObject({ looks: { count: 0, events: [] } });
    await bench.gateway.signal('SIGKILL');
    const after = await run('gateway', 'stability', '--json');
    expect(after.stderr).toContain('gateway: not running, so this is what its log tells');
    expect(JSON.parse(after.stdout)).toMatchObject({ running: false, lost: 1, starts: [{ end: 'lost' }] });
    expect((await run('gateway', 'stability')).stdout).toContain('lost: killed, crashed or cut off');
  });
});
