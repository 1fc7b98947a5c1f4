import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TEST_TOKEN, until } from '../harness/gateway-process';
import { type CliResult, runCli } from '../harness/run-cli';
import { ToolBench } from '../harness/tool-bench';

/** A plugin as they are published for OpenClaw: TypeScript in ES modules, its functions from the plugin SDK. */
const PACKAGE = {
  'package.json': JSON.stringify({
    name: 'openclaw-garden',
    version: '1.4.0',
    type: 'module',
    main: 'index.ts',
    openclaw: { extensions: ['./index.ts'] },
    peerDependencies: { openclaw: '>=2026.1.0' },
  }),
  'openclaw.plugin.json': JSON.stringify({
    id: 'garden',
    name: 'Garden',
    description: 'Looks after plants.',
    skills: ['./skills'],
    configSchema: {
      type: 'object',
      additionalProperties: false,
      properties: { plant: { type: 'string' }, weather: { type: 'string' } },
    },
    uiHints: { plant: { label: 'Plant' } },
  }),
  'src/water.ts': `import { jsonResult, readStringParam, readNumberParam } from 'openclaw/plugin-sdk/core';
import type { OpenClawPluginApi } from 'openclaw/plugin-sdk';
export function waterTool(api: OpenClawPluginApi) {
  return (ctx: { sessionKey?: string; agentId?: string }) => ({
    name: 'waterPlant',
    label: 'Water',
    description: 'Waters a plant',
    parameters: { type: 'object', properties: { plant: { type: 'string' }, litres: { type: 'number' } }, required: ['plant'] },
    async execute(_id: string, params: Record<string, unknown>) {
      const plant = readStringParam(params, 'plant', { required: true });
      const litres = readNumberParam(params, 'litres') ?? 1;
      return jsonResult({ plant, litres, favourite: api.pluginConfig?.plant, session: ctx.sessionKey });
    },
  });
}`,
  'index.ts': `import { definePluginEntry, stringEnum, somethingElse } from 'openclaw/plugin-sdk';
import type { OpenClawPluginApi } from 'openclaw/plugin-sdk';
import { waterTool } from './src/water.js';

enum Season { Spring = 'spring', Autumn = 'autumn' }
let served = 0;
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

export default definePluginEntry({
  id: 'garden',
  register(api: OpenClawPluginApi) {
    const diary = api.runtime.state.openKeyedStore({ namespace: 'garden.diary' });
    api.registerTool(waterTool(api));
    api.registerTool({
      name: 'garden_diary', description: 'Notes what was done', parameters: { type: 'object', properties: { season: stringEnum(Object.values(Season)), note: { type: 'string' } } },
      async execute(_id, { season, note }) {
        if (note) await diary.register(season, note);
        return text(JSON.stringify(await diary.list()) + ' services: ' + served);
      },
    }, { optional: true });
    api.registerTool({
      name: 'garden_weather', description: 'Asks for the weather', parameters: { type: 'object', properties: {} },
      async execute() {
        const answer = await fetch(api.pluginConfig.weather + '/today', { method: 'PUT', body: JSON.stringify({ for: 'garden' }) });
        return text(answer.status + ' ' + (await answer.json()).sky);
      },
    });
    api.registerTool({
      name: 'garden_odd', description: 'Needs what is not there', parameters: { type: 'object', properties: {} },
      execute: async () => somethingElse(),
    });
    api.registerService({ id: 'gardener', start: async ({ stateDir }) => { served++; api.logger.info('the gardener is here, ' + typeof stateDir); } });
    api.registerGatewayMethod('garden.plants', ({ params, respond }) => {
      if (params.fail) respond(false, undefined, { code: 'UNAVAILABLE', message: 'no plants' });
      else setTimeout(() => respond(true, { plants: ['rose'], token: api.config.gateway?.auth?.token }), 1);
    });
    api.registerMemoryCapability({});
    api.registerCommand({ name: 'garden', description: 'How the garden is', requireAuth: true, handler: async (ctx) => ({ text: 'The garden of ' + ctx.channel + ' has ' + (ctx.args || 'nothing') }) });
    api.registerHttpRoute({ path: '/garden/hook', auth: 'plugin', handler: async (req, res) => {
      let body = ''; for await (const piece of req) body += piece;
      res.writeHead(202, { 'content-type': 'text/x-leaf', 'x-leaf': [req.method, req.headers['x-secret']].join(' ') });
      res.end(req.url + ' ' + body.toUpperCase());
    } });
    api.registerHttpRoute({ path: '/garden/own', match: 'prefix', handler: (req, res) => { res.end('login: ' + (req.headers.authorization ?? 'kept')); } });
    api.registerHttpRoute({ path: '/health', auth: 'plugin', handler: (req, res) => { res.end('mine'); } });
    api.on('before_prompt_build', async (_event, ctx) => ({ prependContext: 'It is spring for ' + ctx.agentId }), { priority: 5 });
    api.on('before_tool_call', async (event) => event.toolName === 'garden_diary' && event.params.note === 'poison' ? { block: true, blockReason: 'no poison' } : undefined);
    api.on('before_tool_call', async (event) => event.params.plant === 'nettle' ? { params: { plant: 'mint' } } : undefined);
    api.on('agent_end', async (event) => { await diary.register('ended', event.success); });
    api.on('llm_output', () => undefined);
    api.registerHook('message:received', async (event) => { await diary.register('heard', event.type + ' ' + event.action); });
    api.registerTool({ name: 'garden_run', description: 'Starts a program', parameters: { type: 'object', properties: { argv: { type: 'array' } } },
      execute: async (_id, { argv }) => text(JSON.stringify(await api.runtime.system.runCommandWithTimeout(argv, { timeoutMs: 5000 }))) });
    api.registerTool({ name: 'garden_tell', description: 'Says something', parameters: { type: 'object', properties: {} },
      execute: async () => { api.runtime.system.enqueueSystemEvent('the roses bloom', { sessionKey: 'agent:main:main' }); return text('told'); } });
  },
});`,
};

describe('plugins made for OpenClaw', () => {
  let bench: ToolBench;
  let folder: string;
  let weather: Server;
  let weatherUrl: string;
  const asked: string[] = [];

  const cli = (...args: string[]): Promise<CliResult> =>
    runCli(args, {
      env: {
        PATH: process.env['PATH'] ?? '',
        OPENCLAW_STATE_DIR: bench.gateway.stateDir,
        OPENCLAW_GATEWAY_PORT: String(bench.gateway.port),
      },
      timeoutMs: 300_000,
    });
  const write = (name: string, files: Record<string, string>): string => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name, file)), { recursive: true });
      writeFileSync(join(folder, name, file), text);
    }
    return join(folder, name);
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-made-'));
    asked.length = 0;
    weather = createServer((request, response) => {
      request.on('data', (piece: Buffer) => asked.push(`${request.method} ${request.url} ${piece.toString()}`));
      request.on('end', () => response.end('{"sky":"blue"}'));
    });
    await new Promise<void>((done) => weather.listen(0, '127.0.0.1', done));
    weatherUrl = `http://127.0.0.1:${(weather.address() as AddressInfo).port}`;
    bench = await ToolBench.start({ config: { gateway: { reload: { mode: 'hot' } } } });
  });
  afterEach(async () => {
    await bench.stop();
    weather.closeAllConnections();
    await new Promise((done) => weather.close(done));
    rmSync(folder, { recursive: true, force: true });
  });

  it('run unchanged: their tools, methods, services, stores and settings', async () => {
    const installed = await cli('plugins', 'install', write('garden', PACKAGE));
    expect(installed.stdout).toContain('garden is in');
    // Until it is enabled nothing of it was run, so nobody knows what it brings.
    expect((await cli('plugins', 'list')).stdout).toMatch(/no: it is off/);
    const wrong = await cli('config', 'set', 'plugins.entries.garden.config', '{"colour":"red"}');
    expect(wrong.code).toBe(0);
    expect((await cli('plugins', 'enable', 'garden')).stderr).toContain('additional properties (colour)');
    await cli('config', 'set', 'plugins.entries.garden.config', `{"plant":"rose","weather":"${weatherUrl}"}`);
    await cli('config', 'set', 'plugins.entries.garden.harmlessTools', '["*"]');
    const enabled = await cli('plugins', 'enable', 'garden');
    expect(enabled.stdout).toContain(
      'tools: waterplant, garden_diary, garden_weather, garden_odd, garden_run, garden_tell',
    );
    expect(enabled.stdout).toContain('has no effect here: registerMemoryCapability, hook llm_output');
    await bench.restart();

    const watered = await bench.call('waterplant', { plant: 'fern', litres: 2 });
    expect(watered).toContain('"plant": "fern"');
    expect(watered).toContain('"favourite": "rose"');
    expect(watered).toMatch(/"session": "agent:main:/);
    expect(await bench.call('waterplant', { litres: 2 })).toContain("must have required property 'plant'");

    expect(await bench.call('garden_diary', { season: 'spring', note: 'sown' })).toContain('"value":"sown"');
    // What a plugin keeps outlives its process; its service is started once for each.
    await bench.restart();
    expect(await bench.call('garden_diary', {})).toContain('"key":"spring","value":"sown"');
    expect(await bench.call('garden_diary', {})).toContain('services: 1');

    const { payload } = await bench.client.call('garden.plants', {});
    expect(payload).toMatchObject({ plants: ['rose'] });
    expect(JSON.stringify(payload)).not.toContain(TEST_TOKEN);
    const failed = await bench.client.call('garden.plants', { fail: true });
    expect(failed.error?.message).toContain('no plants');
    expect(await bench.call('garden_odd', {})).toContain('openclaw/plugin-sdk: somethingElse is not offered here');
  });

  it('reach the hosts that the owner grants, and no other', async () => {
    await cli('plugins', 'install', write('garden', PACKAGE));
    await cli('config', 'set', 'plugins.entries.garden.config', `{"weather":"${weatherUrl}"}`);
    await cli('config', 'set', 'plugins.entries.garden.harmlessTools', '["*"]');
    await cli('plugins', 'enable', 'garden');
    await bench.restart();
    expect(await bench.call('garden_weather', {})).toContain(
      'plugins.entries.garden.grants.hosts does not name 127.0.0.1',
    );
    await cli('config', 'set', 'plugins.entries.garden.grants.hosts', `["${weatherUrl}"]`);
    await bench.restart();
    expect(await bench.call('garden_weather', {})).toContain('200 blue');
    expect(asked).toEqual(['PUT /today {"for":"garden"}']);
  });

  it('take part: commands, addresses, hooks, programs and notes', async () => {
    await cli('plugins', 'install', write('garden', PACKAGE));
    // Its hook puts words of its own before each turn, after which whatever may reach somebody is asked for.
    await cli('config', 'set', 'plugins.entries.garden.harmlessTools', '["*"]');
    await cli('plugins', 'enable', 'garden');
    await bench.restart();
    const { gateway } = bench;

    const hooked = await fetch(`${gateway.http}/garden/hook?x=1`, {
      method: 'POST',
      body: 'leaf',
      headers: { 'x-secret': 'moss' },
    });
    expect([hooked.status, hooked.headers.get('content-type'), hooked.headers.get('x-leaf')]).toEqual([
      202,
      'text/x-leaf',
      'POST moss',
    ]);
    expect(await hooked.text()).toBe('/garden/hook?x=1 LEAF');
    const own = `${gateway.http}/garden/own/x`;
    expect((await fetch(own)).status).toBe(401);
    const admitted = await fetch(own, { headers: { authorization: `Bearer ${TEST_TOKEN}` } });
    expect(await admitted.text()).toBe('login: kept');
    // What is the gateway's own stays so.
    expect(await (await fetch(`${gateway.http}/health`)).text()).not.toBe('mine');
    expect((await fetch(`${gateway.http}/garden/hooky`)).status).toBe(404);

    expect(await bench.call('waterplant', { plant: 'nettle' })).toContain('"plant": "mint"');
    expect(await bench.call('garden_diary', { season: 'spring', note: 'poison' })).toContain(
      'plugin garden does not let it: no poison',
    );
    expect(JSON.stringify(bench.models.requests.at(-1))).toContain('It is spring for main');
    await until('the end of a turn', async () => {
      const kept = await bench.call('garden_diary', {});
      return kept.includes('"key":"ended","value":true') && kept.includes('"value":"message received"');
    });

    expect(await bench.call('garden_run', { argv: ['echo', 'hi'] })).toContain('grants.programs does not name echo');
    await cli('config', 'set', 'plugins.entries.garden.grants.programs', '["/bin/sh"]');
    const script = 'echo out; echo err >&2; exit 3';
    await until(
      'the grant',
      async () => !(await bench.call('garden_run', { argv: ['/bin/sh', '-c', script] })).includes('does not name'),
    );
    if (process.env['TEST_SANDBOX']) {
      const ran = await bench.call('garden_run', { argv: ['/bin/sh', '-c', script] });
      expect(ran).toContain('"stdout":"out\\n","stderr":"err\\n","code":3');
    }
    await bench.call('garden_tell', {});
    await until('the note', () => JSON.stringify(bench.models.requests).includes('the roses bloom'));
    await bench.client.call('chat.send', { sessionKey: 'main', message: '/garden roses', idempotencyKey: 'g1' });
    await until('the answer of the command', async () => {
      const { payload } = await bench.client.call('chat.history', { sessionKey: 'main' });
      return JSON.stringify(payload).includes('has roses');
    });
  });

  it('are not taken for loaded when they were not run, were changed, or can not run here', async () => {
    const source = write('garden', PACKAGE);
    await cli('plugins', 'install', source);
    await cli('config', 'set', 'plugins.entries.garden.enabled', 'true');
    expect((await cli('plugins', 'doctor')).stdout).toContain('garden: nobody has looked at its files');
    await cli('plugins', 'enable', 'garden');
    // What was learned of it is not anybody's to write.
    writeFileSync(join(bench.gateway.stateDir, 'plugins', '.brings', 'garden.json'), '{"tools":[]}');
    expect((await cli('plugins', 'list')).stdout).toContain('its program was not run yet to learn what it brings');

    write('broken', {
      'package.json': JSON.stringify({ openclaw: { extensions: ['./index.ts'] } }),
      'openclaw.plugin.json': JSON.stringify({ id: 'broken', configSchema: { type: 'object' } }),
      'index.ts': `import { execFileSync } from 'node:child_process';
export default (api: { registerTool: (tool: object) => void }) => { execFileSync('id'); api.registerTool({}); };`,
    });
    await cli('plugins', 'install', join(folder, 'broken'));
    const refused = await cli('plugins', 'enable', 'broken');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/broken is made for OpenClaw and can't be run here: .*restricted/s);

    const channel = { 'package.json': JSON.stringify({ openclaw: { extensions: ['./index.ts'] } }), 'index.ts': '' };
    const manifest = (facts: object): string =>
      JSON.stringify({ id: 'post', configSchema: { type: 'object' }, ...facts });
    write('post', { ...channel, 'openclaw.plugin.json': manifest({ channels: ['post'] }) });
    const declared = await cli('plugins', 'install', join(folder, 'post'));
    expect(declared.stderr).toContain('channels made for OpenClaw are not run here');
    write('late', {
      ...channel,
      'openclaw.plugin.json': manifest({}),
      'index.ts': `export default { register: (api: any) => api.registerChannel({ plugin: { id: 'post' } }) };`,
    });
    await cli('plugins', 'install', join(folder, 'late'));
    expect((await cli('plugins', 'enable', 'post')).stderr).toContain('it brings the channel post for OpenClaw');
  });

  interface Published {
    name: string;
    id: string;
    tool: string;
    params?: object;
    /** What of it is set before it is enabled; `server` is the address of one that answers everything. */
    settings?: (server: string) => Record<string, unknown>;
    expected: RegExp;
  }
  const published: readonly Published[] = [
    {
      name: '@ollama/openclaw-web-search',
      id: 'openclaw-web-search',
      tool: 'ollama_web_search',
      params: { query: 'x' },
      expected: /grants\.hosts does not name 127\.0\.0\.1/,
    },
    {
      name: '@projectavatar/openclaw-avatar',
      id: 'openclaw-avatar',
      tool: 'avatar_commands',
      params: { action: 'status' },
      expected: /avatar/i,
    },
    {
      name: '@happycastle/oh-my-openclaw',
      id: 'oh-my-openclaw',
      tool: 'omoc_todo_create',
      params: { content: 'sow' },
      expected: /sow/,
    },
    {
      name: '@calltelemetry/openclaw-linear',
      id: 'openclaw-linear',
      tool: 'dispatch_history',
      params: { query: 'x' },
      expected: /./,
    },
    { name: '@laurentenhoor/devclaw', id: 'devclaw', tool: 'workflow_guide', expected: /workflow/i },
    {
      name: '@askjo/camofox-browser',
      id: 'camofox-browser',
      tool: 'camofox_list_tabs',
      settings: (url) => ({ config: { url, autoStart: false }, grants: { hosts: [url] } }),
      expected: /blue/,
    },
    {
      name: '@mem0/openclaw-mem0',
      id: 'openclaw-mem0',
      tool: 'memory_list',
      settings: (baseUrl) => ({ config: { mode: 'platform', apiKey: 'm0-key', userId: 'ann', baseUrl } }),
      expected: /grants\.hosts does not name 127\.0\.0\.1/,
    },
  ];
  (process.env['TEST_OPENCLAW_PLUGINS'] ? it : it.skip).each(published.map((each) => [each.name, each] as const))(
    'as published on npm work: %s',
    async (name, { id, tool, params = {}, settings, expected }) => {
      expect((await cli('plugins', 'install', `npm:${name}`)).stdout).toContain(`${id} is in`);
      const entry = { harmlessTools: ['*'], ...settings?.(weatherUrl) };
      await cli('config', 'set', `plugins.entries.${id}`, JSON.stringify(entry));
      expect((await cli('plugins', 'enable', id)).stdout).toContain(tool);
      await bench.restart();
      await until('the tool', async () => expected.test(await bench.call(tool, params)));
    },
    600_000,
  );

  (process.env['TEST_OPENCLAW_PLUGINS'] ? it : it.skip)('as published on npm answer commands', async () => {
    await cli('plugins', 'install', 'npm:jasper-context-compactor');
    expect((await cli('plugins', 'enable', 'context-compactor')).stdout).toContain('/context-stats');
    await bench.restart();
    await bench.client.call('chat.send', { sessionKey: 'main', message: '/context-stats', idempotencyKey: 'stats' });
    await bench.client.call('agent.wait', { runId: 'stats', timeoutMs: 60_000 });
    const { payload } = await bench.client.call('chat.history', { sessionKey: 'main' });
    expect(JSON.stringify(payload)).toMatch(/context/i);
  });
});
