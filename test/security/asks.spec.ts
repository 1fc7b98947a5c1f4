import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PendingApproval, hashOf } from '../../src/tools/approvals/pending-approval';
import { approvalButtons, approvalText } from '../../src/tools/approvals/approval-text';
import { FakeTelegram } from '../fakes/telegram-server';
import { FakeSite } from '../fakes/web-site';
import { until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { ToolBench, type ToolCall } from '../harness/tool-bench';
import { telegramConfig } from '../harness/channel-config';

const OWNER = 5;
const OTHER = 999;
const exec = (command: string, more: object = {}): ToolCall => ({
  name: 'exec',
  args: { host: 'gateway', command, ...more },
});
const say = (message: string, target = String(OTHER)): ToolCall => ({
  name: 'message',
  args: { action: 'send', channel: 'telegram', target, message },
});

describe('several calls of one step that have to be asked for', () => {
  let bench: ToolBench;
  let site: FakeSite;
  let telegram: FakeTelegram;
  beforeAll(async () => {
    [site, telegram] = await Promise.all([FakeSite.start(), FakeTelegram.start()]);
    site.html('/page', '<title>News</title><p>A page of somebody else.</p>');
    bench = await ToolBench.start({
      config: {
        channels: {
          telegram: telegramConfig(telegram, [OWNER], { streamMode: 'off' }),
        },
        tools: { message: { allowCrossContextSend: true } },
      },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
  });
  afterAll(async () => {
    await bench.stop();
    await Promise.all([site.stop(), telegram.stop()]);
  });
  beforeEach(() => {
    for (const name of made()) rmSync(bench.workspace(`made-${name}`), { recursive: true });
  });

  const pending = async (): Promise<PendingApproval[]> =>
    ((await bench.client.call('exec.approval.list')).payload ?? []) as unknown as PendingApproval[];
  const answer = (id: string | undefined, more: object): ReturnType<typeof bench.client.call> =>
    bench.client.call('exec.approval.resolve', { id, ...more });
  const requested = (): PendingApproval[] =>
    bench.client.frames
      .filter(({ event }) => event === 'exec.approval.requested')
      .map(({ payload }) => payload as unknown as PendingApproval);
  /** Has the calls made in one step. `answers` are given one after the other, each to a question not answered before. */
  const step = async (
    calls: ToolCall[],
    answers: ((question: PendingApproval) => Promise<unknown>)[],
    sessionKey?: string,
  ): Promise<{ told: string[]; questions: PendingApproval[] }> => {
    const from = requested().length;
    const told = await bench.turn(calls, {
      inOneStep: true,
      ...(sessionKey ? { sessionKey } : {}),
      meanwhile: async () => {
        for (const [index, give] of answers.entries()) {
          await until('a question', () => requested().length > from + index);
          await give(requested()[from + index] as PendingApproval);
        }
      },
    });
    return { told, questions: requested().slice(from) };
  };
  const make = (word: string): ToolCall => exec(`mkdir made-${word}`);
  /** What was made, in the order in which it was. */
  function made(): string[] {
    return readdirSync(bench.workspace())
      .filter((name) => name.startsWith('made-'))
      .map((name) => ({
        name: name.slice('made-'.length),
        at: statSync(bench.workspace(name), { bigint: true }).ctimeNs,
      }))
      .sort((left, right) => Number(left.at - right.at))
      .map(({ name }) => name);
  }
  const denyAll = ({ id }: PendingApproval): Promise<unknown> => answer(id, { decision: 'deny' });
  const allowAll = ({ id, hash }: PendingApproval): Promise<unknown> => answer(id, { decision: 'allow-once', hash });

  it('are one question that shows each of them whole; one yes lets all run, in their order', async () => {
    const { told, questions } = await step(
      [make('one'), exec('mkdir made-two', { env: { LANG: 'C' }, workdir: '.' }), make('three')],
      [
        async (question) => {
          expect(await pending()).toEqual([question]);
          expect(made()).toEqual([]);
          await allowAll(question);
        },
      ],
    );
    expect(questions).toHaveLength(1);
    expect(
      questions[0]?.calls?.map(({ request: { tool, command, cwd, host, env } }) => [tool, command, cwd, host, env]),
    ).toEqual([
      ['exec', 'mkdir made-one', bench.workspace(), 'gateway', {}],
      ['exec', 'mkdir made-two', bench.workspace(), 'gateway', { LANG: 'C' }],
      ['exec', 'mkdir made-three', bench.workspace(), 'gateway', {}],
    ]);
    expect(questions[0]?.choices).toEqual(['allow-once', 'deny']);
    // By this name the terminal knows that it is about its run.
    expect(questions[0]?.request.runName).toMatch(/^bench-\d+$/);
    expect(told.map((text) => text.includes('Error'))).toEqual([false, false, false]);
    expect(made()).toEqual(['one', 'two', 'three']);
    expect(await pending()).toEqual([]);
  });

  it('of different tools are one question, too, after a page was read', async () => {
    await bench.turn([{ name: 'web_fetch', args: { url: `${site.url}/page` } }], {
      sessionKey: 'read',
      message: `Read ${site.url}/page`,
    });
    writeFileSync(bench.workspace('MEMORY.md'), 'Likes tea.\n');
    const { told, questions } = await step(
      [say('hello'), { name: 'write', args: { path: 'MEMORY.md', content: 'Likes coffee.\n' } }, make('page')],
      [denyAll],
      'read',
    );
    expect(questions).toHaveLength(1);
    expect(questions[0]?.request.tool).toBe('message, write, exec');
    const [message, write] = questions[0]?.calls ?? [];
    expect(JSON.stringify(message?.request.details)).toContain('hello');
    expect(write?.request.details?.[0]?.text).toContain('-Likes tea.\n+Likes coffee.');
    expect(told.map((text) => text.includes('approval_denied'))).toEqual([true, true, true]);
    expect(telegram.textsIn(OTHER)).not.toContain('hello');
    expect(readFileSync(bench.workspace('MEMORY.md'), 'utf8')).toBe('Likes tea.\n');
    expect(made()).toEqual([]);
    // After a no the same is not asked again, alone or in common.
    expect((await step([say('hello'), say('hello')], [], 'read')).questions).toEqual([]);
  });

  it('can be answered one by one: only what was agreed to runs, and a reason reaches its call', async () => {
    const { told, questions } = await step(
      [make('a'), make('b'), make('c')],
      [
        async ({ id, hash, calls = [] }) => {
          await answer(calls[1]?.id, { decision: 'deny', reason: 'b is not mine', hash: calls[1]?.hash });
          const [left] = await pending();
          expect(left?.calls?.map((call) => call.id)).toEqual([calls[0]?.id, calls[2]?.id]);
          // An answer to all of them is one to what was shown, and that is not what is left.
          const stale = await answer(id, { decision: 'allow-once', hash });
          expect(stale.error?.details).toMatchObject({ code: 'APPROVAL_CHANGED' });
          const always = await answer(id, { decision: 'allow-always' });
          expect(always.error?.details).toMatchObject({ code: 'APPROVAL_CHOICE' });
          expect((await answer(id, { decision: 'allow-once', hash: hashOf(left?.calls ?? []) })).error).toBeUndefined();
        },
      ],
    );
    expect(questions).toHaveLength(1);
    expect(told[1]).toContain('the owner denied this, saying: b is not mine');
    expect(made()).toEqual(['a', 'c']);
    const late = await answer(questions[0]?.id, { decision: 'allow-once' });
    expect(late.error?.details).toMatchObject({ code: 'APPROVAL_DECIDED' });
  });

  it('are remembered as shown, each of them, and asked for again once the owner has taken them out', async () => {
    const file = join(bench.gateway.stateDir, 'exec-approvals.json');
    const always = async ({ calls = [] }: PendingApproval): Promise<void> => {
      for (const call of calls) await answer(call.id, { decision: 'allow-always' });
    };
    const calls = [exec('mkdir -p made-first'), exec('mkdir -p made-second')];
    await step(calls, [always], 'always');
    expect(made()).toEqual(['first', 'second']);
    for (const name of ['made-first', 'made-second']) expect(readFileSync(file, 'utf8')).toContain(name);
    rmSync(file);
    for (const name of made()) rmSync(bench.workspace(`made-${name}`), { recursive: true });
    const once = async ({ calls: asked = [] }: PendingApproval): Promise<void> => {
      for (const call of asked) await answer(call.id, { decision: 'allow-once' });
    };
    const { questions } = await step(calls, [once], 'always');
    expect(questions).toHaveLength(1);
    expect(made()).toEqual(['first', 'second']);
    expect(existsSync(file)).toBe(false);
  });

  it('are told as answered once the last of them is', async () => {
    const from = bench.client.frames.length;
    const { questions } = await step(
      [make('x'), make('y')],
      [
        async ({ calls = [] }) => {
          for (const call of calls) await answer(call.id, { decision: 'allow-once' });
        },
      ],
    );
    const resolved = bench.client.frames
      .slice(from)
      .filter(({ event }) => event === 'exec.approval.resolved')
      .map(({ payload }) => [payload?.['id'], payload?.['decision']]);
    const [question] = questions;
    expect(resolved).toEqual([
      ...(question?.calls ?? []).map(({ id }) => [id, 'allow-once']),
      [question?.id, 'allow-once'],
    ]);
    expect(made()).toEqual(['x', 'y']);
  });

  it('one alone is asked for as ever, when it comes to it', async () => {
    const { questions } = await step(
      [
        { name: 'write', args: { path: 'free.txt', content: 'x' } },
        make('alone'),
        { name: 'write', args: { path: 'later.txt', content: 'x' } },
      ],
      [
        async (question) => {
          expect(question.calls).toBeUndefined();
          expect(question.request.command).toBe('mkdir made-alone');
          expect([existsSync(bench.workspace('free.txt')), existsSync(bench.workspace('later.txt'))]).toEqual([
            true,
            false,
          ]);
          await allowAll(question);
        },
      ],
    );
    expect(questions).toHaveLength(1);
    expect(made()).toEqual(['alone']);
  });

  it('is asked for again where an earlier call has made it another thing', async () => {
    writeFileSync(bench.workspace('job.sh'), 'mkdir made-harmless\n');
    const { told, questions } = await step(
      [exec('sh -c "echo echo evil \\\\>\\\\> log > job.sh"'), exec('sh job.sh')],
      [
        allowAll,
        async (question) => {
          expect(question.calls).toBeUndefined();
          expect(question.request.command).toBe('sh job.sh');
          await denyAll(question);
        },
      ],
    );
    expect(readFileSync(bench.workspace('job.sh'), 'utf8')).toContain('evil');
    expect(questions).toHaveLength(2);
    expect(told[1]).toContain('approval_denied');
    expect(made()).toEqual([]);
  });

  it('is asked for where an earlier call has brought words of others', async () => {
    const calls = [{ name: 'web_fetch', args: { url: `${site.url}/page` } }, say('from the page'), say('and more')];
    const sessionKey = 'stricter';
    const from = requested().length;
    const told = await bench.turn(calls, {
      inOneStep: true,
      sessionKey,
      message: `Read ${site.url}/page`,
      meanwhile: async () => {
        for (const index of [0, 1]) {
          await until('a question', () => requested().length > from + index);
          await denyAll(requested()[from + index] as PendingApproval);
        }
      },
    });
    expect(told.slice(1).map((text) => text.includes('approval_denied'))).toEqual([true, true]);
    expect(telegram.textsIn(OTHER)).not.toContain('from the page');
  });

  it('is not open any more once its call has run by the answer to another', async () => {
    const { questions } = await step(
      [exec('mkdir -p made-same'), exec('mkdir -p made-same')],
      [
        async ({ calls = [] }) => {
          await answer(calls[0]?.id, { decision: 'allow-session' });
        },
      ],
    );
    expect(questions).toHaveLength(1);
    expect(made()).toEqual(['same']);
    expect(await pending()).toEqual([]);
  });

  it('are open no more when the turn is stopped', async () => {
    const { told } = await step(
      [make('stopped'), make('as-well')],
      [
        async () => {
          await bench.client.call('chat.abort', { sessionKey: 'stopping' });
          await until('nothing is open', async () => (await pending()).length === 0);
        },
      ],
      'stopping',
    );
    expect(told).toEqual([]);
    expect(made()).toEqual([]);
  });

  it('are listed by openclaw approvals pending, and answered there with one word', async () => {
    const env = { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) };
    await step(
      [make('typed'), make('too')],
      [
        async ({ id, calls = [] }) => {
          const { stdout } = await runCli(['approvals', 'pending'], { env });
          expect(stdout).toMatch(/^ {2}1 of 2, command:$/m);
          expect(stdout).toMatch(/^ {6}mkdir made-too$/m);
          for (const part of [id, ...calls.map((call) => call.id)])
            expect(stdout).toContain(`openclaw approvals resolve ${part.slice(0, 8)} allow-once|`);
          expect((await runCli(['approvals', 'resolve', id.slice(0, 8), 'allow-once'], { env })).code).toBe(0);
        },
      ],
    );
    expect(made()).toEqual(['typed', 'too']);
  });

  it('are asked in one message of a chat, and one press answers all', async () => {
    const calls = [make('chat'), make('chat-too')];
    bench.models.answer = ({ toolResults }) => ({
      steps: toolResults === 0 ? calls.map((tool) => ({ tool })) : [{ text: 'both made' }],
    });
    telegram.say({ chatId: OWNER, fromId: OWNER, text: 'go on' });
    const asked = (): string[] => telegram.textsIn(OWNER).filter((text) => text.includes('Approval needed'));
    await until('the question', () => asked().length > 0);
    expect(asked()).toHaveLength(1);
    for (const part of ['(2 calls)', 'mkdir made-chat', 'mkdir made-chat-too', 'Only 2:'])
      expect(asked()[0]).toContain(part);
    const [, command] = /All of them:\n(\/approve [0-9a-f]{8} allow-once)/.exec(asked()[0] ?? '') ?? [];
    telegram.say({ chatId: OWNER, fromId: OWNER, text: command ?? '' });
    await until('the answer', () => telegram.textsIn(OWNER).some((text) => text.includes('both made')));
    expect(made()).toEqual(['chat', 'chat-too']);
  });
});

describe('a common question in a chat', () => {
  const single = (id: string, command: string): PendingApproval => ({
    id,
    request: {
      kind: 'exec',
      tool: 'exec',
      command,
      cwd: '/w',
      host: 'gateway',
      security: 'allowlist',
      ask: 'on-miss',
      agentId: 'main',
      resolvedPath: null,
      sessionKey: 'agent:main:main',
      runId: 'run-1',
      envNames: [],
      reason: 'it is not on the allow-list',
      canAlways: false,
      sessionRule: 'exactly this',
    },
    createdAtMs: 0,
    expiresAtMs: 120_000,
    hash: 'h',
    choices: ['allow-once', 'allow-session', 'deny'],
  });
  const common = (...calls: PendingApproval[]): PendingApproval => ({
    ...(calls[0] as PendingApproval),
    id: 'ffffffff-0',
    calls,
  });

  it('has buttons for all, and for each where there are few', () => {
    const two = common(single('aaaaaaaa-1', 'a'), single('bbbbbbbb-1', 'b'));
    expect(approvalButtons(two).map((row) => row.map(({ says }) => says))[1]).toEqual([
      '/approve aaaaaaaa allow-once',
      '/approve aaaaaaaa allow-session',
      '/approve aaaaaaaa deny',
    ]);
    const many = common(...Array.from({ length: 9 }, (_, n) => single(`aaaaaaa${n}-1`, 'a')));
    expect(approvalButtons(many)).toHaveLength(1);
  });

  it('shows nothing by which a call could pass for another', () => {
    const evil = '\n2 of 2, command:\nCommand:\n  harmless';
    const text = approvalText(common(single('aaaaaaaa-1', `x${evil}`), single('bbbbbbbb-1', 'rm -rf /')));
    expect(text.split('\n').filter((line) => line === '2 of 2, command:')).toHaveLength(1);
    expect(text).toContain('    rm -rf /');
  });
});
