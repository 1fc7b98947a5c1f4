import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PendingApproval } from '../../src/tools/approvals/pending-approval';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const CALLS = 2;
const SESSION = 'common';

interface Outcome {
  died: boolean;
  /** How often each call ran. */
  runs: number[];
  /** What the model was told of each. */
  told: string[];
  /** Ids of the common questions that were open at some time. */
  questions: string[];
  /** The question had been put before the process died. */
  wasAsked: boolean;
  /** One of the calls had run by then, and has changed the workspace. */
  hadRun: boolean;
  modelCalls: number;
}

describe('a common question while the gateway is killed', () => {
  let models: FakeModels;
  beforeAll(async () => {
    models = await FakeModels.start();
  });
  afterAll(() => models.stop());

  /** A step of several commands that are asked for together; the process dies right after its n-th durable write. */
  async function dieAfterWrite(n: number): Promise<Outcome> {
    const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-common-'));
    const ledger = (call: number): string => join(stateDir, 'workspace', `ledger-${call}.txt`);
    let told: string[] = [];
    let modelCalls = 0;
    models.answer = ({ body, toolResults }) => {
      modelCalls++;
      const messages = (body['messages'] ?? []) as { role: string; content: unknown }[];
      if (toolResults === 0)
        return {
          steps: Array.from({ length: CALLS }, (_, call) => ({
            tool: { name: 'exec', args: { command: `sh -c "echo ran >> ledger-${call}.txt"` } },
          })),
        };
      told = messages.filter(({ role }) => role === 'tool').map(({ content }) => JSON.stringify(content));
      return { steps: [{ text: 'all done' }] };
    };
    const config = {
      models: { providers: { fake: models.provider('openai-completions', 'fake-1') } },
      agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      tools: { exec: { host: 'gateway', security: 'allowlist', ask: 'on-miss' } },
    };
    const questions = new Set<string>();
    /** Answers whatever is asked until the turn has ended or the process has died. */
    const answerAll = async (gateway: GatewayProcess): Promise<void> => {
      try {
        const client = await WireClient.connected(gateway.url);
        await client.call('chat.send', { sessionKey: SESSION, message: 'go', idempotencyKey: 'common' });
        await until('the end', async () => {
          if (gateway.exited) return true;
          const list = (await client.call('exec.approval.list')).payload as unknown as PendingApproval[];
          for (const { id, hash, calls } of list) {
            if (calls) questions.add(id);
            await client.call('exec.approval.resolve', { id, hash, decision: 'allow-once' });
          }
          const { payload } = await client.call('chat.history', { sessionKey: SESSION });
          return JSON.stringify(payload).includes('all done');
        });
        client.close();
      } catch (error) {
        // The wire breaks where the process dies.
        await until('death', () => gateway.exited, 2000).catch(() => {
          throw error;
        });
      }
    };
    let gateway = await GatewayProcess.start({
      stateDir,
      config,
      dontWait: true,
      ownProcess: false,
      env: { OPENCLAW_TEST_MODE: '1', OPENCLAW_TEST_CRASH_AT: String(n) },
    });
    try {
      await until('death or readiness', async () => gateway.exited || (await isReady(gateway)));
      if (!gateway.exited) await answerAll(gateway);
      const died = gateway.exited;
      const wasAsked = questions.size > 0;
      const hadRun = Array.from({ length: CALLS }, (_, call) => existsSync(ledger(call))).includes(true);
      await gateway.signal('SIGKILL');
      gateway = await GatewayProcess.start({ stateDir });
      await answerAll(gateway);
      await gateway.close();
      const runs = Array.from({ length: CALLS }, (_, call) =>
        existsSync(ledger(call)) ? readFileSync(ledger(call), 'utf8').split('\n').length - 1 : 0,
      );
      return { died, runs, told, questions: [...questions], wasAsked, hadRun, modelCalls };
    } finally {
      await gateway.signal('SIGKILL');
      rmSync(stateDir, { recursive: true, force: true });
    }
  }

  const isReady = async ({ http }: GatewayProcess): Promise<boolean> =>
    fetch(`${http}/health`).then(
      (response) => response.ok,
      () => false,
    );

  it('runs each call once, whichever durable write is the last', async () => {
    let deaths = 0;
    let deathsSinceAsked = 0;
    for (let n = 1; ; n++) {
      const { died, runs, told, questions, wasAsked, hadRun, modelCalls } = await dieAfterWrite(n);
      expect(told).toHaveLength(CALLS);
      for (const [call, times] of runs.entries()) {
        const wasCutOff = told[call]?.includes('interrupted') === true;
        expect([n, call, times]).toEqual([n, call, wasCutOff ? (times > 0 ? 1 : 0) : 1]);
      }
      // At most one call was running when the process died, and a question that was asked is asked no second time, unless
      // the workspace is not any more what it was when the answer was given.
      expect([n, told.filter((text) => text.includes('interrupted')).length <= 1]).toEqual([n, true]);
      expect([n, questions.length <= (hadRun ? 2 : 1)]).toEqual([n, true]);
      // The answer of the model that was asked for is not paid for twice.
      expect([n, modelCalls <= (wasAsked ? 2 : 3)]).toEqual([n, true]);
      if (!died) break;
      deaths++;
      if (wasAsked) deathsSinceAsked++;
    }
    // Intake, model, question, answer, then each call's start, wait, use and end, and the end of the turn.
    expect(deaths).toBeGreaterThanOrEqual(12);
    expect(deathsSinceAsked).toBeGreaterThanOrEqual(8);
  }, 600_000);
});
