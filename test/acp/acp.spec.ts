import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { Readable, Writable } from 'node:stream';
import * as acp from '@agentclientprotocol/sdk';
import { Gate } from '../fakes/model-formats/model-format';
import { OPENCLAW, cleanEnvironment, until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { Terminal } from '../harness/terminal';
import { ToolBench } from '../harness/tool-bench';

describe('openclaw acp, by the client side of the SDK', () => {
  let bench: ToolBench;
  let bridge: ChildProcess;
  let connection: acp.ClientConnection;
  const updates: acp.SessionUpdate[] = [];
  const asked: acp.RequestPermissionRequest[] = [];
  let decide = 'allow-once';
  beforeAll(async () => {
    bench = await ToolBench.start({
      config: { tools: { exec: { host: 'gateway', security: 'allowlist', ask: 'always' } } },
    });
    bridge = spawn(process.execPath, [OPENCLAW, 'acp'], {
      env: cleanEnvironment({
        OPENCLAW_STATE_DIR: bench.gateway.stateDir,
        OPENCLAW_GATEWAY_PORT: String(bench.gateway.port),
      }),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const stream = acp.ndJsonStream(
      Writable.toWeb(bridge.stdin as NodeJS.WritableStream as Writable),
      Readable.toWeb(bridge.stdout as Readable) as ReadableStream<Uint8Array>,
    );
    connection = acp
      .client()
      .onNotification('session/update', ({ params }) => void updates.push(params.update))
      .onRequest('session/request_permission', ({ params }) => {
        asked.push(params);
        return { outcome: { outcome: 'selected', optionId: decide } };
      })
      .connect(stream);
  });
  afterAll(async () => {
    connection.close();
    bridge.kill();
    await bench.stop();
  });
  beforeEach(() => {
    updates.length = 0;
    asked.length = 0;
    bench.models.answer = () => ({ steps: [{ text: 'Good day, editor. ' }] });
  });

  const said = (): string =>
    updates
      .map((update) =>
        update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text' ? update.content.text : '',
      )
      .join('');
  const open = async (): Promise<string> =>
    (await connection.agent.request('session/new', { cwd: '/home/me/project', mcpServers: [] })).sessionId;
  const prompt = (sessionId: string, text: string): Promise<acp.PromptResponse> =>
    connection.agent.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });

  it('introduces itself', async () => {
    const answer = await connection.agent.request('initialize', { protocolVersion: 1, clientCapabilities: {} });
    expect(answer).toMatchObject({
      protocolVersion: 1,
      agentInfo: { name: 'openclaw' },
      agentCapabilities: { loadSession: true, sessionCapabilities: { list: {}, resume: {}, close: {} } },
    });
  });

  it('answers a prompt in pieces that add up, in a conversation that is told its folder', async () => {
    const sessionId = await open();
    expect(await prompt(sessionId, 'Hello')).toEqual({ stopReason: 'end_turn' });
    expect(said()).toBe('Good day, editor.');
    expect(bench.models.requests.at(-1)?.lastUser).toContain('[Working directory: /home/me/project]');
    await until('commands', () => updates.some(({ sessionUpdate }) => sessionUpdate === 'available_commands_update'));
    updates.length = 0;
    await prompt(sessionId, '/status');
    expect(said()).not.toBe('');
  });

  it('tells of tools as they work', async () => {
    const sessionId = await open();
    bench.models.answer = (request) => ({
      steps: request.toolResults > 0 ? [{ text: 'Listed.' }] : [{ tool: { name: 'ls', args: {} } }],
    });
    await prompt(sessionId, 'List');
    const tools = updates.filter(({ sessionUpdate }) => sessionUpdate.startsWith('tool_call'));
    expect(tools).toMatchObject([
      { sessionUpdate: 'tool_call', title: 'ls', kind: 'read', status: 'in_progress' },
      { sessionUpdate: 'tool_call_update', status: 'completed' },
    ]);
    expect(said()).toBe('Listed.');
  });

  it.each([
    ['allow-once', 'completed'],
    ['deny', 'failed'],
  ])('asks the editor for what needs approval: %s', async (answer, status) => {
    decide = answer;
    const sessionId = await open();
    bench.models.answer = (request) => ({
      steps: request.toolResults > 0 ? [{ text: 'Done.' }] : [{ tool: { name: 'exec', args: { command: 'echo hi' } } }],
    });
    await prompt(sessionId, 'Do it');
    expect(asked).toMatchObject([
      { sessionId, toolCall: { title: expect.stringContaining('echo hi'), kind: 'execute' } },
    ]);
    expect(asked[0]?.options.map(({ optionId }) => optionId)).toEqual(expect.arrayContaining(['allow-once', 'deny']));
    expect(updates.findLast(({ sessionUpdate }) => sessionUpdate === 'tool_call_update')).toMatchObject({ status });
  });

  it('stops when the editor says so', async () => {
    const sessionId = await open();
    bench.models.answer = () => ({ steps: [{ text: 'I begin. ' }, { until: new Gate() }] });
    const answer = prompt(sessionId, 'Long story');
    await until('the answer begins', () => said() !== '');
    await connection.agent.notify('session/cancel', { sessionId });
    expect(await answer).toEqual({ stopReason: 'cancelled' });
  });

  it('says that a run has failed', async () => {
    const sessionId = await open();
    bench.models.answer = () => ({ steps: [], status: 400, body: { error: { message: 'no such thing' } } });
    await expect(prompt(sessionId, 'Hello')).rejects.toMatchObject({ code: -32603 });
  });

  it('opens, lists and closes conversations, and chooses how long it thinks', async () => {
    const sessionId = await open();
    await prompt(sessionId, 'Remember tea');
    const { sessions } = await connection.agent.request('session/list', {});
    expect(sessions.map((session) => session.sessionId)).toContain(sessionId);
    expect(await connection.agent.request('session/set_mode', { sessionId, modeId: 'high' })).toEqual({});
    await expect(connection.agent.request('session/set_mode', { sessionId, modeId: 'x' })).rejects.toMatchObject({
      code: -32602,
    });
    await connection.agent.request('session/close', { sessionId });
    await expect(prompt(sessionId, 'Hi')).rejects.toMatchObject({ code: -32002 });
    updates.length = 0;
    const loaded = await connection.agent.request('session/load', { sessionId, cwd: '/', mcpServers: [] });
    expect(loaded.modes?.currentModeId).toBe('high');
    expect(JSON.stringify(updates)).toContain('Remember tea');
    expect(said()).toContain('Good day, editor.');
    updates.length = 0;
    await connection.agent.request('session/resume', { sessionId, cwd: '/' });
    expect(said()).toBe('');
    await expect(
      connection.agent.request('session/load', { sessionId: 'agent:main:acp:nothing', cwd: '/', mcpServers: [] }),
    ).rejects.toMatchObject({ code: -32002 });
  });

  it('is talked with from a terminal or a pipe, by its own client', async () => {
    const env = { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) };
    const piped = await runCli(['acp', 'client', '--cwd', tmpdir()], { env, input: 'Hello\n/exit\nmore\n' });
    expect([piped.code, piped.stdout]).toEqual([0, 'Good day, editor.\n']);
    expect(piped.stderr).toContain('OpenClaw, session agent:main:acp:');
    expect(bench.models.requests.at(-1)?.lastUser).toContain(`[Working directory: ${tmpdir()}]`);
    const none = await runCli(['acp', 'client', '--server', 'no-such-agent'], { env, input: '' });
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('"no-such-agent" can\'t be started')]);
    const bad = await runCli(['acp', 'client', '--server', 'false'], { env, input: '' });
    expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining('the agent has ended')]);
  });

  (Terminal.isThere ? it : it.skip)('asks on the terminal for what needs a permission', async () => {
    const { stateDir, port } = bench.gateway;
    bench.models.answer = ({ toolResults }) =>
      toolResults === 0
        ? { steps: [{ tool: { name: 'exec', args: { command: 'touch by-acp' } } }] }
        : { steps: [{ text: 'That was it.' }] };
    const env = { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(port) };
    const terminal = Terminal.openclaw(['acp', 'client'], env);
    try {
      await terminal.shows(/Ctrl-C stops[\s\S]*you>/);
      terminal.type('touch it');
      terminal.press('Enter');
      const question = await terminal.shows(/asks for permission[\s\S]*touch by-acp[\s\S]*1: /);
      const deny = /(\d): Deny/i.exec(question)?.[1] ?? '';
      terminal.type(deny);
      terminal.press('Enter');
      await terminal.shows('That was it.');
      terminal.press('C-d');
      expect(await terminal.end()).toBe(0);
    } finally {
      terminal.close();
    }
  });
});
