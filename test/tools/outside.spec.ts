import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { FakeTelegram } from '../fakes/telegram-server';
import { TEST_TOKEN, until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { ToolBench } from '../harness/tool-bench';
import { TestDevice, WireClient, connectParams } from '../harness/wire-client';

const OWNER = 5;

describe('tools from outside', () => {
  let bench: ToolBench;
  let telegram: FakeTelegram;
  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    bench = await ToolBench.start({
      config: {
        gateway: { tools: { allow: ['cron'], deny: ['find'] } },
        tools: { deny: ['tts'], exec: { security: 'allowlist', ask: 'on-miss' } },
        agents: {
          list: [
            { id: 'main', default: true },
            { id: 'quiet', tools: { deny: ['group:fs'] } },
          ],
        },
        channels: {
          telegram: {
            botToken: telegram.token,
            apiRoot: telegram.apiRoot,
            dmPolicy: 'allowlist',
            allowFrom: [OWNER],
            streamMode: 'off',
          },
        },
        mcp: {
          servers: {
            notes: {
              command: process.execPath,
              args: [resolve(__dirname, '../fakes/mcp-server.cjs')],
              agents: ['main'],
            },
            gone: { command: '/nowhere/program' },
          },
        },
      },
      env: { SOME_API_KEY: 'must-not-leak' },
    });
    await until('the MCP server', async () =>
      JSON.stringify((await bench.client.call('tools.explain', {})).payload).includes('mcp__notes__'),
    );
  });
  afterAll(async () => {
    await bench.stop();
    await telegram.stop();
  });

  const post = (path: string, body: unknown, token = TEST_TOKEN): Promise<Response> =>
    fetch(`${bench.gateway.http}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  describe('of MCP servers', () => {
    it('appear with a prefix, answer, and see no secrets of the gateway', async () => {
      expect(await bench.call('mcp__notes__look_up', { text: 'tea' })).toBe('tea');
      expect(await bench.call('mcp__notes__environment', {})).not.toContain('SOME_API_KEY');
    });

    it('pass the same policy, and belong to the agents they are configured for', async () => {
      const answer = await bench.client.call('tools.explain', { agentId: 'quiet', tool: 'mcp__notes__publish' });
      expect(answer.payload?.['tools']).toEqual([expect.objectContaining({ allowed: false, layer: 'mcp.servers' })]);
    });
  });

  describe('over HTTP', () => {
    it('runs one call', async () => {
      const response = await post('/tools/invoke', {
        tool: 'write_file',
        args: { file_path: 'http.txt', content: 'x' },
      });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ ok: true, result: { details: { path: 'http.txt' } } });
      const allowed = await post('/tools/invoke', { tool: 'cron', action: 'list' });
      expect(await allowed.json()).toMatchObject({ ok: true });
      for (const content of ['first', 'second'])
        await post('/tools/invoke', { tool: 'write', args: { path: 'once.txt', content }, idempotencyKey: 'once' });
      const read = await post('/tools/invoke', { tool: 'read', args: { path: 'once.txt' } });
      expect(await read.text()).toContain('first');
    });

    it.each<[string, unknown, number, object]>([
      ['an unknown tool', { tool: 'nothing' }, 404, { ok: false, error: { type: 'not_found' } }],
      ['a denied tool', { tool: 'tts', args: { text: 'x' } }, 404, { ok: false, error: { type: 'not_found' } }],
      ['what HTTP gets from the owner alone', { tool: 'exec', args: { command: 'true' } }, 404, { ok: false }],
      ['what the owner takes', { tool: 'find', args: { pattern: 'x' } }, 404, { ok: false }],
      ['what HTTP never gets', { tool: 'gateway', args: { action: 'config.get' } }, 404, { ok: false }],
      [
        'a key without end',
        { tool: 'cron', action: 'list', idempotencyKey: 'k'.repeat(201) },
        400,
        { error: { message: 'idempotencyKey: must be at most 200 characters long' } },
      ],
      ['no tool', {}, 400, { error: { type: 'invalid_request_error' } }],
      [
        'bad arguments',
        { tool: 'read', args: { pth: 'x' } },
        400,
        { ok: false, error: { type: 'tool_error', code: 'invalid_args' } },
      ],
      [
        'a path outside',
        { tool: 'read', args: { path: '../openclaw.json' } },
        400,
        { error: { code: 'outside_workspace' } },
      ],
    ])('refuses %s', async (_, body, status, answer) => {
      const response = await post('/tools/invoke', body);
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject(answer);
    });

    it('refuses whoever has no token', async () => {
      expect((await post('/tools/invoke', { tool: 'ls' }, 'wrong')).status).toBe(401);
      expect((await post('/mcp', {}, 'wrong')).status).toBe(401);
    });
  });

  describe('as an MCP server', () => {
    it('serves its tools to a real client', async () => {
      const client = new Client({ name: 'test', version: '1' });
      await client.connect(
        new StreamableHTTPClientTransport(new URL(`${bench.gateway.http}/mcp`), {
          requestInit: { headers: { authorization: `Bearer ${TEST_TOKEN}` } },
        }) as never,
      );
      const { tools } = await client.listTools();
      const names = tools.map((tool) => tool.name);
      expect(names).toEqual(expect.arrayContaining(['read', 'exec', 'web_fetch']));
      expect(names).not.toEqual(expect.arrayContaining(['gateway']));
      const answer = await client.callTool({ name: 'write', arguments: { path: 'mcp.txt', content: 'by mcp' } });
      expect(answer.isError).toBeFalsy();
      const denied = await client.callTool({ name: 'gateway', arguments: { action: 'restart' } });
      expect(denied.isError).toBe(true);
      if (process.env['TEST_SANDBOX']) {
        const ran = await client.callTool({ name: 'exec', arguments: { command: 'pwd' } });
        expect(JSON.stringify(ran.content)).toContain('workspace');
        // Nobody comes back to what such a call has had for itself.
        const rooms = join(bench.gateway.stateDir, 'cache', 'sandbox');
        await until('its room is gone', () => !readdirSync(rooms).some((name) => name.startsWith('mcp_')));
      }
      await client.close();
    });
  });

  describe('on a paired node', () => {
    it('canvas and nodes act through it', async () => {
      const device = new TestDevice();
      const params = connectParams({
        role: 'node',
        client: { id: 'openclaw-ios', version: '1', platform: 'ios 18', mode: 'node', displayName: 'Phone' },
        caps: ['canvas', 'camera'],
        commands: ['canvas.navigate', 'canvas.snapshot', 'camera.snap', 'location.get', 'system.run'],
      });
      const asking = await WireClient.open(bench.gateway.url);
      const refused = await asking.call('connect', device.sign('v3', asking.nonce, params));
      if (!refused.ok) {
        const pending = (await bench.client.call('device.pair.list', {})).payload?.['pending'] as {
          requestId: string;
        }[];
        await bench.client.call('device.pair.approve', { requestId: pending[0]?.requestId });
      }
      asking.close();
      const node = await WireClient.open(bench.gateway.url);
      const hello = await node.call('connect', device.sign('v3', node.nonce, params));
      expect(hello.error).toBeUndefined();
      const answers: Record<string, unknown> = {
        'canvas.navigate': { ok: true },
        'canvas.snapshot': { format: 'png', base64: 'iVBORw0KGgo=' },
        'camera.snap': { format: 'jpg', base64: '/9j/' },
        'location.get': { lat: 52.5, lon: 13.4 },
      };
      let seen = 0;
      const serve = setInterval(() => {
        for (; seen < node.frames.length; seen++) {
          const frame = node.frames[seen];
          if (frame?.event !== 'node.invoke.request') continue;
          const { id, nodeId, command } = frame.payload as { id: string; nodeId: string; command: string };
          void node.call('node.invoke.result', { id, nodeId, ok: true, payload: answers[command] });
        }
      }, 10);
      try {
        expect(await bench.call('nodes', { action: 'status' })).toContain('Phone (ios 18) connected');
        expect(await bench.call('nodes', { action: 'location_get', node: 'Phone' })).toContain('52.5');
        expect(await bench.call('nodes', { action: 'camera_snap' })).toContain('Picture from Phone');
        expect(await bench.call('canvas', { action: 'navigate', url: 'https://example.com/' })).toContain('ok');
        expect(await bench.call('canvas', { action: 'snapshot' })).toContain('Picture of the canvas');
        expect(await bench.call('nodes', { action: 'run', node: 'Phone', command: ['id'] })).toContain(
          'node_unavailable',
        );
        expect(await bench.call('nodes', { action: 'notify', body: 'x' })).toContain('node_unavailable');
        const listed = await bench.client.call('node.list', {});
        expect(listed.payload?.['nodes']).toEqual([expect.objectContaining({ displayName: 'Phone', connected: true })]);
        const late = await node.call('node.invoke.result', {
          id: 'nobody',
          nodeId: (listed.payload as { nodes: { nodeId: string }[] }).nodes[0]?.nodeId,
          ok: true,
        });
        expect(late.payload).toEqual({ ok: true, ignored: true });
      } finally {
        clearInterval(serve);
        node.close();
      }
      await until('the node to be gone', async () =>
        (await bench.call('nodes', { action: 'status' })).includes('away'),
      );
    });

    it('exec runs a command line on it with host "node"', async () => {
      const device = new TestDevice();
      const params = connectParams({
        role: 'node',
        client: { id: 'node-host', version: '1', platform: 'linux', mode: 'node', displayName: 'Cellar' },
        caps: ['system'],
        commands: ['system.run'],
      });
      const asking = await WireClient.open(bench.gateway.url);
      await asking.call('connect', device.sign('v3', asking.nonce, params));
      const pending = (await bench.client.call('device.pair.list', {})).payload?.['pending'] as { requestId: string }[];
      await bench.client.call('device.pair.approve', { requestId: pending[0]?.requestId });
      asking.close();
      expect(await bench.call('exec', { command: 'hostname', host: 'node', node: 'Cellar' })).toContain(
        'node_unavailable',
      );
      const node = await WireClient.open(bench.gateway.url);
      expect((await node.call('connect', device.sign('v3', node.nonce, params))).error).toBeUndefined();
      const asked: Record<string, unknown>[] = [];
      let seen = 0;
      const serve = setInterval(() => {
        for (; seen < node.frames.length; seen++) {
          const frame = node.frames[seen];
          if (frame?.event !== 'node.invoke.request') continue;
          const { id, nodeId, paramsJSON } = frame.payload as { id: string; nodeId: string; paramsJSON: string };
          asked.push(JSON.parse(paramsJSON) as Record<string, unknown>);
          const payload = { exitCode: asked.length === 1 ? 0 : 3, stdout: 'cellar\n', stderr: '', timedOut: false };
          void node.call('node.invoke.result', { id, nodeId, ok: true, payload });
        }
      }, 10);
      try {
        const told = await bench.turn([{ name: 'exec', args: { command: 'hostname', host: 'node', workdir: '/srv' } }]);
        expect(told[0]).toBe('cellar');
        expect(asked[0]).toMatchObject({ command: ['/bin/sh', '-c', 'hostname'], cwd: '/srv' });
        expect(await bench.call('exec', { command: 'false', host: 'node' })).toContain('(exit code 3)');
      } finally {
        clearInterval(serve);
        node.close();
      }
    });
  });

  describe('explained', () => {
    const cli = (...args: string[]) =>
      runCli([...args, '--json'], {
        env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) },
      });

    it('explain tools and policy test name the link of the chain that took a tool away', async () => {
      const all = JSON.parse((await cli('explain', 'tools', '--agent', 'quiet')).stdout) as {
        tools: { name: string; reason?: string }[];
      };
      expect(all.tools.find((tool) => tool.name === 'read')?.reason).toBe(
        'agents.list[quiet].tools.deny has "group:fs"',
      );
      const denied = await cli('policy', 'test', 'gateway', '--stranger');
      expect([denied.code, JSON.parse(denied.stdout)]).toEqual([
        1,
        expect.objectContaining({ allowed: false, layer: 'sender is not an owner' }) as unknown,
      ]);
      expect((await cli('policy', 'test', 'bash')).code).toBe(0);
      expect((await cli('policy', 'test', 'sessions_spawn', '--subagent')).stdout).toContain('sub-agent');
      expect((await cli('policy', 'test', 'browser', '--sandboxed')).code).toBe(1);
      expect((await cli('policy', 'test', 'nothing')).code).not.toBe(0);
    });
  });

  describe('approved in a chat', () => {
    it('asks where the turn came from, takes the answer there, refuses it elsewhere and later', async () => {
      bench.models.answer = ({ lastUser, toolResults }) =>
        lastUser.includes('install') && toolResults === 0
          ? { steps: [{ tool: { name: 'exec', args: { command: 'basename /x/installed', host: 'gateway' } } }] }
          : { steps: [{ text: 'Ready.' }] };
      telegram.say({ chatId: OWNER, text: 'install it' });
      await until('the question', () => telegram.textsIn(OWNER).some((text) => text.includes('/approve')));
      const question = telegram.textsIn(OWNER).find((text) => text.includes('/approve')) ?? '';
      const slug = /\/approve ([0-9a-f]{8})/.exec(question)?.[1] ?? '';
      expect(question).toContain('basename /x/installed');
      const elsewhere = await bench.client.call('chat.send', {
        sessionKey: 'other',
        message: `/approve ${slug} allow-once`,
        idempotencyKey: 'e1',
      });
      expect(elsewhere.error).toBeUndefined();
      await until('the refusal', async () => {
        const history = await bench.client.call('chat.history', { sessionKey: 'other' });
        return JSON.stringify(history.payload).includes('another conversation');
      });
      telegram.say({ chatId: OWNER, text: `/approve ${slug} allow-once` });
      await until('the work', () => telegram.textsIn(OWNER).some((text) => text.includes('Ready.')));
      expect(JSON.stringify(bench.models.requests.at(-1)?.body)).toContain('installed');
      telegram.say({ chatId: OWNER, text: `/approve ${slug} deny` });
      await until('the refusal', () => telegram.textsIn(OWNER).some((text) => text.includes('decided already')));
    });
  });

  describe('between conversations', () => {
    it('the chat that was asked is told once what came out', async () => {
      bench.others = () => ({ steps: [{ text: 'Hello.' }] });
      bench.models.answer = (request) => bench.others(request);
      telegram.say({ chatId: OWNER, text: 'hello from the phone' });
      await until('the chat', () => telegram.textsIn(OWNER).includes('Hello.'));
      const before = telegram.textsIn(OWNER).length;
      bench.others = ({ lastUser }) => {
        if (lastUser.includes('an answer to what was asked')) return { steps: [{ text: 'REPLY_SKIP' }] };
        if (lastUser.includes('is over')) return { steps: [{ text: 'The desk asked for the time; it is noon.' }] };
        return { steps: [{ text: 'It is noon.' }] };
      };
      expect(await bench.call('sessions_send', { sessionKey: 'main', message: 'what time?' }, 'desk')).toContain(
        'It is noon.',
      );
      await until('the announcement', () => telegram.textsIn(OWNER).length > before);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(telegram.textsIn(OWNER).slice(before)).toEqual(['The desk asked for the time; it is noon.']);
    });
  });
});
