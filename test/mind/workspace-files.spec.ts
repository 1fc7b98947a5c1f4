import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';
import { WireClient } from '../harness/wire-client';

const NAMES = [
  'AGENTS.md',
  'SOUL.md',
  'TOOLS.md',
  'IDENTITY.md',
  'USER.md',
  'HEARTBEAT.md',
  'BOOTSTRAP.md',
  'MEMORY.md',
];

describe('workspace files', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = await ToolBench.start();
  });
  afterAll(() => bench.stop());

  const systemOf = async (sessionKey: string): Promise<string> => {
    let text = '';
    bench.models.answer = (request) => {
      text = ((request.body['messages'] as { content: string }[])[0] ?? { content: '' }).content;
      return { steps: [{ text: 'done' }] };
    };
    const runId = `system-${Math.random()}`;
    await bench.client.call('chat.send', { sessionKey, message: 'hello', idempotencyKey: runId });
    await bench.client.call('agent.wait', { runId, timeoutMs: 60_000 });
    return text;
  };

  it('are made once, for the owner alone, in a folder with a history', async () => {
    for (const name of NAMES.filter((each) => each !== 'MEMORY.md'))
      expect(statSync(bench.workspace(name)).mode & 0o777).toBe(0o600);
    await until('the repository', () => existsSync(bench.workspace('.git')));
  });

  it('are listed, read and written by name', async () => {
    const listed = await bench.client.call('agents.files.list', { agentId: 'main' });
    const files = listed.payload?.['files'] as { name: string; missing: boolean; size?: number }[];
    expect(files.map(({ name }) => name)).toEqual(NAMES);
    expect(files.find(({ name }) => name === 'MEMORY.md')).toMatchObject({ missing: true });
    const set = await bench.client.call('agents.files.set', {
      agentId: 'main',
      name: 'MEMORY.md',
      content: 'Tea is green.\n',
    });
    expect(set.payload).toMatchObject({ ok: true, file: { missing: false, size: 14, content: 'Tea is green.\n' } });
    const read = await bench.client.call('agents.files.get', { agentId: 'main', name: 'MEMORY.md' });
    expect(read.payload).toMatchObject({
      file: { content: 'Tea is green.\n', updatedAtMs: expect.any(Number) as number },
    });
    expect(await systemOf('listed')).toContain('Tea is green.');
  });

  it.each([
    '../openclaw.json',
    '/etc/passwd',
    'memory/../../openclaw.json',
    'AGENTS.md/../../x',
    'agents.md',
    '.env',
    'notes.md',
    '',
  ])('no other can be named: %j', async (name) => {
    for (const [method, more] of [
      ['agents.files.get', {}],
      ['agents.files.set', { content: 'x' }],
    ] as const) {
      const answer = await bench.client.call(method, { agentId: 'main', name, ...more });
      expect(answer).toMatchObject({ ok: false, error: { code: 'INVALID_REQUEST' } });
    }
  });

  it('are for agents that exist, and written by owners', async () => {
    expect((await bench.client.call('agents.files.list', { agentId: 'nobody' })).error?.message).toContain(
      'unknown agent',
    );
    const reader = await WireClient.connected(bench.gateway.url, { scopes: ['operator.read'] });
    const answer = await reader.call('agents.files.set', { agentId: 'main', name: 'SOUL.md', content: 'x' });
    expect(answer.error?.message).toBe('missing scope: operator.admin');
    reader.close();
  });

  it('a link that leads out of the workspace is neither shown to the model nor to clients', async () => {
    writeFileSync(join(bench.gateway.stateDir, 'private.txt'), 'the key under the mat');
    rmSync(bench.workspace('TOOLS.md'));
    symlinkSync(join(bench.gateway.stateDir, 'private.txt'), bench.workspace('TOOLS.md'));
    expect(await systemOf('linked')).not.toContain('under the mat');
    const read = await bench.client.call('agents.files.get', { agentId: 'main', name: 'TOOLS.md' });
    expect(JSON.stringify(read)).not.toContain('under the mat');
    const written = await bench.client.call('agents.files.set', { agentId: 'main', name: 'TOOLS.md', content: 'x' });
    expect(written.ok).toBe(false);
    expect(readFileSync(join(bench.gateway.stateDir, 'private.txt'), 'utf8')).toContain('under the mat');
    rmSync(bench.workspace('TOOLS.md'));
    mkdirSync(bench.workspace('notes'), { recursive: true });
    writeFileSync(bench.workspace('notes', 'tools.md'), 'The printer is Gutenberg.');
    symlinkSync('notes/tools.md', bench.workspace('TOOLS.md'));
    expect(await systemOf('linked')).toContain('Gutenberg');
  });

  it('the first conversation fills identity and user, and ends with itself', async () => {
    expect(await systemOf('first')).toContain('First conversation');
    const identity = (): Promise<{ payload?: Record<string, unknown> }> => bench.client.call('agent.identity.get', {});
    expect((await identity()).payload).toMatchObject({ name: 'Assistant', avatar: 'A' });
    await bench.turn([
      { name: 'write', args: { path: 'IDENTITY.md', content: '# Identity\n\n- Name: Ada\n- Emoji: 🦉\n' } },
      { name: 'write', args: { path: 'USER.md', content: '# About your person\n\n- Name: Ann\n' } },
      { name: 'write', args: { path: 'BOOTSTRAP.md', content: '' } },
    ]);
    expect((await identity()).payload).toMatchObject({ name: 'Ada', avatar: '🦉' });
    const system = await systemOf('second');
    expect(system).not.toContain('First conversation');
    expect(system).toContain('- Name: Ann');
  });
});
