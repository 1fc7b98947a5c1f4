import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FakeTelegram } from '../fakes/telegram-server';
import { type ModelAnswer, type ModelRequest } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeNode } from './fake-node';
import { GatewayProcess, until } from './gateway-process';
import { longTranscript } from './long-session';
import { spentEarlier } from './spent-earlier';
import { WireClient } from './wire-client';

const ANNA = 501;
const MINUTE_MS = 60_000;
const PRICES = {
  'claude-sonnet-4-5': { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  'gpt-5.2': { input: 1.25, output: 10, cacheRead: 0.125, cacheWrite: 0 },
};
/** What people talk about with an assistant: a question, its answer. */
const TALKS = [
  ['kitchen', 'A new kitchen', 'How wide is the gap for a dishwasher?', 'One of 45 or 60 cm; yours measures 61.'],
  ['bicycle', 'A bicycle for Ben', 'Which frame for somebody of 178 cm?', 'About 56 to 58 cm for a road bike.'],
  ['lisbon', 'Lisbon in March', 'What is the weather like?', 'Mild, 18 °C by day, and some rain.'],
  ['tax', 'Tax return', 'What is missing?', 'Three papers: the wage slip of December, and two receipts.'],
  [
    'tomatoes',
    'Tomatoes and blight',
    'Brown spots on the leaves: what now?',
    'That may be late blight. Take the leaves off.',
  ],
  ['greeting', '', 'مرحبا بالعالم', 'تقول: صباح الخير.'],
  ['letter', 'Letter to the landlord', 'Write that the heating is cold.', 'Dear Sir or Madam,\n\nthe heating …'],
] as const;
const JOBS = [
  ['Morning report', { kind: 'cron', expr: '0 9 * * 1-5' }, 'Say what is in my calendar and what the weather will be.'],
  ['Back up the photos', { kind: 'cron', expr: '30 3 * * *' }, 'Copy new photos to the disk.'],
  ['Water the tomatoes', { kind: 'every', everyMs: 2 * 86_400_000 }, 'Remind me of the tomatoes.'],
  ['Bins', { kind: 'cron', expr: '0 20 * * 3' }, 'Say which bins are emptied tomorrow.'],
  ['Week in review', { kind: 'cron', expr: '0 18 * * 5' }, 'Sum the week up.'],
] as const;
const FILES = {
  'notes/trip-to-graz.md': '# Graz\n\nFriday. Museum, and dinner with Ben.\n',
  'project/sum.js': 'export const sum = (a, b) => a - b;\n',
  'skills/trains/SKILL.md': `---
name: trains
description: Looks up trains and delays. Use when somebody asks how to get somewhere.
metadata: {"openclaw":{"emoji":"🚆","primaryEnv":"TRAINS_KEY","requires":{"env":["TRAINS_KEY"]}}}
---

Ask the timetable.
`,
  'skills/recipes/SKILL.md': `---
name: recipes
description: Finds a recipe for what is in the fridge.
---

Ask what there is.
`,
};

export const PLAN = `Here is the plan for **Friday**:

| What | When | Price |
| --- | --- | ---: |
| Train to Graz (RJ 553) | 09:12 – 11:48 | €39.90 |
| Hotel, one night | from 14:00 | €94.00 |
| Museum | 15:30 | €12.00 |

- [x] looked at your notes
- [ ] seat reservation: shall I make it?`;

/** A gateway as a family has it after some weeks: people, conversations, jobs, costs, files, a machine to use. */
export class Household {
  private constructor(
    readonly telegram: FakeTelegram,
    readonly models: FakeModels,
    readonly gateway: GatewayProcess,
    readonly client: WireClient,
    private readonly node: FakeNode,
  ) {}

  /** @param home folder that stands for the person's own */
  static async start(home: string): Promise<Household> {
    const telegram = await FakeTelegram.start();
    const models = await FakeModels.start();
    models.answer = (request) => answerTo(request);
    const stateDir = join(home, '.openclaw');
    const workspace = join(stateDir, 'workspace');
    for (const [path, text] of Object.entries(FILES)) put(join(workspace, path), text);
    const provider = (api: 'anthropic-messages' | 'openai-responses', id: keyof typeof PRICES): object =>
      models.provider(api, id, { cost: PRICES[id] });
    const gateway = await GatewayProcess.start({
      stateDir,
      config: {
        models: {
          providers: {
            anthropic: provider('anthropic-messages', 'claude-sonnet-4-5'),
            openai: provider('openai-responses', 'gpt-5.2'),
          },
        },
        agents: {
          defaults: { model: { primary: 'anthropic/claude-sonnet-4-5' }, workspace },
          list: [
            { id: 'main', default: true, name: 'Nest' },
            { id: 'garden', name: 'Garden', model: 'openai/gpt-5.2' },
          ],
        },
        usage: {
          budgets: [
            { scope: 'day', window: 'month', costUsd: 40 },
            { name: 'Jobs', scope: 'day', window: 'day', tokens: 200_000 },
            { scope: 'sender', window: 'day', costUsd: 1 },
          ],
        },
        channels: { telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'pairing' } },
      },
      env: { HOME: home },
      ownProcess: true,
    });
    const client = await WireClient.connected(gateway.url, {
      client: { id: 'cli', version: '1', platform: 'linux', mode: 'cli', displayName: 'Anna’s laptop' },
    });
    const node = await FakeNode.connect(
      gateway.url,
      client,
      { platform: 'linux', displayName: 'Attic', commands: ['system.run', 'system.which', 'system.notify'] },
      (command) => (command === 'system.which' ? { bins: { ffmpeg: '/usr/bin/ffmpeg' } } : { ok: true }),
    );
    const household = new Household(telegram, models, gateway, client, node);
    await household.liveIn();
    return household;
  }

  async stop(): Promise<void> {
    this.node.close();
    this.client.close();
    await this.gateway.stop();
    await this.models.stop();
    await this.telegram.stop();
  }

  async say(sessionKey: string, message: string): Promise<void> {
    const runId = `said-${sessionKey}-${message.length}-${Date.now()}`;
    await this.client.done('chat.send', { sessionKey, message, idempotencyKey: runId });
    await this.client.call('agent.wait', { runId, timeoutMs: MINUTE_MS });
  }

  private async liveIn(): Promise<void> {
    const { client, gateway } = this;
    spentEarlier(gateway.stateDir);
    await client.done('secrets.store.set', { name: 'anthropic-api-key', value: 'a-key-that-is-kept' });
    await client.done('secrets.store.set', { name: 'old-search-key', value: 'a-key-of-before' });
    await client.done('sessions.import', { key: 'agent:main:diary', text: longTranscript(60) });
    await client.done('sessions.patch', { key: 'agent:main:diary', label: 'Diary of the garden' });
    for (const [key, label, question] of TALKS) {
      await this.say(`agent:main:${key}`, question);
      if (label !== '') await client.done('sessions.patch', { key: `agent:main:${key}`, label });
    }
    await this.say('main', 'Look at the test run of my project and mend what fails.');
    await this.say('main', 'Plan my trip to Graz on Friday: train, hotel, and what it costs.');
    await this.people();
    await this.jobs();
  }

  private async people(): Promise<void> {
    await this.asks(ANNA, 'Anna Beispiel');
    await this.letIn(ANNA);
    await this.asks(ANNA + 1, 'Ben Muster');
    await this.letIn(ANNA + 1);
    this.telegram.say({ chatId: ANNA + 1, text: 'When does the market open on Saturday?', name: 'Ben Muster' });
    await until('the answer to Ben', () => this.telegram.textsIn(ANNA + 1).some((text) => text.includes('At eight')));
    await this.asks(ANNA + 2, 'Clara Fontaine');
    await this.asks(ANNA + 3, 'Dmitri Weber');
  }

  private async asks(chatId: number, name: string): Promise<void> {
    this.telegram.say({ chatId, text: 'Hello?', name });
    await until(`${name} is told a code`, () => this.telegram.textsIn(chatId).length > 0);
  }

  private async letIn(chatId: number): Promise<void> {
    const { requests } = await this.client.done<{ requests: { code: string; senderId: string }[] }>(
      'channels.pairing.list',
      {},
    );
    const code = requests.find(({ senderId }) => senderId === String(chatId))?.code;
    await this.client.done('channels.pairing.approve', { channel: 'telegram', code });
  }

  private async jobs(): Promise<void> {
    for (const [name, schedule, message] of JOBS) {
      const { id } = await this.client.done<{ id: string }>('cron.add', {
        ...{ name, schedule, sessionTarget: 'isolated' },
        payload: { kind: 'agentTurn', message },
      });
      if (name !== 'Morning report' && name !== 'Back up the photos') continue;
      const { runId } = await this.client.done<{ runId: string }>('cron.run', { id, mode: 'force' });
      await this.client.call('agent.wait', { runId, timeoutMs: MINUTE_MS });
    }
  }
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function answerTo({ lastUser, toolResults }: ModelRequest): ModelAnswer {
  const usage = { input: 7_100 + lastUser.length * 20, output: 620 };
  const told = TALKS.find(([, , question]) => lastUser.includes(question))?.[3];
  if (told !== undefined) return { steps: [{ text: told }], usage };
  if (lastUser.includes('photos'))
    return { steps: [], status: 401, body: { error: { message: 'bad key', type: 'authentication_error' } } };
  if (lastUser.includes('market')) return { steps: [{ text: 'At eight, until noon.' }], usage };
  if (lastUser.includes('calendar')) return { steps: [{ text: 'Two meetings today, and sun.' }], usage };
  if (lastUser.includes('test run')) return { steps: [step(MENDING, toolResults)], usage };
  if (lastUser.includes('Graz')) return { steps: [step(TRAVELLING, toolResults)], usage };
  return { steps: [{ text: 'Done.' }], usage };
}

type Step = ModelAnswer['steps'][number];
const step = (steps: readonly Step[], at: number): Step => steps[Math.min(at, steps.length - 1)] ?? { text: 'Done.' };

const MENDING: readonly Step[] = [
  { tool: { name: 'read', args: { path: 'project/sum.js' } } },
  { tool: { name: 'edit', args: { path: 'project/sum.js', oldText: 'a - b', newText: 'a + b' } } },
  { text: 'It subtracted instead of adding. All 48 tests pass now.' },
];
const TRAVELLING: readonly Step[] = [
  { tool: { name: 'read', args: { path: 'notes/trip-to-graz.md' } } },
  { tool: { name: 'write', args: { path: 'notes/graz-plan.md', content: '# Friday\n\n09:12 RJ 553\n' } } },
  { text: PLAN },
];
