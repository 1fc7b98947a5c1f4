import { existsSync, writeFileSync } from 'node:fs';
import { Answering } from '../harness/answering';
import { ToolBench } from '../harness/tool-bench';

describe('plan mode', () => {
  let bench: ToolBench;
  let answering: Answering;
  let decision: 'allow-once' | 'deny' = 'deny';
  beforeAll(async () => {
    bench = await ToolBench.start();
    answering = new Answering(bench.client, () => decision);
    writeFileSync(bench.workspace('seen.txt'), 'what is there');
  });
  afterAll(async () => {
    answering.end();
    await bench.stop();
  });

  const say = async (message: string): Promise<void> => {
    const idempotencyKey = `plan-${Math.random()}`;
    await bench.client.call('chat.send', { sessionKey: 'plans', message, idempotencyKey });
    await bench.client.call('agent.wait', { runId: idempotencyKey, timeoutMs: 20_000 });
  };
  const write = { name: 'write', args: { path: 'made.txt', content: 'x' } };
  const isOn = async (): Promise<unknown> => {
    const { payload } = await bench.client.call('sessions.list', {});
    const sessions = payload?.['sessions'] as { key: string; planMode?: boolean }[];
    return sessions.find(({ key }) => key.endsWith('plans'))?.planMode;
  };

  it('lets nothing be changed before a plan is approved, and all of it afterwards', async () => {
    bench.models.answer = () => ({ steps: [{ text: 'ok' }] });
    await say('/plan on');
    expect(await isOn()).toBe(true);
    const plan = { name: 'propose_plan', args: { plan: '1. Write made.txt' } };
    const first = await bench.turn(
      [{ name: 'read', args: { path: 'seen.txt' } }, write, { name: 'exec', args: { command: 'true' } }, plan, write],
      { sessionKey: 'plans' },
    );
    expect(JSON.stringify(bench.models.requests.at(-1)?.body['messages'])).toContain('Plan mode is on');
    expect(first[0]).toContain('what is there');
    expect(first[1]).toContain('write has to wait');
    expect(first[2]).toContain('exec has to wait');
    expect(first[3]).toContain('the plan was not approved');
    expect(first[4]).toContain('write has to wait');
    expect(answering.questions.at(-1)?.request.details).toContainEqual({ label: 'Plan', text: '1. Write made.txt' });
    expect(existsSync(bench.workspace('made.txt'))).toBe(false);

    decision = 'allow-once';
    const second = await bench.turn([plan, write], { sessionKey: 'plans' });
    expect(second[0]).toContain('approved');
    expect(existsSync(bench.workspace('made.txt'))).toBe(true);
    expect(await isOn()).toBeUndefined();
  }, 60_000);

  it('is switched by clients, too, and begins with a task', async () => {
    const set = (planMode: boolean | null): Promise<{ ok?: boolean }> =>
      bench.client.call('sessions.patch', { key: 'plans', planMode }) as Promise<{ ok?: boolean }>;
    expect((await set(true)).ok).toBe(true);
    expect(await isOn()).toBe(true);
    expect((await set(null)).ok).toBe(true);
    expect(await isOn()).toBeUndefined();
    let asked = '';
    bench.models.answer = ({ lastUser }) => {
      asked = lastUser;
      return { steps: [{ text: 'ok' }] };
    };
    await say('/plan tidy the folder');
    expect(asked).toContain('tidy the folder');
    expect(await isOn()).toBe(true);
    await say('/plan off');
    expect(await isOn()).toBeUndefined();
  }, 60_000);
});
