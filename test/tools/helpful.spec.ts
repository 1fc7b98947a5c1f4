import { readFileSync, writeFileSync } from 'node:fs';
import { FakeTelegram } from '../fakes/telegram-server';
import { Answering } from '../harness/answering';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const withSandbox = process.env['TEST_SANDBOX'] ? it : it.skip;

describe('tools that help a model', () => {
  let bench: ToolBench;
  let telegram: FakeTelegram;
  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    bench = await ToolBench.start({
      config: {
        channels: {
          telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [5] },
        },
      },
    });
  });
  afterAll(async () => {
    await bench.stop();
    await telegram.stop();
  });

  const put = (name: string, text: string): void => writeFileSync(bench.workspace(name), text);
  const textOf = (name: string): string => readFileSync(bench.workspace(name), 'utf8');

  it('edit makes several replacements at once, or none, and changes no other byte', async () => {
    put('a.ts', 'let a = 1;\r\nlet b = a;\r\nlet c = a;\nend');
    const edits = [
      { oldText: 'let c', newText: 'const c\n ' },
      { oldText: 'let a', newText: 'const a' },
    ];
    expect(await bench.call('edit', { path: 'a.ts', edits })).toContain('in 2 places, the first at line 1');
    expect(textOf('a.ts')).toBe('const a = 1;\r\nlet b = a;\r\nconst c\n  = a;\nend');
    const before = textOf('a.ts');
    const missing = [
      { oldText: 'end', newText: 'END' },
      { oldText: 'nowhere', newText: 'x' },
    ];
    expect(await bench.call('edit', { path: 'a.ts', edits: missing })).toContain('edits[1].oldText does not occur');
    const twice = [
      { oldText: 'let b', newText: 'x' },
      { oldText: 'b = a', newText: 'y' },
    ];
    expect(await bench.call('edit', { path: 'a.ts', edits: twice })).toContain('change the same passage');
    expect(await bench.call('edit', { path: 'a.ts', edits, oldText: 'a', newText: 'b' })).toContain('not both');
    expect(await bench.call('edit', { path: 'a.ts', oldText: 'a' })).toContain('newText is missing');
    expect(textOf('a.ts')).toBe(before);
  });

  it('edit replaces everywhere where it is asked to, in the words of other programs too', async () => {
    put('b.txt', 'tea, tea\nTEA tea');
    expect(await bench.call('edit', { path: 'b.txt', oldText: 'tea', newText: 'mate' })).toContain('occurs 3 times');
    await bench.call('edit', { file_path: 'b.txt', old_string: 'tea', new_string: 'mate tea', replace_all: 'true' });
    expect(textOf('b.txt')).toBe('mate tea, mate tea\nTEA mate tea');
  });

  it('numbers and lists as text are taken; what is not valid JSON is called so; hidden parameters are not named', async () => {
    put('c.txt', 'one\ntwo\nthree\n');
    expect(await bench.call('read', { path: 'c.txt', offset: '2', limit: '1' })).toContain('two');
    expect(await bench.call('read', { path: 'c.txt', offset: 'two' })).toContain('/offset: must be integer');
    const wrong = await bench.call('cron', { action: 'list', pth: 'x' });
    expect(wrong).toContain("unexpected property 'pth'");
    expect(wrong).not.toMatch(/gatewayToken|\?\./);
    expect(await bench.call('read', { pat: 'c.txt' })).toContain('did you mean "path"? Parameters');
    const told: string[] = [];
    bench.models.answer = ({ toolResults, text }) => {
      if (toolResults > 0) told.push(text);
      return toolResults > 0
        ? { steps: [{ text: 'done' }] }
        : { steps: [{ tool: { name: 'read', args: '{"path": "c.txt' } }] };
    };
    await bench.client.call('chat.send', { sessionKey: 'raw', message: 'go', idempotencyKey: 'raw' });
    await bench.client.call('agent.wait', { runId: 'raw', timeoutMs: 60_000 });
    expect(told.at(-1)).toContain('not valid JSON');
  });

  withSandbox(
    'process waits for output and for the end, and a quiet command is no loop',
    async () => {
      const started = await bench.call('exec', { command: 'sleep 2; echo ready; sleep 60', background: true }, 'waits');
      const [, sessionId = ''] = /as (\w+) /.exec(started) ?? [];
      const first = await bench.call('process', { action: 'poll', sessionId, timeoutMs: 30_000 }, 'waits');
      expect(first).toContain('ready');
      const polls = await bench.turn(
        Array.from({ length: 12 }, () => ({ name: 'process', args: { action: 'poll', sessionId } })),
        { sessionKey: 'waits' },
      );
      expect(polls).toHaveLength(12);
      expect(polls.at(-1)).toContain('timeoutMs');
      await bench.call('process', { action: 'kill', sessionId }, 'waits');
    },
    60_000,
  );

  it('a turn may make 200 calls', async () => {
    const calls = Array.from({ length: 200 }, (_, index) => ({
      name: 'read',
      args: { path: 'c.txt', limit: index + 1 },
    }));
    expect(await bench.turn(calls, { inOneStep: true })).toHaveLength(200);
  });

  it('a reminder is told as one, not as if the person had said it', async () => {
    const heard: string[] = [];
    bench.others = ({ lastUser }) => {
      heard.push(lastUser);
      return { steps: [{ text: 'Your tea is ready.' }] };
    };
    await bench.call('cron', {
      action: 'add',
      job: { schedule: { kind: 'at', at: 'in 1s' }, payload: { kind: 'systemEvent', text: 'The tea is ready' } },
    });
    await until('the reminder', () => heard.some((text) => text.includes('The tea is ready')));
    expect(heard.find((text) => text.includes('The tea is ready'))).toMatch(/^\[from the gateway\] A reminder/);
  });

  it('a reminder in ten minutes is one call of a tool that is at hand', async () => {
    const offered: string[] = [];
    bench.others = ({ body, toolResults }) => {
      offered.push(...((body['tools'] ?? []) as { function: { name: string } }[]).map((tool) => tool.function.name));
      return toolResults > 0
        ? { steps: [{ text: 'I will.' }] }
        : { steps: [{ tool: { name: 'cron', args: { action: 'add', at: '10m', text: 'Take the tea out' } } }] };
    };
    bench.models.answer = (request) => bench.others(request);
    const before = Date.now();
    const asked = bench.models.requests.length;
    await bench.client.call('chat.send', {
      sessionKey: 'tea',
      message: 'Remind me in 10 minutes',
      idempotencyKey: 'tea',
    });
    await bench.client.call('agent.wait', { runId: 'tea', timeoutMs: 20_000 });
    expect(offered).toContain('cron');
    expect(bench.models.requests.length - asked).toBe(2);
    const { payload } = await bench.client.call('cron.list', {});
    const [job] = (payload?.['jobs'] as { payload: { text: string }; schedule: { atMs: number } }[]).filter(
      ({ payload: { text } }) => text === 'Take the tea out',
    );
    expect(job?.schedule.atMs).toBeGreaterThanOrEqual(before + 600_000);
    expect(job?.schedule.atMs).toBeLessThanOrEqual(Date.now() + 600_000);
    bench.others = () => ({ steps: [{ text: 'done' }] });
  }, 30_000);

  it('jobs are taken as JSON of other programs, in parts or whole; what is past, twice or missing is said', async () => {
    const whole = {
      name: 'digest',
      agentId: 'main',
      enabled: true,
      schedule: { kind: 'cron', expr: '0 7 * * *', tz: 'Europe/Berlin', staggerMs: 1000 },
      sessionTarget: 'isolated',
      wakeMode: 'now',
      payload: { kind: 'agentTurn', message: 'Sum up the news', timeoutSeconds: 60 },
      delivery: { mode: 'none', bestEffort: true },
    };
    const answering = new Answering(bench.client, () => 'allow-once');
    const added = await bench.call('cron', { action: 'add', job: whole });
    expect(added).toContain('Set for');
    const [, jobId = ''] = /job ([0-9a-f-]{36})/.exec(added) ?? [];
    // A change says its kind by what it changes.
    expect(
      await bench.call('cron', { action: 'update', id: jobId, patch: { schedule: { at: 'in 3 hours' } } }),
    ).toMatch(/Changed job .*next at/);
    const { payload } = await bench.client.call('cron.list', {});
    expect(payload?.['jobs']).toContainEqual(
      expect.objectContaining({ id: jobId, schedule: expect.objectContaining({ kind: 'at' }) }),
    );
    answering.end();
    const parts = {
      schedule: { at: '20m' },
      payload: { kind: 'systemEvent', text: 'x' },
      sessionTarget: 'main',
      wakeMode: 'now',
    };
    expect(await bench.call('cron', { action: 'add', ...parts })).toContain('Set for');
    expect(await bench.call('cron', { action: 'add', job: { ...parts, agentId: 'other' } })).toContain(
      '"other": jobs are made',
    );
    const past = await bench.call('cron', { action: 'add', at: '2020-01-01T00:00:00Z', text: 'late' });
    expect(past).toMatch(new RegExp(`is in the past: it is \\w+ ${new Date().getFullYear()}-.* now`));
    expect(await bench.call('cron', { action: 'add', at: '10m', text: 'x', job: parts })).toContain('job, or at, text');
    expect(await bench.call('cron', { action: 'add', at: '10m' })).toContain('add needs text');
    expect(await bench.call('cron', { action: 'add' })).toContain('add needs at');
  });

  it('reactions, pins, quotes and edits are about the message at hand; what was sent is known by its id', async () => {
    const calls = [
      { action: 'react', emoji: '👍' },
      { action: 'pin' },
      { action: 'reply', message: 'To this' },
      { action: 'edit', message: 'To this, in other words' },
      { action: 'unsend' },
    ];
    const told: string[] = [];
    let asked = '';
    bench.models.answer = ({ toolResults, lastUser, body }) => {
      if (lastUser.includes('Do things')) asked = lastUser;
      const results = (body['messages'] as { role: string; content: unknown }[]).filter(({ role }) => role === 'tool');
      told.splice(0, told.length, ...results.slice(-toolResults).map(({ content }) => String(content)));
      const args = calls[toolResults];
      return { steps: [args ? { tool: { name: 'message', args } } : { text: 'All done.' }] };
    };
    telegram.say({ chatId: 5, text: 'Do things' });
    await until('the answer', () => telegram.textsIn(5).includes('All done.'), 30_000);
    const [, theirs] = /#(\d+)/.exec(asked) ?? [];
    const [, mine] = /as message (\d+)/.exec(told[2] ?? '') ?? [];
    expect([theirs, mine].every((id) => Number(id) > 0)).toBe(true);
    const paramsOf = (method: string): unknown =>
      telegram.calls.filter((call) => call.method === method).at(-1)?.params;
    expect(paramsOf('setMessageReaction')).toMatchObject({ message_id: Number(theirs) });
    expect(paramsOf('pinChatMessage')).toMatchObject({ message_id: Number(theirs) });
    expect(telegram.calls.find(({ params }) => params['text'] === 'To this')?.params['reply_parameters']).toMatchObject(
      {
        message_id: Number(theirs),
      },
    );
    expect(paramsOf('editMessageText')).toMatchObject({ message_id: Number(mine) });
    expect(paramsOf('deleteMessage')).toMatchObject({ message_id: Number(mine) });
    // Elsewhere there is no message at hand.
    expect(await bench.call('message', { channel: 'telegram', target: '5', action: 'react', emoji: '👍' })).toContain(
      'react needs messageId',
    );
  }, 60_000);

  withSandbox(
    'only the person who was asked answers, with a button where the chat has them',
    async () => {
      const asked: string[] = [];
      bench.models.answer = ({ lastUser, toolResults, text }) => {
        if (text.includes('The answer follows')) asked.push(lastUser);
        if (!text.includes('Clean up')) return { steps: [{ text: 'noted' }] };
        if (toolResults === 0 && !text.includes('The answer follows'))
          return { steps: [{ tool: { name: 'exec', args: { command: 'sleep 1; echo yes', background: true } } }] };
        if (toolResults === 1 && !text.includes('The answer follows'))
          return {
            steps: [{ tool: { name: 'ask_user', args: { question: 'Delete photos?', options: ['Yes, all', 'No'] } } }],
          };
        return { steps: [{ text: 'Fine.' }] };
      };
      telegram.say({ chatId: 5, text: 'Clean up' });
      await until('the question', () => telegram.textsIn(5).some((text) => text.includes('Delete photos?')));
      const question = telegram.calls.find(({ params }) => JSON.stringify(params).includes('Delete photos?'));
      expect(JSON.stringify(question?.params)).toContain('Yes, all');
      // The command ends meanwhile: that is no answer.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect(asked).toEqual([]);
      telegram.say({ chatId: 5, text: 'No, keep them' });
      await until('the answer', () => asked.length > 0);
      expect(asked[0]).toContain('No, keep them');
    },
    60_000,
  );
});
