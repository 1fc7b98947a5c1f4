import { readFileSync, statSync } from 'node:fs';
import { FakeTelegram } from '../fakes/telegram-server';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const OWNER = 5;
const FRIEND = 6;
const GROUP = -100;

/** All commands of the reference but /skill, which comes with the skills. */
const COMMANDS = [
  'activation',
  'allowlist',
  'approve',
  'bash',
  'commands',
  'compact',
  'config',
  'context',
  'debug',
  'dock-discord',
  'dock-slack',
  'dock-telegram',
  'elevated',
  'exec',
  'export-session',
  'help',
  'model',
  'models',
  'name',
  'new',
  'queue',
  'reasoning',
  'reset',
  'restart',
  'send',
  'status',
  'steer',
  'stop',
  'subagents',
  'think',
  'tools',
  'tts',
  'usage',
  'verbose',
  'whoami',
];

describe('chat commands', () => {
  let bench: ToolBench;
  let telegram: FakeTelegram;
  let runs = 0;
  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    bench = await ToolBench.start(
      {
        config: {
          commands: { config: true, debug: true, bash: true },
          session: { identityLinks: { ann: ['telegram:5', 'discord:55'] } },
          messages: { tts: { openai: { apiKey: 'speech-key' } } },
          channels: {
            telegram: {
              botToken: telegram.token,
              apiRoot: telegram.apiRoot,
              dmPolicy: 'allowlist',
              allowFrom: [OWNER],
              groupPolicy: 'allowlist',
              groupAllowFrom: [OWNER, FRIEND],
              groups: { '*': { requireMention: true } },
              streamMode: 'off',
            },
          },
        },
      },
      { reasoning: true, cost: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0 } },
    );
  });
  afterAll(async () => {
    await bench.stop();
    await telegram.stop();
  });

  /** The gateway's own answer to a command, at the page. */
  const give = async (command: string, sessionKey = 'talk'): Promise<string> => {
    const idempotencyKey = `command-${++runs}`;
    const sent = await bench.client.call('chat.send', { sessionKey, message: command, idempotencyKey });
    expect(sent.error).toBeUndefined();
    await bench.client.call('agent.wait', { runId: idempotencyKey, timeoutMs: 60_000 });
    const { payload } = await bench.client.call('chat.history', { sessionKey });
    const last = (payload?.['messages'] as { content: { text: string }[] }[]).at(-1);
    return last?.content[0]?.text ?? '';
  };
  const asked = (): Record<string, unknown> => bench.models.requests.at(-1)?.body ?? {};

  it('are all there, with who may give them', async () => {
    const told = await give('/commands');
    for (const name of COMMANDS) expect(told).toContain(`/${name}`);
    expect(told).toContain('/restart – restart the gateway (owners)');
    expect(await give('/help')).toContain('/commands');
  });

  it('tell how things stand', async () => {
    bench.others = () => ({ steps: [{ text: 'Hello.' }], usage: { input: 500, output: 20 } });
    await bench.turn([], { sessionKey: 'talk', message: 'hello' });
    const status = await give('/status');
    expect(status).toContain('Model: fake/fake-1 (from agents.defaults.model, API key)');
    expect(status).not.toContain('test-key');
    expect(await give('/whoami')).toContain('as owner');
    const context = await give('/context');
    expect(context).toMatch(/further tools: \d+ of 400/);
    expect(context).toMatch(/- files: \d+ of 24000/);
    expect(await give('/context detail')).toContain('- AGENTS.md:');
    const json = JSON.parse((await give('/context json')).replaceAll('```json', '').replaceAll('```', '')) as {
      totals: { systemTokens: number; toolTokens: number };
    };
    expect(json.totals.systemTokens + json.totals.toolTokens).toBeLessThanOrEqual(3700);
    expect(await give('/tools')).toContain('read');
    expect(await give('/tools all')).toContain('voice_call: phone calls are not set up');
    expect(await give('/usage cost')).toContain('This conversation:');
  });

  it('set levels for a conversation, and for one message inside its text', async () => {
    expect(await give('/think high')).toMatch(/^Thinking: high\. It changes nothing for fake\/fake-1/);
    expect(await give('/t')).toContain('Thinking: high');
    expect(await give('/bash poll')).toContain('Which one? Write /bash poll <id>');
    expect(await give('/context')).not.toContain('Files:');
    expect(await give('/context list')).toContain('Files:');
    expect(await give('/context wide')).toContain(
      '"wide" is not known; write /context, /context list, detail or json.',
    );
    expect(await give('/think maximal')).toContain('no level');
    for (const [command, word] of [
      ['/verbose on', 'on'],
      ['/reasoning stream', 'stream'],
      ['/elevated ask', 'ask'],
    ])
      expect(await give(command ?? '')).toContain(word);
    const row = (await bench.client.call('sessions.list', {})).payload?.['sessions'] as Record<string, unknown>[];
    expect(row.find((each) => each['key'] === 'agent:main:talk')).toMatchObject({
      thinkingLevel: 'high',
      verboseLevel: 'on',
      reasoningLevel: 'stream',
      elevatedLevel: 'ask',
    });
    bench.models.answer = () => ({ steps: [{ text: 'fine' }] });
    await bench.client.call('chat.send', {
      sessionKey: 'talk',
      message: '/think low what is tea? /verbose off',
      idempotencyKey: 'inline',
    });
    await bench.client.call('agent.wait', { runId: 'inline', timeoutMs: 60_000 });
    expect(bench.models.requests.at(-1)?.lastUser).toBe('what is tea?');
    expect(await give('/think')).toContain('Thinking: high');
  });

  it('choose models', async () => {
    expect(await give('/model')).toContain('1. fake/fake-1 (in use)');
    expect(await give('/model fake/other', 'models')).toMatch(/^Model: fake\/other\. Be warned: /);
    await bench.turn([], { sessionKey: 'models', message: 'hi' });
    expect(asked()['model']).toBe('other');
    expect(await give('/model nobody/x', 'models')).toContain('none of the models');
    expect(await give('/model default', 'models')).toContain('fake/fake-1');
    expect(await give('/models fake')).toContain('fake/fake-1');
    bench.models.answer = () => ({ steps: [{ text: 'fine' }] });
    await bench.client.call('chat.send', {
      sessionKey: 'models',
      message: '/new fake/third hello you',
      idempotencyKey: 'third',
    });
    await bench.client.call('agent.wait', { runId: 'third', timeoutMs: 60_000 });
    expect(asked()['model']).toBe('third');
    expect(bench.models.requests.at(-1)?.lastUser).toBe('hello you');
  });

  it('keep order in the queue', async () => {
    expect(await give('/queue')).toContain('collect');
    expect(await give('/queue followup debounce:2s cap:5 drop:old', 'queue')).toContain('followup');
    expect(await give('/queue sideways', 'queue')).toContain('not known');
    expect(await give('/queue default', 'queue')).toBe('Queue: default.');
  });

  it('name, export and fork a conversation', async () => {
    expect(await give('/name Tea talk')).toContain('Tea talk');
    expect(await give('/name Tea talk', 'other')).toContain('the name of agent:main:talk already');
    const path = /Kept as (\S+)\./.exec(await give('/export-session html'))?.[1] ?? '';
    const html = readFileSync(bench.workspace(path), 'utf8');
    expect(html).toContain('<title>Tea talk</title>');
    expect(html).toContain('what is tea?');
    expect(statSync(bench.workspace(path)).mode & 0o777).toBe(0o600);
    expect(await give('/export-session pdf')).toContain('no format');
    const forked = await bench.client.call('sessions.create', { key: 'branch', parentSessionKey: 'talk', fork: true });
    expect(forked.error).toBeUndefined();
    await bench.turn([], { sessionKey: 'branch', message: 'only here' });
    expect(bench.models.requests.at(-1)?.text).toContain('what is tea?');
    expect(JSON.stringify((await bench.client.call('chat.history', { sessionKey: 'talk' })).payload)).not.toContain(
      'only here',
    );
  });

  it('show tokens and cost under answers', async () => {
    expect(await give('/usage full', 'priced')).toContain('full');
    bench.models.answer = () => ({ steps: [{ text: 'Dear.' }], usage: { input: 1000, output: 100 } });
    await bench.client.call('chat.send', { sessionKey: 'priced', message: 'go', idempotencyKey: 'priced' });
    await bench.client.call('agent.wait', { runId: 'priced', timeoutMs: 60_000 });
    const final = bench.client.frames.find(
      ({ event, payload }) => event === 'chat' && payload?.['runId'] === 'priced' && payload['state'] === 'final',
    );
    expect(JSON.stringify(final?.payload)).toContain('_1000 in · 100 out · 0 from cache · $0.0012 · fake/fake-1_');
    expect(await give('/usage', 'priced')).toBe('Usage under answers: off.');
  });

  it('show what the model thought, where that is asked for', async () => {
    bench.models.answer = () => ({ steps: [{ reasoning: 'Tea is a plant.' }, { text: 'Yes.' }] });
    const finalOf = async (runId: string): Promise<string> => {
      await bench.client.call('chat.send', { sessionKey: 'thoughts', message: 'is it?', idempotencyKey: runId });
      await bench.client.call('agent.wait', { runId, timeoutMs: 60_000 });
      const final = bench.client.frames.find(
        ({ event, payload }) => event === 'chat' && payload?.['runId'] === runId && payload['state'] === 'final',
      );
      return JSON.stringify(final?.payload);
    };
    expect(await finalOf('thoughts-1')).not.toContain('Tea is a plant.');
    expect(await give('/reasoning on', 'thoughts')).toBe('Reasoning: on.');
    expect(await finalOf('thoughts-2')).toContain('> Tea is a plant.');
  });

  it('make and choose speech', async () => {
    expect(await give('/tts')).toContain('Provider: openai');
    expect(await give('/tts provider elevenlabs')).toContain('not set up yet');
    expect(await give('/tts limit 10')).toContain('no limit');
    expect(await give('/tts on')).toContain('on');
    expect((await bench.client.call('tts.status', {})).payload).toMatchObject({
      enabled: true,
      auto: 'always',
      hasOpenAIKey: true,
    });
    expect((await bench.client.call('tts.disable', {})).payload).toEqual({ enabled: false });
    expect(await give('/tts audio')).toContain('What shall I say');
  });

  it('change the configuration and try settings, for owners, redacted', async () => {
    expect(await give('/config get models.providers.fake')).not.toContain('test-key');
    expect(await give('/config set agents.defaults.timeoutSeconds=120')).toContain('is set');
    expect(readFileSync(`${bench.gateway.stateDir}/openclaw.json`, 'utf8')).toContain('"timeoutSeconds": 120');
    expect(await give('/config set agents.defaults.timeoutSeconds=soon')).toContain('Not changed');
    expect(await give('/debug set agents.defaults.thinkingDefault=high')).toContain('until the next restart');
    expect(await give('/debug show')).toContain('agents.defaults.thinkingDefault');
    expect(readFileSync(`${bench.gateway.stateDir}/openclaw.json`, 'utf8')).not.toContain('thinkingDefault');
    expect(await give('/debug reset')).toContain('as in the file');
    expect(await give('/restart')).toContain('switched off');
  });

  it('run a command on the machine, asked for first', async () => {
    await bench.client.call('chat.send', { sessionKey: 'shell', message: '/elevated full', idempotencyKey: 'full' });
    bench.models.answer = () => ({ steps: [{ text: 'fine' }] });
    const waiting = bench.client.call('chat.send', {
      sessionKey: 'shell',
      message: '! basename /x/shelled',
      idempotencyKey: 'sh',
    });
    await until('the question', async () =>
      JSON.stringify((await bench.client.call('exec.approval.list')).payload).includes('shelled'),
    );
    const [{ id }] = (await bench.client.call('exec.approval.list')).payload as unknown as [{ id: string }];
    await bench.client.call('exec.approval.resolve', { id, decision: 'allow-once' });
    await waiting;
    await bench.client.call('agent.wait', { runId: 'sh', timeoutMs: 60_000 });
    const { payload } = await bench.client.call('chat.history', { sessionKey: 'shell' });
    expect(JSON.stringify(payload)).toContain('shelled');
  });

  it('lists sub-agents and what they said', async () => {
    bench.others = ({ lastUser }) => ({ steps: [{ text: lastUser.includes('count') ? 'Seven.' : 'ok' }] });
    await bench.turn([{ name: 'sessions_spawn', args: { task: 'count the cups', label: 'counter' } }], {
      sessionKey: 'parent',
    });
    await until('the result', async () => (await give('/subagents list', 'parent')).includes('reply'));
    expect(await give('/subagents log 1', 'parent')).toContain('Seven.');
    expect(await give('/subagents info last', 'parent')).toContain('Task: count the cups');
    expect(await give('/subagents stop 9', 'parent')).toContain('no sub-agent');
  });

  it('sum a conversation up when asked, and say when there is nothing to', async () => {
    expect(await give('/compact', 'fresh')).toContain('nothing to sum up');
    expect(await give('/compact', 'talk')).toContain('Not summed up');
  });

  describe('in Telegram', () => {
    const reply = async (from: number, text: string, chatId = from): Promise<string> => {
      const before = telegram.textsIn(chatId).length;
      telegram.say({ chatId, text, fromId: from, ...(chatId < 0 ? { chatType: 'group' as const } : {}) });
      await until(`the answer to ${text}`, () => telegram.textsIn(chatId).length > before);
      return telegram.textsIn(chatId).at(-1) ?? '';
    };

    it('work as at the page, and docks send answers elsewhere only where the person is known', async () => {
      expect(await reply(OWNER, '/whoami')).toContain('as owner');
      expect(await reply(OWNER, '/allowlist')).toContain('direct (configuration): 5');
      expect(await reply(OWNER, '/allowlist add 77')).toContain('77 may write');
      expect(await reply(OWNER, '/allowlist remove 77')).toContain('not write');
      expect(await reply(OWNER, '/dock-discord')).toContain('not set up');
      expect(await reply(OWNER, '/dock_telegram')).toContain('come here');
    });

    it('in a group need no mention from people on the list; owners alone change things', async () => {
      expect(await reply(FRIEND, '/whoami', GROUP)).toContain('Authorised: yes');
      expect(await reply(FRIEND, '/activation always', GROUP)).toContain('for owners');
      expect(await reply(FRIEND, '/exec host=gateway', GROUP)).toContain('Only an owner');
      expect(await reply(OWNER, '/activation always', GROUP)).toContain('everything');
      bench.models.answer = () => ({ steps: [{ text: 'Me too.' }] });
      expect(await reply(FRIEND, 'I like tea', GROUP)).toContain('Me too.');
      expect(await reply(OWNER, '/activation mention', GROUP)).toContain('mentioned');
    });
  });
});
