import { Gate } from '../fakes/model-formats/model-format';
import { BROWSER } from '../harness/browser';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';
import { WireClient } from '../harness/wire-client';

interface Task {
  id: string;
  kind: string;
  status: string;
  title: string;
  sessionKey?: string;
  childSessionKey?: string;
  sourceId?: string;
}

/** Work and questions that clients show beside the conversations. */
describe('tasks, questions and what there is none of', () => {
  let bench: ToolBench;
  let client: WireClient;
  beforeAll(async () => {
    bench = await ToolBench.start({ config: BROWSER ? { browser: { executablePath: BROWSER } } : {} });
    client = await WireClient.connected(bench.gateway.url, { minProtocol: 4, maxProtocol: 4 });
  });
  afterAll(async () => {
    client.close();
    await bench.stop();
  });

  const tasks = async (params: Record<string, unknown> = {}): Promise<Task[]> =>
    (await client.done<{ tasks: Task[] }>('tasks.list', params)).tasks;
  const task = async (kind: string): Promise<Task | undefined> => (await tasks()).find((each) => each.kind === kind);

  it('lists commands in the background, and ends one', async () => {
    await bench.turn([{ name: 'exec', args: { command: 'echo begun; sleep 600', background: true } }], {
      sessionKey: 'bg',
    });
    const found = await task('exec');
    expect(found).toMatchObject({
      runtime: 'cli',
      status: 'running',
      title: 'echo begun; sleep 600',
      agentId: 'main',
      sessionKey: 'agent:main:bg',
    });
    const taskId = found?.id ?? '';
    await until('what it has written', async () => {
      const { task: shown } = await client.done<{ task: { progressSummary?: string } }>('tasks.get', { taskId });
      return shown.progressSummary === 'begun';
    });
    expect(await client.done('tasks.cancel', { taskId })).toMatchObject({ found: true, cancelled: true });
    await until('its end', async () => (await task('exec'))?.status === 'cancelled');
    expect(await client.done('tasks.cancel', { taskId })).toMatchObject({ found: true, cancelled: false });
  });

  it('lists sub-agents with both conversations, and stops one at its work', async () => {
    const gate = new Gate();
    bench.others = () => ({ steps: [{ until: gate }, { text: 'found it' }] });
    await bench.turn([{ name: 'sessions_spawn', args: { task: 'look into it', label: 'A look' } }], {
      sessionKey: 'parent',
    });
    await until('the sub-agent', async () => (await task('subagent'))?.status === 'running');
    const found = await task('subagent');
    expect(found).toMatchObject({ title: 'A look', sessionKey: 'agent:main:parent', deliveryStatus: 'pending' });
    expect(found?.childSessionKey).toMatch(/^agent:main:subagent:/);
    const reader = await WireClient.connected(bench.gateway.url, { minProtocol: 4, scopes: ['operator.read'] });
    expect((await reader.call('tasks.cancel', { taskId: found?.id })).error).toMatchObject({ code: 'FORBIDDEN' });
    reader.close();
    expect(await client.done('tasks.cancel', { taskId: found?.id })).toMatchObject({ cancelled: true });
    await until('its end', async () => (await task('subagent'))?.status === 'cancelled');
    gate.open();
    bench.others = () => ({ steps: [{ text: 'done' }] });
  });

  it('lists runs of jobs and what programs have started, and nothing that is said in a chat', async () => {
    bench.models.answer = () => ({ steps: [{ text: 'done' }] });
    const { id } = await client.done<{ id: string }>('cron.add', {
      name: 'Tea',
      schedule: { kind: 'cron', expr: '0 7 * * *' },
      sessionTarget: 'isolated',
      wakeMode: 'now',
      payload: { kind: 'agentTurn', message: 'make tea' },
      delivery: { mode: 'none' },
    });
    await client.done('cron.run', { id, mode: 'force' });
    await until('the run of the job', async () => (await task('cron'))?.status === 'completed');
    expect(await task('cron')).toMatchObject({ title: 'Tea', sourceId: id, runtime: 'cron', terminalSummary: 'done' });
    await client.call('agent', { message: 'from a script', sessionKey: 'scripted', idempotencyKey: 'script-1' });
    await client.done('agent.wait', { runId: 'script-1', timeoutMs: 30_000 });
    expect(await task('agent')).toMatchObject({ title: 'from a script', status: 'completed', runId: 'script-1' });
    await bench.turn([], { sessionKey: 'plain', message: 'only talk' });
    expect((await tasks()).filter(({ title }) => title === 'only talk')).toEqual([]);
  });

  it('gives them by state, agent and conversation, a page at a time', async () => {
    expect((await tasks({ status: 'cancelled' })).map(({ kind }) => kind).sort()).toEqual(['exec', 'subagent']);
    expect(await tasks({ status: ['queued', 'running'] })).toEqual([]);
    expect((await tasks({ sessionKey: 'bg' })).map(({ kind }) => kind)).toEqual(['exec']);
    expect(await tasks({ agentId: 'nobody' })).toEqual([]);
    const all = await tasks();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.done<{ tasks: Task[]; nextCursor?: string }>('tasks.list', {
        limit: 1,
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...page.tasks.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(all.map(({ id }) => id));
    expect((await client.call('tasks.list', { status: 'odd' })).error?.message).toContain('must be one or several of');
    expect((await client.call('tasks.list', { cursor: 'x' })).error?.message).toContain('nextCursor');
    expect((await client.call('tasks.get', { taskId: 'none' })).error?.message).toBe('task not found: none');
    expect(await client.done('tasks.cancel', { taskId: 'none' })).toMatchObject({ found: false });
    // What there is nothing of is no method at all.
    for (const method of ['tasks.retry', 'tasks.dismiss', 'question.request'])
      expect((await client.call(method, {})).error?.message).toContain('unknown method');
  });

  describe('a question of the assistant', () => {
    const args = { question: 'Delete them?', options: ['Yes', 'No'] };
    const asked = async (key: string): Promise<string> => {
      const { payload } = await client.event(
        'question.requested',
        ({ sessionKey }) => sessionKey === `agent:main:${key}`,
      );
      return String(payload?.['id']);
    };
    const resolved = async (wanted: string): Promise<unknown> =>
      (await client.event('question.resolved', ({ id }) => id === wanted)).payload;

    it('is answered by a client that shows it, once', async () => {
      const told: string[] = [];
      bench.others = ({ lastUser }) => {
        told.push(lastUser);
        return { steps: [{ text: 'Fine.' }] };
      };
      await bench.turn([{ name: 'ask_user', args }], {
        sessionKey: 'asks',
        meanwhile: async () => {
          const id = await asked('asks');
          const { questions } = await client.done<{ questions: Record<string, unknown>[] }>('question.list');
          expect(questions).toEqual([
            {
              id,
              agentId: 'main',
              sessionKey: 'agent:main:asks',
              runId: expect.any(String) as string,
              createdAtMs: expect.any(Number) as number,
              expiresAtMs: expect.any(Number) as number,
              status: 'pending',
              questions: [
                {
                  questionId: 'answer',
                  header: 'Question',
                  question: 'Delete them?',
                  options: [{ label: 'Yes' }, { label: 'No' }],
                  isOther: true,
                },
              ],
            },
          ]);
          expect(await client.done('question.get', { id })).toEqual({ question: questions[0] });
          expect((await client.call('question.resolve', { id })).error?.message).toContain('answers or cancel');
          const answers = { answers: { answer: ['No', 'keep all'] } };
          expect(await client.done('question.resolve', { id, answers })).toEqual({ status: 'answered', answers });
          expect((await client.call('question.resolve', { id, answers })).error?.details).toEqual({
            reason: 'QUESTION_NOT_FOUND',
          });
          expect(await resolved(id)).toEqual({ id, status: 'answered', answers });
        },
      });
      expect(told).toContain('No, keep all');
      expect(await client.done('question.list')).toEqual({ questions: [] });
    });

    it('may be declined, and the assistant goes on', async () => {
      const [told] = await bench.turn([{ name: 'ask_user', args }], {
        sessionKey: 'declined',
        meanwhile: async () => {
          const id = await asked('declined');
          const reader = await WireClient.connected(bench.gateway.url, { minProtocol: 4, scopes: ['operator.read'] });
          expect((await reader.call('question.resolve', { id, cancel: true })).error).toMatchObject({
            code: 'FORBIDDEN',
          });
          reader.close();
          expect(await client.done('question.resolve', { id, cancel: true })).toEqual({ status: 'cancelled' });
          expect(await resolved(id)).toEqual({ id, status: 'cancelled' });
        },
      });
      expect(told).toContain('they do not want to answer');
    });

    it('that is answered in the conversation is no longer asked', async () => {
      await bench.turn([{ name: 'ask_user', args }], {
        sessionKey: 'spoken',
        meanwhile: async () => {
          const id = await asked('spoken');
          await client.done('chat.send', { sessionKey: 'spoken', message: 'Yes', idempotencyKey: 'spoken-1' });
          expect(await resolved(id)).toMatchObject({ id, status: 'answered' });
        },
      });
      expect(await client.done('question.list')).toEqual({ questions: [] });
    });
  });

  it("shows the assistant's list of tasks as a card", async () => {
    const sessionKey = 'planned';
    expect(await client.done('progressCard.get', { sessionKey })).toEqual({ card: null });
    await bench.turn(
      [
        { name: 'todo', args: { action: 'add', text: 'first\nsecond' } },
        { name: 'todo', args: { action: 'update', id: 1, status: 'done' } },
        { name: 'todo', args: { action: 'update', id: 2, status: 'doing' } },
      ],
      { sessionKey },
    );
    expect(await client.done('progressCard.get', { sessionKey })).toEqual({
      card: {
        sessionKey: 'agent:main:planned',
        revision: expect.any(Number) as number,
        updatedAt: expect.any(Number) as number,
        steps: [
          { step: 'first', status: 'completed' },
          { step: 'second', status: 'in_progress' },
        ],
      },
    });
  });

  it('says of what there is none that there is none', async () => {
    expect(await client.done('sessions.companion.state', { sessionKey: 'main' })).toEqual({ exchanges: [] });
    expect(await client.done('skills.library.list', { sessionKey: 'main', scope: 'mine' })).toMatchObject({
      entries: [],
      session: { sessionKey: 'main', selections: [] },
    });
    expect(await client.done('plugins.catalog.browse', { intent: 'featured' })).toEqual({ items: [] });
    expect(await client.done('talk.catalog')).toMatchObject({
      modes: [],
      speech: { ready: false, providers: [{ id: 'openai', configured: false, voices: expect.any(Array) }, {}, {}] },
      realtime: { ready: false, providers: [] },
    });
    expect(await client.done('tts.providers')).toMatchObject({
      providers: [
        { id: 'openai', models: expect.arrayContaining(['tts-1']), voices: expect.arrayContaining(['alloy']) },
        {},
        {},
      ],
    });
  });

  it('says which rules hold for commands where nobody wrote any, to protocol 4', async () => {
    const resolvedDefaults = { security: 'allowlist', ask: 'on-miss', askFallback: 'deny', autoAllowSkills: false };
    expect(await client.done('exec.approvals.get')).toMatchObject({ resolvedDefaults });
    const file = { version: 1, defaults: { security: 'deny' } };
    expect(await client.done('exec.approvals.set', { file })).toMatchObject({
      resolvedDefaults: { ...resolvedDefaults, security: 'deny' },
    });
    const third = await WireClient.connected(bench.gateway.url, { maxProtocol: 3 });
    expect(await third.done('exec.approvals.get')).not.toHaveProperty('resolvedDefaults');
    third.close();
  });

  it('says how many messages stay where a conversation is not summed up', async () => {
    await bench.turn([], { sessionKey: 'short', message: 'hello' });
    expect(await client.done('sessions.compact', { key: 'short' })).toMatchObject({ compacted: false, kept: 2 });
  });

  (BROWSER ? it : it.skip)("tells of the browser by the names of OpenClaw's service", async () => {
    expect(await client.done('browser.request', { method: 'GET', path: '/' })).toMatchObject({
      enabled: true,
      profile: 'openclaw',
      running: false,
      cdpReady: false,
      detectedExecutablePath: BROWSER,
      executablePath: BROWSER,
    });
  });
});
