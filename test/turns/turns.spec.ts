import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../../src/common/sleep';
import { Gate, type ModelAnswer, type ModelRequest } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { type Frame, WireClient } from '../harness/wire-client';

interface HistoryMessage {
  role: string;
  content: string | { type: string; text?: string }[];
}

const flat = ({ content }: HistoryMessage): string =>
  typeof content === 'string' ? content : content.map((part) => part.text ?? part.type).join('');

describe('turns', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let runs = 0;

  const config = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
    models: {
      providers: {
        fake: models.provider('openai-completions'),
        spare: models.provider('anthropic-messages', 'spare-1'),
      },
    },
    agents: { defaults: { model: { primary: 'fake/fake-1', fallbacks: ['spare/spare-1'] } } },
    ...more,
  });

  beforeAll(async () => {
    models = await FakeModels.start();
    gateway = await GatewayProcess.start({ config: config() });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await models.stop();
  });
  beforeEach(() => {
    models.requests.length = 0;
    models.answer = () => ({ steps: [{ text: 'Hello.' }] });
  });

  const newKey = (): string => `run-${++runs}`;
  const send = (session: string, message: string, more: Record<string, unknown> = {}): Promise<Frame> =>
    client.call('chat.send', { sessionKey: session, message, idempotencyKey: newKey(), ...more });
  const idOf = (answer: Frame): string => String(answer.payload?.['runId']);
  const final = (runId: string): Promise<Frame> =>
    client.event('chat', (payload) => payload['runId'] === runId && payload['state'] !== 'delta');
  const say = async (session: string, message: string, more: Record<string, unknown> = {}): Promise<Frame> =>
    final(idOf(await send(session, message, more)));
  const textOf = (frame: Frame): string => {
    const message = frame.payload?.['message'] as HistoryMessage | undefined;
    return message ? flat(message) : '';
  };
  const history = async (session: string): Promise<string[]> => {
    const { payload } = await client.call('chat.history', { sessionKey: session });
    return (payload?.['messages'] as HistoryMessage[]).map((message) => `${message.role}: ${flat(message)}`);
  };
  const wait = async (runId: string): Promise<Record<string, unknown>> =>
    (await client.call('agent.wait', { runId, timeoutMs: 60_000 })).payload ?? {};
  /** Answers the first request when the gate opens, so that something can happen meanwhile. */
  const slowFirst = (...first: ModelAnswer['steps']): Gate => {
    const gate = new Gate();
    models.answer = ({ index }) =>
      index === 0 ? { steps: [{ until: gate }, ...first] } : { steps: [{ text: `Answer ${index + 1}.` }] };
    return gate;
  };
  const started = (): Promise<void> => until('the model to be asked', () => models.requests.length > 0);

  describe('from question to answer', () => {
    it('streams, ends with the whole text, and is found in the history', async () => {
      const begun = new Gate();
      models.answer = () => ({ steps: [{ text: 'One two ' }, { until: begun }, { text: 'three.' }] });
      const answer = await send('plain', 'Count');
      await client.event('chat', (payload) => payload['runId'] === idOf(answer) && payload['state'] === 'delta');
      begun.open();
      expect(answer.payload).toMatchObject({ runId: expect.any(String), status: 'started' });
      const end = await final(idOf(answer));
      expect(end.payload).toMatchObject({ state: 'final', sessionKey: 'agent:main:plain' });
      expect(textOf(end)).toBe('One two three.');
      const deltas = client.frames.filter(
        (frame) =>
          frame.event === 'chat' && frame.payload?.['runId'] === idOf(answer) && frame.payload['state'] === 'delta',
      );
      expect(deltas.length).toBeGreaterThan(0);
      expect(textOf(deltas[0] as Frame).length).toBeLessThan('One two three.'.length);
      expect(await history('plain')).toEqual(['user: Count', 'assistant: One two three.']);
    });

    it('runs tools on real files and goes on with their results', async () => {
      models.answer = ({ toolResults }) =>
        toolResults === 0
          ? { steps: [{ tool: { name: 'write', args: { path: 'note.txt', content: 'remember the milk' } } }] }
          : toolResults === 1
            ? { steps: [{ tool: { name: 'read', args: { path: 'note.txt' } } }] }
            : { steps: [{ text: 'It is written.' }] };
      expect(textOf(await say('tools', 'Write it down'))).toBe('It is written.');
      expect(readFileSync(join(gateway.stateDir, 'workspace', 'note.txt'), 'utf8')).toBe('remember the milk');
      expect(models.requests.at(-1)?.text).toContain('remember the milk');
    });

    it('tells the model about a tool that does not exist and about wrong arguments', async () => {
      models.answer = ({ toolResults }) =>
        toolResults === 0
          ? { steps: [{ tool: { name: 'fly', args: {} } }, { tool: { name: 'read', args: { path: ['note.txt'] } } }] }
          : { steps: [{ text: 'Sorry.' }] };
      expect(textOf(await say('wrong', 'Fly'))).toBe('Sorry.');
      expect(models.requests.at(-1)?.text).toContain('fly');
      expect(models.requests.at(-1)?.text).toMatch(/path.{0,20}must be string/);
    });

    it('says nothing where the model has nothing to say', async () => {
      models.answer = () => ({ steps: [{ text: 'NO_REPLY' }] });
      const end = await say('silent', 'Just so you know');
      expect(end.payload).toMatchObject({ state: 'final' });
      expect(end.payload).not.toHaveProperty('message');
    });

    it('answers `agent` twice: accepted, then the result', async () => {
      client.send({
        type: 'req',
        id: 'agent-1',
        method: 'agent',
        params: { message: 'Hi', idempotencyKey: newKey(), sessionKey: 'agent-twice' },
      });
      expect((await client.answerTo('agent-1')).payload).toMatchObject({ status: 'accepted' });
      expect((await client.answerTo('agent-1', 2)).payload).toMatchObject({
        status: 'ok',
        summary: 'completed',
        result: {
          payloads: [{ text: 'Hello.' }],
          meta: { agentMeta: { provider: 'fake', model: 'fake-1', usage: { input: 100, output: 10 } } },
        },
      });
    });
  });

  describe('the same key again', () => {
    it('starts nothing new: while it runs, after its end, and after a restart', async () => {
      const asked = slowFirst({ text: 'Once.' });
      const params = { sessionKey: 'idempotent', message: 'Do it once', idempotencyKey: newKey() };
      await client.call('chat.send', params);
      await started();
      const during = await Promise.all(Array.from({ length: 20 }, () => client.call('chat.send', params)));
      expect(new Set(during.map((answer) => answer.payload?.['status']))).toEqual(new Set(['in_flight']));
      asked.open();
      await final(params.idempotencyKey);
      expect((await client.call('chat.send', params)).payload).toEqual({ runId: params.idempotencyKey, status: 'ok' });

      await gateway.signal('SIGKILL');
      client.close();
      gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
      client = await WireClient.connected(gateway.url);
      expect((await client.call('chat.send', params)).payload).toEqual({ runId: params.idempotencyKey, status: 'ok' });
      expect(models.requests).toHaveLength(1);
      expect(await history('idempotent')).toEqual(['user: Do it once', 'assistant: Once.']);
    });
  });

  describe('what comes while a turn runs', () => {
    it('is answered together after it (collect)', async () => {
      const sent = slowFirst({ text: 'First.' });
      const first = await send('collect', 'one');
      await started();
      const later = [await send('collect', 'two'), await send('collect', 'three')];
      sent.open();
      await final(idOf(first));
      await Promise.all(later.map((answer) => wait(idOf(answer))));
      expect(models.requests).toHaveLength(2);
      expect(models.requests[1]?.text).toMatch(/two.*three/);
    });

    it('is answered whole, however much it is (collect)', async () => {
      slowFirst({ text: 'Never seen.' });
      const first = await send('crowd', 'one');
      await started();
      const later: Frame[] = [];
      for (let count = 0; count < 130; count++) later.push(await send('crowd', `more ${count}`));
      await client.call('chat.abort', { sessionKey: 'crowd', runId: idOf(first) });
      expect(await wait(idOf(later.at(-1) as Frame))).toMatchObject({ status: 'ok' });
      expect(models.requests.at(-1)?.text).toContain('more 129');
    });

    it('is taken back whole, however much it is', async () => {
      slowFirst({ text: 'Never seen.' });
      await send('crowd-back', 'one');
      await started();
      for (let count = 0; count < 130; count++) await send('crowd-back', `more ${count}`);
      const { payload } = await client.call('chat.abort', { sessionKey: 'crowd-back' });
      expect(payload?.['runIds']).toHaveLength(131);
      await until('the end', async () => (await send('crowd-back', '/status')).ok === true);
      expect(models.requests).toHaveLength(1);
    });

    it('is answered one by one (followup)', async () => {
      const sent = slowFirst({ text: 'First.' });
      await send('followup', 'one');
      await started();
      const later = [
        await send('followup', 'two', { queueMode: 'followup' }),
        await send('followup', 'three', { queueMode: 'followup' }),
      ];
      sent.open();
      await Promise.all(later.map((answer) => wait(idOf(answer))));
      expect(models.requests.map((request) => request.lastUser)).toEqual(['one', 'two', 'three']);
    });

    it('joins the running turn (steer)', async () => {
      const joined = new Gate();
      models.answer = ({ index }) =>
        index === 0
          ? { steps: [{ until: joined }, { tool: { name: 'ls', args: {} } }] }
          : { steps: [{ text: 'Both done.' }] };
      const first = await send('steer', 'one');
      await started();
      const second = await send('steer', 'and two', { queueMode: 'steer' });
      joined.open();
      expect(textOf(await final(idOf(first)))).toBe('Both done.');
      expect(await wait(idOf(second))).toMatchObject({ status: 'ok' });
      expect(models.requests).toHaveLength(2);
      expect(models.requests[1]?.lastUser).toBe('and two');
    });

    it('stops the running turn (interrupt)', async () => {
      slowFirst({ text: 'Never seen.' });
      const first = await send('interrupt', 'one');
      await started();
      const second = await send('interrupt', 'no, two', { queueMode: 'interrupt' });
      expect((await final(idOf(first))).payload).toMatchObject({ state: 'aborted' });
      expect(textOf(await final(idOf(second)))).toBe('Answer 2.');
    });

    it('does not hold up other sessions', async () => {
      const answered = new Gate();
      models.answer = ({ lastUser }) =>
        lastUser === 'slow' ? { steps: [{ until: answered }, { text: 'Late.' }] } : { steps: [{ text: 'At once.' }] };
      const slow = await send('lane-a', 'slow');
      expect(textOf(await say('lane-b', 'quick'))).toBe('At once.');
      expect(
        client.frames.some((frame) => frame.payload?.['runId'] === idOf(slow) && frame.payload['state'] === 'final'),
      ).toBe(false);
      answered.open();
      await final(idOf(slow));
    });
  });

  describe('ends before its time', () => {
    it('by chat.abort: what was said stays, the model is left, the next message is answered', async () => {
      models.answer = ({ index }) =>
        index === 0 ? { steps: [{ text: 'I was about to ' }, { stall: true }] } : { steps: [{ text: 'Fresh.' }] };
      const first = await send('abort', 'Tell me');
      await client.event('chat', (payload) => payload['runId'] === idOf(first) && payload['state'] === 'delta');
      expect((await client.call('chat.abort', { sessionKey: 'abort' })).payload).toEqual({
        ok: true,
        aborted: true,
        runIds: [idOf(first)],
      });
      expect((await final(idOf(first))).payload).toMatchObject({ state: 'aborted', stopReason: 'rpc' });
      expect(await history('abort')).toEqual(['user: Tell me', 'assistant: I was about to ']);
      expect(textOf(await say('abort', 'Again'))).toBe('Fresh.');
      expect((await client.call('chat.abort', { sessionKey: 'abort' })).payload).toEqual({
        ok: true,
        aborted: false,
        runIds: [],
      });
    });

    it('by /stop, with everything that waits', async () => {
      models.answer = () => ({ steps: [{ stall: true }] });
      const first = await send('stop', 'one');
      await started();
      const waiting = await send('stop', 'two');
      const answer = await send('stop', '/stop');
      expect(answer.payload).toMatchObject({ aborted: true, runIds: [idOf(first), idOf(waiting)] });
      await final(idOf(first));
      expect(models.requests).toHaveLength(1);
    });

    it('at its deadline', async () => {
      models.answer = () => ({ steps: [{ text: 'Well, ' }, { stall: true }] });
      const end = await say('deadline', 'Take your time', { timeoutMs: 400 });
      expect(end.payload).toMatchObject({ state: 'aborted', stopReason: 'timeout' });
      expect(await history('deadline')).toEqual(['user: Take your time', 'assistant: Well, ']);
    });

    it('when the model runs in circles', async () => {
      models.answer = () => ({ steps: [{ tool: { name: 'ls', args: {} } }] });
      const end = await say('circles', 'Look');
      expect(end.payload).toMatchObject({
        state: 'error',
        errorMessage: 'stopped: the model repeated ls 5 times with the same result',
      });
      expect(models.requests).toHaveLength(5);
      expect(models.requests[3]?.text).toContain('You have made this call 3 times with the same result');
    });
  });

  describe('a model that fails', () => {
    const by = (request: ModelRequest): 'fake' | 'spare' => (request.model === 'spare-1' ? 'spare' : 'fake');

    it('hands over to the next one, and the answer says which', async () => {
      models.answer = (request) =>
        by(request) === 'fake' ? { steps: [], status: 401 } : { steps: [{ text: 'From the spare.' }] };
      const end = await say('fallback', 'Hi');
      // Nobody notices a key that is refused for good, so it is told: once.
      expect(textOf(end)).toMatch(/^From the spare\.\n\n_fake\/fake-1 refuses its key; .*spare\/spare-1 answers\._$/);
      expect(models.requests.map(by)).toEqual(['fake', 'spare']);
      // The one that refused rests for a while.
      models.requests.length = 0;
      expect(textOf(await say('fallback', 'Hi again'))).toBe('From the spare.');
      expect(models.requests.map(by)).toEqual(['spare']);
      await gateway.signal('SIGTERM');
      client.close();
      gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
      client = await WireClient.connected(gateway.url);
    });

    it('is asked again when it was only overloaded', async () => {
      models.answer = ({ index }) => (index === 0 ? { steps: [], status: 503 } : { steps: [{ text: 'Now.' }] });
      expect(textOf(await say('overload', 'Hi'))).toBe('Now.');
      expect(models.requests.map(by)).toEqual(['fake', 'fake']);
    });

    it('is never asked again once something was said', async () => {
      models.answer = () => ({ steps: [{ text: 'The first half' }, { waitMs: 100 }, { cut: true }] });
      const end = await say('cut', 'Hi');
      expect(end.payload).toMatchObject({ state: 'error', errorMessage: expect.stringMatching(/^fake\/fake-1 /) });
      expect(models.requests).toHaveLength(1);
      await gateway.signal('SIGTERM');
      client.close();
      gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
      client = await WireClient.connected(gateway.url);
    });

    it('ends the turn with a sentence for people when nobody else is left', async () => {
      models.answer = () => ({ steps: [], status: 401, body: { error: { message: 'bad key test-key' } } });
      const end = await say('nobody', 'Hi');
      expect(end.payload).toMatchObject({
        state: 'error',
        errorMessage: 'spare/spare-1 refused the credentials; check the API key (HTTP 401)',
      });
      expect(gateway.log).not.toContain('bad key test-key');
    });
  });

  it('goes on after a kill from where it was, without doing anything twice', async () => {
    await gateway.signal('SIGTERM');
    client.close();
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    client = await WireClient.connected(gateway.url);
    models.answer = ({ toolResults }) =>
      toolResults === 0
        ? { steps: [{ tool: { name: 'exec', args: { command: 'echo once >> ledger.txt' } } }] }
        : models.requests.length < 3
          ? { steps: [{ stall: true }] }
          : { steps: [{ text: 'Done after all.' }] };
    const runId = idOf(await send('killed', 'Do it'));
    await until('the second step', () => models.requests.length === 2);
    await gateway.signal('SIGKILL');
    client.close();
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    client = await WireClient.connected(gateway.url);
    expect(await wait(runId)).toMatchObject({ status: 'ok' });
    expect(await history('killed')).toEqual([
      'user: Do it',
      expect.stringMatching(/^assistant: toolCall/i),
      expect.stringMatching(/^toolResult/),
      'assistant: Done after all.',
    ]);
    const ledger = join(gateway.stateDir, 'workspace', 'ledger.txt');
    expect(existsSync(ledger) && readFileSync(ledger, 'utf8')).toBe('once\n');
  });

  it('does not take the time the gateway was away off a turn', async () => {
    models.requests.length = 0;
    models.answer = () => (models.requests.length < 2 ? { steps: [{ stall: true }] } : { steps: [{ text: 'Back.' }] });
    const runId = idOf(await send('away', 'Think', { timeoutMs: 1500 }));
    await until('the model is asked', () => models.requests.length === 1);
    await gateway.signal('SIGKILL');
    client.close();
    await sleep(1600);
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    client = await WireClient.connected(gateway.url);
    expect(await wait(runId)).toMatchObject({ status: 'ok' });
    expect(await history('away')).toEqual(['user: Think', 'assistant: Back.']);
  });

  it('tells whoever waits for a message that joined a running turn of its end, also after a kill', async () => {
    models.requests.length = 0;
    const [joined, back] = [new Gate(), new Gate()];
    models.answer = ({ toolResults }) =>
      toolResults === 0
        ? { steps: [{ until: joined }, { tool: { name: 'ls', args: {} } }] }
        : models.requests.length < 3
          ? { steps: [{ stall: true }] }
          : { steps: [{ until: back }, { text: 'Both done.' }] };
    const first = idOf(await send('steered', 'one'));
    await until('the model is asked', () => models.requests.length === 1);
    const second = idOf(await send('steered', 'and two', { queueMode: 'steer' }));
    joined.open();
    await until('both are in it', () => models.requests.at(-1)?.lastUser === 'and two');
    await gateway.signal('SIGKILL');
    client.close();
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    client = await WireClient.connected(gateway.url);
    back.open();
    const [ofFirst, ofSecond] = await Promise.all([wait(first), wait(second)]);
    expect([ofFirst, ofSecond]).toMatchObject([{ status: 'ok' }, { status: 'ok' }]);
    // Those that look at events hear of both, too.
    expect((await final(second)).payload).toMatchObject({ state: 'final' });
  });
});
