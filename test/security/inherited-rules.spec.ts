import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GrantedRule } from '../../src/common/granted-rule';
import type { ApprovalsFile } from '../../src/tools/approvals/exec-approvals-file';
import { until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { ToolBench, type ToolCall } from '../harness/tool-bench';
import type { ApprovalDecision } from '../../src/tools/approvals/approval-decision';
import { Answering } from '../harness/answering';

const exec = (command: string): ToolCall => ({ name: 'exec', args: { host: 'gateway', command } });

describe('rules that were granted when a job or a sub-agent was made', () => {
  let bench: ToolBench;
  let decision: ApprovalDecision = 'deny';
  const asked: string[] = [];
  let answering: Answering;

  beforeAll(async () => {
    bench = await ToolBench.start();
    // What is made acts by itself: whatever its task says, word for word.
    bench.others = ({ lastUser, toolResults }) => {
      const [, command] = /^(?:\[[^\]]*\] )*run <(.*)>/.exec(lastUser) ?? [];
      return command !== undefined && command !== '' && toolResults === 0
        ? { steps: [{ tool: exec(command) }] }
        : { steps: [{ text: 'done' }] };
    };
    answering = new Answering(bench.client, ({ request }) => {
      asked.push(request.command);
      return decision;
    });
  });
  afterAll(async () => {
    answering.end();
    await bench.stop();
  });
  beforeEach(() => {
    decision = 'deny';
    asked.splice(0);
  });

  /** Has a command asked for in a conversation, and answers. */
  const allow = async (command: string, how: ApprovalDecision, sessionKey: string): Promise<void> => {
    decision = how;
    await bench.turn([exec(command)], { sessionKey });
    decision = 'deny';
    expect(asked.splice(0)).toEqual([command]);
  };
  const file = (): string => join(bench.gateway.stateDir, 'exec-approvals.json');
  const revoke = (word: string): void => {
    const parsed = JSON.parse(readFileSync(file(), 'utf8')) as ApprovalsFile;
    const main = parsed.agents?.['main'];
    if (main?.allowlist) main.allowlist = main.allowlist.filter((entry) => !JSON.stringify(entry).includes(word));
    writeFileSync(file(), JSON.stringify(parsed));
  };

  describe('a job', () => {
    const make = async (command: string): Promise<{ id: string; rules?: GrantedRule[] }> => {
      const { payload, error } = await bench.client.call('cron.add', {
        name: command,
        schedule: { kind: 'at', at: '2060-01-01T00:00:00Z' },
        payload: { kind: 'agentTurn', message: `run <${command}>` },
      });
      expect(error).toBeUndefined();
      return payload as unknown as { id: string; rules?: GrantedRule[] };
    };
    /** Runs a job; returns whether its folder was made. */
    const run = async (id: string, folder: string): Promise<boolean> => {
      rmSync(bench.workspace(folder), { recursive: true, force: true });
      const { payload } = await bench.client.call('cron.run', { id, mode: 'force' });
      const ended = async (): Promise<boolean> => {
        const { payload: runs } = await bench.client.call('cron.runs', { id });
        const entries = runs?.['entries'] as { runId: string; action: string }[];
        return entries.some(({ runId, action }) => runId === payload?.['runId'] && action === 'finished');
      };
      await until('the job has ended', ended);
      return existsSync(bench.workspace(folder));
    };

    it('runs what was always allowed when it was made, shows it, and loses it with the rule', async () => {
      await allow('mkdir -p by-job', 'allow-always', 'main');
      const job = await make('mkdir -p by-job');
      expect(job.rules).toEqual([{ kind: 'always', text: expect.stringContaining('mkdir -p by-job') as string }]);
      expect(await run(job.id, 'by-job')).toBe(true);
      expect(asked).toEqual([]);
      const env = { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) };
      expect((await runCli(['cron', 'list', '--all'], { env })).stdout).toContain(
        'mkdir -p by-job, with exactly these',
      );
      const listed = async (): Promise<unknown> => {
        const { payload } = await bench.client.call('cron.list', { includeDisabled: true });
        return (payload?.['jobs'] as { id: string; rules: unknown }[]).find(({ id }) => id === job.id)?.rules;
      };
      expect(await listed()).toEqual([{ ...job.rules?.[0], holds: true }]);
      revoke('by-job');
      expect(await listed()).toEqual([{ ...job.rules?.[0], holds: false }]);
      expect(await run(job.id, 'by-job')).toBe(false);
      expect(asked).toEqual(['mkdir -p by-job']);
    });

    it('has nothing that was allowed later, nor what was allowed for a conversation', async () => {
      await allow('mkdir -p for-talk', 'allow-session', 'main');
      const [talk, later] = [await make('mkdir -p for-talk'), await make('mkdir -p later')];
      await allow('mkdir -p later', 'allow-always', 'main');
      expect(await run(talk.id, 'for-talk')).toBe(false);
      expect(await run(later.id, 'later')).toBe(false);
      expect(asked.splice(0)).toEqual(['mkdir -p for-talk', 'mkdir -p later']);
      // In the conversation itself the rule holds.
      await bench.turn([exec('mkdir -p later')], { sessionKey: 'main' });
      expect(asked).toEqual([]);
    });

    it('has what it asked for itself and was allowed always', async () => {
      const job = await make('mkdir -p own');
      decision = 'allow-always';
      expect(await run(job.id, 'own')).toBe(true);
      decision = 'deny';
      expect(asked.splice(0)).toEqual(['mkdir -p own']);
      expect(await run(job.id, 'own')).toBe(true);
      expect(asked).toEqual([]);
    });
  });

  describe('a sub-agent', () => {
    /** Makes one and waits for its end; returns its conversation. */
    const spawn = async (command: string, sessionKey: string): Promise<string> => {
      const before = new Set(await children());
      await bench.turn([{ name: 'sessions_spawn', args: { task: `run <${command}>` } }], { sessionKey });
      let key = '';
      await until('its conversation', async () => {
        key = (await children()).find((each) => !before.has(each)) ?? '';
        return key !== '' && (await ended(key, 1));
      });
      return key;
    };
    const children = async (): Promise<string[]> => {
      const { payload } = await bench.client.call('sessions.list', { limit: 500 });
      return (payload?.['sessions'] as { key: string }[])
        .map(({ key }) => key)
        .filter((key) => key.includes(':subagent:'));
    };
    const ended = async (sessionKey: string, turns: number): Promise<boolean> => {
      const { payload } = await bench.client.call('chat.history', { sessionKey, limit: 100 });
      return (JSON.stringify(payload).match(/"done"/g) ?? []).length >= turns;
    };
    let told = 0;
    const tell = async (sessionKey: string, command: string, turns: number): Promise<void> => {
      await bench.client.call('chat.send', {
        sessionKey,
        message: `run <${command}>`,
        idempotencyKey: `told-${++told}`,
      });
      await until('it has answered', () => ended(sessionKey, turns));
    };

    it('runs what was allowed for the conversation in which it was made, until that ends, and nothing else', async () => {
      await allow('expr 6 + 1', 'allow-session', 'parent');
      const key = await spawn('expr 6 + 1', 'parent');
      expect(asked).toEqual([]);
      await allow('expr 6 + 2', 'allow-session', 'parent');
      await tell(key, 'expr 6 + 2', 2);
      await tell(key, 'expr 6 + 3', 3);
      expect(asked.splice(0)).toEqual(['expr 6 + 2', 'expr 6 + 3']);
      await bench.turn([], { sessionKey: 'parent', message: '/subagents info last' });
      const { payload } = await bench.client.call('chat.history', { sessionKey: 'parent', limit: 20 });
      expect(JSON.stringify(payload)).toContain('expr 6 + 1 (while this conversation lasts)');
      await bench.client.call('sessions.reset', { key: 'parent' });
      await tell(key, 'expr 6 + 1', 4);
      expect(asked).toEqual(['expr 6 + 1']);
    });

    it('has no rule that was granted later, also after its conversation began anew', async () => {
      const key = await spawn('expr 8 + 1', 'early');
      asked.splice(0);
      await allow('mkdir -p for-all', 'allow-always', 'early');
      await tell(key, 'mkdir -p for-all', 2);
      await bench.client.call('sessions.reset', { key });
      await tell(key, 'mkdir -p for-all -v', 1);
      await tell(key, 'mkdir -p for-all', 2);
      expect(asked).toEqual(['mkdir -p for-all', 'mkdir -p for-all -v', 'mkdir -p for-all']);
    });

    it('has what is always allowed, and loses it with the rule', async () => {
      await allow('mkdir -p kid', 'allow-always', 'third');
      const [first, second] = [await spawn('', 'third'), await spawn('', 'third')];
      await tell(first, 'mkdir -p kid', 2);
      expect(asked).toEqual([]);
      revoke('kid');
      await tell(second, 'mkdir -p kid', 2);
      expect(asked).toEqual(['mkdir -p kid']);
    });

    it('of another conversation does not', async () => {
      await allow('expr 7 + 1', 'allow-session', 'first');
      await spawn('expr 7 + 1', 'second');
      expect(asked).toEqual(['expr 7 + 1']);
    });
  });
});
