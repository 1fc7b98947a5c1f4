import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import JSON5 from 'json5';
import { loadDeviceIdentity } from '../../src/gateway/client/device-identity-file';
import { Gate } from '../fakes/model-formats/model-format';
import { BROWSER } from '../harness/browser';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';
import { WireClient } from '../harness/wire-client';

describe('methods that views and tools of others ask for', () => {
  let bench: ToolBench;
  let client: WireClient;
  beforeAll(async () => {
    bench = await ToolBench.start({
      config: {
        hooks: { internal: { enabled: true } },
        ...(BROWSER ? { browser: { executablePath: BROWSER } } : {}),
      },
      env: { OPENCLAW_SKIP_CHANNELS: '1' },
    });
    client = await WireClient.connected(bench.gateway.url, { minProtocol: 4 });
  });
  afterAll(async () => {
    client.close();
    await bench.stop();
  });
  const limited = (...scopes: string[]): Promise<WireClient> =>
    WireClient.connected(bench.gateway.url, { scopes, minProtocol: 4 });

  describe('what there is', () => {
    it('tools.catalog names every tool once, with the profiles that allow it', async () => {
      const { agentId, groups, profiles } = await client.done<{
        agentId: string;
        profiles: { id: string }[];
        groups: { id: string; tools: { id: string; defaultProfiles: string[] }[] }[];
      }>('tools.catalog');
      expect(agentId).toBe('main');
      expect(profiles.map(({ id }) => id)).toEqual(expect.arrayContaining(['minimal', 'coding', 'full']));
      const names = groups.flatMap(({ tools }) => tools.map(({ id }) => id));
      expect(new Set(names).size).toBe(names.length);
      expect(groups.find(({ id }) => id === 'fs')?.tools).toEqual(
        expect.arrayContaining([expect.objectContaining({ id: 'read', defaultProfiles: ['coding', 'full'] })]),
      );
      expect((await client.call('tools.catalog', { agentId: 'nobody' })).error?.details).toEqual({
        code: 'UNKNOWN_AGENT_ID',
      });
    });

    it('tools.effective is what a turn of the conversation has', async () => {
      expect((await client.call('tools.effective', { sessionKey: 'nowhere' })).error?.message).toBe(
        'unknown session key "nowhere"',
      );
      await bench.turn([], { sessionKey: 'tools' });
      const { groups } = await client.done<{ groups: { tools: { id: string }[] }[] }>('tools.effective', {
        sessionKey: 'tools',
      });
      const offered = (
        await client.done<{ tools: { name: string; allowed: boolean; unavailable?: string }[] }>('tools.explain', {
          sessionKey: 'tools',
        })
      ).tools
        .filter(({ allowed, unavailable }) => allowed && unavailable === undefined)
        .map(({ name }) => name);
      expect(groups.flatMap(({ tools }) => tools.map(({ id }) => id)).sort()).toEqual(offered.sort());
    });

    it('models.authStatus says where keys come from and shows none', async () => {
      const answer = await client.done<{ providers: { provider: string }[] }>('models.authStatus');
      expect(answer.providers).toEqual([
        expect.objectContaining({ provider: 'fake', status: 'static', apiKey: { source: 'config' }, profiles: [] }),
      ]);
      const { models } = JSON5.parse<{ models: { providers: { fake: { apiKey: string } } } }>(
        readFileSync(join(bench.gateway.stateDir, 'openclaw.json'), 'utf8'),
      );
      expect(JSON.stringify(answer)).not.toContain(models.providers.fake.apiKey);
    });

    it('hooks.status tells of each hook whether it runs', async () => {
      const { hooks, workspaceDir } = await client.done<{ hooks: Record<string, unknown>[]; workspaceDir: string }>(
        'hooks.status',
      );
      expect(workspaceDir).toBe(bench.workspace());
      expect(hooks.length).toBeGreaterThan(0);
      for (const hook of hooks)
        expect(hook).toMatchObject({ source: 'openclaw-bundled', enabledByConfig: false, loadable: false });
    });

    it('gateway.identity.get is the device of the gateway', async () => {
      const { id, publicKey } = loadDeviceIdentity(bench.gateway.stateDir);
      expect(await client.done('gateway.identity.get')).toEqual({ deviceId: id, publicKey });
    });

    it('system.info and diagnostics.stability are about this process', async () => {
      expect(await client.done('system.info')).toMatchObject({
        port: bench.gateway.port,
        nodeVersion: process.version,
        cpuCount: expect.any(Number),
        diskTotalBytes: expect.any(Number),
      });
      expect(await client.done('diagnostics.stability', { limit: 5 })).toMatchObject({ capacity: 500, dropped: 0 });
    });

    it('diagnostics.lanes and gateway.restart.preflight know what runs', async () => {
      await until('nothing to run', async () => (await client.done('gateway.restart.preflight'))['safe'] === true);
      const gate = new Gate();
      bench.models.answer = () => ({ steps: [{ until: gate }, { text: 'done' }] });
      await client.done('chat.send', { sessionKey: 'busy', message: 'wait here', idempotencyKey: 'busy-1' });
      await until('the turn', () => bench.models.requests.some(({ lastUser }) => lastUser === 'wait here'));
      expect(await client.done('diagnostics.lanes')).toMatchObject({ lanes: [{ lane: 'main', activeCount: 1 }] });
      expect(await client.done('gateway.restart.preflight')).toMatchObject({
        safe: false,
        counts: { embeddedRuns: 1 },
        blockers: [{ kind: 'embedded-run', count: 1 }],
      });
      gate.open();
      await client.done('agent.wait', { runId: 'busy-1', timeoutMs: 30_000 });
    });

    it('doctor.memory.status says why notes are not found by meaning', async () => {
      const answer = await client.done('doctor.memory.status');
      expect(answer).toMatchObject({
        agentId: 'main',
        embedding: { ok: false, error: expect.stringContaining('no embedding provider') },
      });
    });

    it('secrets.reload takes over what is stored, and gives no value', async () => {
      expect(await client.done('secrets.reload')).toEqual({ ok: true, warningCount: expect.any(Number) });
    });
  });

  describe('devices that listen', () => {
    it('have wake words, of which all are told', async () => {
      expect(await client.done('voicewake.get')).toEqual({ triggers: ['openclaw', 'claude', 'computer'] });
      const many = Array.from({ length: 40 }, (_, index) => ` word ${index} `);
      const { triggers } = await client.done<{ triggers: string[] }>('voicewake.set', {
        triggers: [...many, 'x'.repeat(100)],
      });
      expect(triggers).toHaveLength(32);
      expect(triggers[0]).toBe('word 0');
      expect((await client.event('voicewake.changed')).payload).toEqual({ triggers });
      expect(await client.done('voicewake.set', { triggers: [' '] })).toEqual({
        triggers: ['openclaw', 'claude', 'computer'],
      });
      const reader = await limited('operator.read');
      expect((await reader.call('voicewake.set', { triggers: [] })).error).toMatchObject({ code: 'FORBIDDEN' });
      reader.close();
    });

    it('are told when to talk, which on protocol 4 needs a scope of its own', async () => {
      const talker = await limited('operator.talk', 'operator.read');
      expect(await talker.done('talk.mode', { enabled: true, phase: 'listening' })).toMatchObject({
        enabled: true,
        phase: 'listening',
      });
      expect((await client.event('talk.mode')).payload).toMatchObject({ enabled: true });
      talker.close();
      const writer = await limited('operator.write');
      expect((await writer.call('talk.mode', { enabled: true })).error).toMatchObject({ code: 'FORBIDDEN' });
      writer.close();
      const third = await WireClient.connected(bench.gateway.url, { maxProtocol: 3, scopes: ['operator.write'] });
      expect(await third.done('talk.mode', { enabled: false })).toMatchObject({ enabled: false, phase: null });
      third.close();
    });
  });

  describe('browser.request', () => {
    (BROWSER ? it : it.skip)('goes the way of the tool, by the paths of OpenClaw', async () => {
      expect(await client.done('browser.request', { method: 'GET', path: '/' })).toMatchObject({
        ok: true,
        running: false,
      });
      expect(await client.done('browser.request', { method: 'GET', path: '/profiles' })).toMatchObject({
        profiles: [{ name: 'openclaw' }],
      });
      expect((await client.call('browser.request', { method: 'GET', path: '/cookies' })).error?.details).toEqual({
        code: 'BROWSER_PATH_UNKNOWN',
      });
    });

    (BROWSER ? it : it.skip)('reaches no address that the tool may not reach', async () => {
      const wish = { method: 'POST', path: '/tabs/open', body: { url: `http://127.0.0.1:${bench.gateway.port}/` } };
      expect((await client.call('browser.request', wish)).ok).toBe(false);
      const reader = await limited('operator.read');
      expect((await reader.call('browser.request', { method: 'GET', path: '/' })).error).toMatchObject({
        code: 'FORBIDDEN',
      });
      reader.close();
    });
  });

  it('web.login says that it is not there', async () => {
    for (const method of ['web.login.start', 'web.login.wait'])
      expect((await client.call(method, {})).error).toMatchObject({
        code: 'INVALID_REQUEST',
        message: expect.stringContaining('web login provider is not available'),
        details: { code: 'WEB_LOGIN_UNAVAILABLE' },
      });
  });

  describe('wizard', () => {
    type State = {
      sessionId: string;
      done: boolean;
      status: string;
      step?: { id: string; type: string; message: string; sensitive?: boolean; options?: { value: string }[] };
    };
    const config = (): Record<string, never> =>
      JSON5.parse(readFileSync(join(bench.gateway.stateDir, 'openclaw.json'), 'utf8'));

    /** Answers each question by the first rule that fits it; returns the questions. */
    async function walk(rules: [RegExp, unknown][], params = {}): Promise<{ seen: string[]; last: State }> {
      const seen: string[] = [];
      let state = await client.done<State>('wizard.start', params);
      const { sessionId } = state;
      while (!state.done && state.step) {
        const { id, type, message } = state.step;
        seen.push(message);
        const value = type === 'note' ? undefined : rules.find(([words]) => words.test(message))?.[1];
        state = await client.done<State>('wizard.next', { sessionId, answer: { stepId: id, value } });
      }
      return { seen, last: { ...state, sessionId } };
    }

    it('asks what a first set-up needs and writes it at the end, keys into the secret store', async () => {
      const key = 'sk-ant-wizard-0123456789';
      const { last } = await walk([
        [/provider/, 'anthropic'],
        [/key that is there/, false],
        [/API key/, key],
        [/Which model/, 'claude-opus-5-5'],
        [/talk with it/, 'telegram'],
        [/Token of the bot/, '123456:wizard-token'],
        [/Write it/, true],
      ]);
      expect(last).toMatchObject({ done: true, status: 'done' });
      expect(config()).toMatchObject({
        agents: { defaults: { model: { primary: 'anthropic/claude-opus-5-5' } } },
        channels: { telegram: { enabled: true } },
        wizard: { lastRunMode: 'local' },
      });
      const raw = readFileSync(join(bench.gateway.stateDir, 'openclaw.json'), 'utf8');
      expect(raw).not.toContain(key);
      expect(raw).not.toContain('wizard-token');
      expect(await client.done('wizard.status', { sessionId: last.sessionId })).toEqual({ status: 'done' });
    });

    it('takes only answers to the question that waits, and only such as fit it', async () => {
      const { sessionId, step } = await client.done<State>('wizard.start');
      const wrong = { sessionId, answer: { stepId: 'other', value: 'x' } };
      expect((await client.call('wizard.next', wrong)).error?.message).toMatch(/no question "other" waits/);
      const next = await client.done<State>('wizard.next', { sessionId, answer: { stepId: step?.id } });
      const bad = { sessionId, answer: { stepId: next.step?.id, value: 'no-such-provider' } };
      expect((await client.call('wizard.next', bad)).error?.message).toMatch(/must be one of/);
      // Asked again, it is the same question.
      expect((await client.done<State>('wizard.next', { sessionId })).step).toEqual(next.step);
      const before = config();
      expect(await client.done('wizard.cancel', { sessionId })).toEqual({ status: 'cancelled' });
      expect(config()).toEqual(before);
      expect((await client.call('wizard.next', { sessionId, answer: { stepId: 'x' } })).error?.message).toBe(
        'wizard not running',
      );
    });

    it('is one at a time, and knows no other', async () => {
      const { sessionId } = await client.done<State>('wizard.start');
      const other = await WireClient.connected(bench.gateway.url, {
        client: { id: 'cli', version: '1', platform: 'linux', mode: 'cli' },
      });
      expect((await other.call('wizard.start', {})).error).toMatchObject({
        code: 'UNAVAILABLE',
        message: 'wizard already running',
      });
      other.close();
      await client.done('wizard.cancel', { sessionId });
      expect((await client.call('wizard.status', { sessionId: 'none' })).error).toMatchObject({
        message: 'wizard not found',
        details: { code: 'WIZARD_NOT_FOUND' },
      });
      const writer = await limited('operator.read', 'operator.write', 'operator.approvals', 'operator.pairing');
      for (const method of [
        'wizard.start',
        'wizard.next',
        'wizard.cancel',
        'wizard.status',
        'secrets.reload',
        'web.login.start',
      ])
        expect((await writer.call(method, { sessionId: 'x' })).error).toMatchObject({ code: 'FORBIDDEN' });
      writer.close();
    });
  });
});
