// Runs the tasks through a real gateway: with a scripted model, which says what the plumbing takes, or with a real one.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchGateway, TOKEN, freePort } from '../processes.mjs';
import { loadFakes } from '../fakes.mjs';
import { WireClient } from '../wire-client.mjs';
import { scriptsFor } from './scripts.mjs';
import { TASKS } from './tasks.mjs';

const OWNER = 42;
const GROUP = -100_200;
const SCRIPTED = 'scripted/scripted';
const LIMIT_MS = Number(process.env.OPENCLAW_BENCH_TASK_SECONDS ?? 600) * 1000;

/**
 * @param model `provider/model` of a real one; its key is in the environment, as for any gateway
 * @param only ids of tasks, where not all are wanted
 * @returns for each task whether it was done, and what it took; and what a plain answer takes
 */
export async function runTasks({ model, only, onResult = () => undefined } = {}) {
  const fakes = await loadFakes(['model-server', 'telegram-server', 'caldav-server', 'web-site']);
  const [models, telegram, dav, site] = await Promise.all(
    [fakes.FakeModels, fakes.FakeTelegram, fakes.FakeCalDav, fakes.FakeSite].map((fake) => fake.start()),
  );
  const place = { site: site.url, pagePort: await freePort() };
  fillSite(site);
  const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-agent-bench-'));
  writeConfig(stateDir, { model: model ?? SCRIPTED, models, telegram, dav, site });
  const workspace = join(stateDir, 'workspace');
  mkdirSync(workspace, { recursive: true });
  writeFileSync(join(workspace, 'MEMORY.md'), '# What lasts\n\n- The bike is a blue Puch from 1987.\n');
  const origins = [models.url, telegram.apiRoot, dav.url, site.url].join(',');
  const gateway = await BenchGateway.start(stateDir, origins);
  const client = await WireClient.connect(gateway.port, TOKEN);
  const asked = countQuestions(client);
  const scripts = scriptsFor(place);
  let requested = 0;
  models.answer = (request) => {
    requested += JSON.stringify(request.body).length;
    const task = TASKS.find((each) => request.lastUser.includes(promptOf(each, place)));
    const results = resultsOf(request);
    return {
      steps: [
        task
          ? (scripts[task.id][results.length] ?? (() => ({ text: 'That was more than planned.' })))(results)
          : { text: 'Noted.' },
      ],
    };
  };
  try {
    const plainMs = await plainTurn(client, model ? 3 : 10);
    const results = [];
    for (const task of TASKS.filter(({ id }) => !only || only.includes(id))) {
      const folder = join(workspace, task.id);
      mkdirSync(folder, { recursive: true });
      await task.setUp?.(folder);
      if (task.earlier) await say(client, 'bench-earlier', task.earlier);
      const before = { questions: asked.count, requested };
      const started = performance.now();
      const result = { id: task.id, ok: false, steps: 0, tokens: 0, questions: 0, ms: 0, fault: '' };
      try {
        const sessionKey = task.inGroup
          ? await inGroup({ client, telegram, prompt: promptOf(task, place) })
          : `bench-${task.id}`;
        if (!task.inGroup) await say(client, sessionKey, promptOf(task, place));
        result.ms = performance.now() - started;
        const { messages } = await client.call('chat.history', { sessionKey, limit: 200 });
        const turns = messages.filter(({ role }) => role === 'assistant');
        const answer = textOf(turns.at(-1));
        result.steps = turns.length;
        result.tokens = model
          ? turns.reduce((sum, { usage }) => sum + (usage?.totalTokens ?? 0), 0)
          : Math.round((requested - before.requested) / 4);
        result.questions = asked.count - before.questions + questionsIn(turns);
        const { jobs } = await client.call('cron.list', {});
        result.ok = Boolean(await task.isDone({ folder, answer, place, jobs, events: [...dav.events.values()] }));
        if (!result.ok) result.fault = `the answer was: ${answer.slice(0, 300)}`;
      } catch (error) {
        result.fault = error.message;
      }
      results.push(result);
      onResult(result);
    }
    return { results, plainMs };
  } finally {
    client.close();
    await gateway.stop();
    gateway.remove();
    await Promise.all([models, telegram, dav, site].map((fake) => fake.stop()));
    rmSync(stateDir, { recursive: true, force: true });
  }
}

const promptOf = ({ prompt }, place) => (typeof prompt === 'function' ? prompt(place) : prompt);

function writeConfig(stateDir, { model, models, telegram, dav, site }) {
  const config = {
    gateway: { mode: 'local', auth: { mode: 'token', token: TOKEN } },
    models: {
      providers:
        model === SCRIPTED
          ? { scripted: models.provider('openai-completions', 'scripted', { input: ['text', 'image'] }) }
          : {},
    },
    agents: {
      defaults: { model: { primary: model }, memorySearch: { provider: 'none' }, userTimezone: 'Europe/Vienna' },
    },
    // Unattended: what a person would be asked for is counted where it is a question, and free where it is a command.
    tools: { exec: { security: 'full', ask: 'off' } },
    skills: {
      entries: {
        calendar: { env: { CALDAV_URL: dav.url, CALDAV_USER: dav.user, CALDAV_PASSWORD: dav.password } },
        'youtube-transcripts': { env: { YOUTUBE_BASE_URL: site.url } },
      },
    },
    commands: { ownerAllowFrom: [`telegram:${OWNER}`] },
    channels: {
      telegram: {
        botToken: telegram.token,
        apiRoot: telegram.apiRoot,
        dmPolicy: 'allowlist',
        allowFrom: [OWNER],
        groupPolicy: 'open',
        groups: { '*': {} },
      },
    },
    logging: { level: 'warn', consoleLevel: 'warn' },
  };
  writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify(config), { mode: 0o600 });
}

function fillSite(site) {
  site.html(
    '/maker',
    '<title>Kettle K1</title><main><h1>Kettle K1</h1><p>The kettle K1 holds 1.7 litres and is made of steel. It was first sold in 2024.</p></main>',
  );
  site.html(
    '/test',
    '<title>Test of kettles</title><main><h1>Kettles, tested</h1><p>In our test the kettle K1 boils in 143 seconds, which is the second place of nine.</p></main>',
  );
  site.pages.set('/watch?v=dQw4w9WgXcQ', { type: 'text/html', body: '<script>{"INNERTUBE_API_KEY":"key-1"}</script>' });
  site.json('/youtubei/v1/player', {
    playabilityStatus: { status: 'OK' },
    videoDetails: { title: 'A talk' },
    captions: {
      playerCaptionsTracklistRenderer: {
        captionTracks: [
          { languageCode: 'en', name: { simpleText: 'English' }, baseUrl: `${site.url}/api/timedtext?lang=en` },
        ],
      },
    },
  });
  site.pages.set('/api/timedtext?lang=en', {
    type: 'text/xml',
    body: '<transcript><text start="0" dur="4">Welcome. Today we speak of beekeeping</text><text start="4" dur="3">in small gardens.</text></transcript>',
  });
}

/** What the owner is asked for is answered with yes, and counted. */
function countQuestions(client) {
  const asked = { count: 0 };
  client.on(({ event, payload }) => {
    if (event !== 'exec.approval.requested') return;
    asked.count++;
    client.call('exec.approval.resolve', { id: payload.id, decision: 'allow-once' }).catch(() => undefined);
  });
  return asked;
}

/** Says something and waits for the end of the turn. */
async function say(client, sessionKey, message) {
  const runId = `${sessionKey}-${Date.now()}`;
  await client.call('chat.send', { sessionKey, message, idempotencyKey: runId });
  const outcome = await client.call('agent.wait', { runId, timeoutMs: LIMIT_MS });
  if (outcome.status !== 'ok') throw new Error(`the turn ended as ${outcome.status}: ${outcome.error ?? ''}`);
}

async function inGroup({ client, telegram, prompt }) {
  telegram.say({
    chatId: GROUP,
    fromId: OWNER,
    chatType: 'supergroup',
    chatTitle: 'Dinner',
    text: `@nest_test_bot ${prompt}`,
  });
  const deadline = Date.now() + LIMIT_MS;
  while (telegram.textsIn(GROUP).length === 0) {
    if (Date.now() > deadline) throw new Error('nothing was said in the group');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { sessions } = await client.call('sessions.list', { limit: 100 });
  const session = sessions.find(({ key }) => key.includes(String(GROUP)));
  if (!session) throw new Error('the group has no conversation');
  return session.key;
}

async function plainTurn(client, count) {
  const times = [];
  for (let number = 0; number < count; number++) {
    const started = performance.now();
    await say(client, `plain-${number}`, 'Hello there');
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(count / 2)];
}

function resultsOf({ body, toolResults }) {
  const told = body.messages
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)));
  return toolResults > 0 ? told.slice(-toolResults) : [];
}

const partsOf = (message) => (Array.isArray(message?.content) ? message.content : []);
const textOf = (message) =>
  typeof message?.content === 'string'
    ? message.content
    : partsOf(message)
        .flatMap((part) => (part.type === 'text' ? [part.text] : []))
        .join('\n');
const questionsIn = (turns) =>
  turns.flatMap(partsOf).filter((part) => part.type === 'toolCall' && part.name === 'ask_user').length;
