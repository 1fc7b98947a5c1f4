import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelAnswer } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const hasSandbox = Boolean(process.env['TEST_SANDBOX']);
const withSandbox = hasSandbox ? it : it.skip;

describe('tools in a running gateway', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let runs = 0;

  beforeAll(async () => {
    models = await FakeModels.start();
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      },
      env: { MY_PRIVATE_API_KEY: 'must-not-leak-0123456789' },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await models.stop();
  });

  const workspace = (...path: string[]): string => join(gateway.stateDir, 'workspace', ...path);
  /** Has the model call a tool; returns what the model was told about it. */
  const begin = (name: string, args: unknown): { done: Promise<string> } => {
    models.requests.length = 0;
    models.answer = ({ toolResults }): ModelAnswer =>
      toolResults === 0 ? { steps: [{ tool: { name, args } }] } : { steps: [{ text: 'ok' }] };
    const runId = `tool-${++runs}`;
    const done = client
      .call('chat.send', { sessionKey: `tools-${runs}`, message: 'go', idempotencyKey: runId })
      .then(() => client.call('agent.wait', { runId, timeoutMs: 60_000 }))
      .then(() => {
        const messages = (models.requests[1]?.body['messages'] ?? []) as { role: string; content: unknown }[];
        return JSON.stringify(messages.find((message) => message.role === 'tool')?.content ?? '');
      });
    return { done };
  };
  const call = (name: string, args: unknown): Promise<string> => begin(name, args).done;

  describe('for files', () => {
    it('write, read, edit and list real files', async () => {
      expect(await call('write', { path: 'docs/a.txt', content: 'one\ntwo\nthree\n' })).toContain('docs/a.txt');
      expect(readFileSync(workspace('docs', 'a.txt'), 'utf8')).toBe('one\ntwo\nthree\n');
      expect(await call('read', { path: 'docs/a.txt', offset: 2, limit: 1 })).toContain('two');
      await call('edit', { path: 'docs/a.txt', oldText: 'two', newText: 'deux' });
      expect(readFileSync(workspace('docs', 'a.txt'), 'utf8')).toBe('one\ndeux\nthree\n');
      expect(await call('ls', { path: 'docs' })).toContain('a.txt');
    });

    it('know the names that other assistants use', async () => {
      expect(await call('read_file', { file_path: 'docs/a.txt' })).toContain('deux');
    });

    it.each<[string, unknown, RegExp]>([
      ['read', { path: '../openclaw.json' }, /outside the workspace/],
      ['read', { path: '/etc/passwd' }, /outside the workspace/],
      ['write', { path: '../../evil', content: 'x' }, /outside the workspace/],
      ['read', { path: 'missing.txt' }, /missing\.txt does not exist/],
      ['read', { path: 'docs' }, /is a directory/],
      ['read', { path: 'docs/a.txt', offset: 99 }, /3 lines|4 lines/],
      ['edit', { path: 'docs/a.txt', oldText: 'nowhere', newText: 'x' }, /not found|does not (occur|contain)/i],
      ['write', { path: 'x.txt' }, /must have required property 'content'/],
      ['read', { path: 'docs/a.txt', ofset: 1 }, /offset/],
    ])('%s with %j is told what is wrong', async (name, args, message) => {
      expect(await call(name, args)).toMatch(message);
    });

    it('do not follow links out of the workspace', async () => {
      mkdirSync(workspace('links'), { recursive: true });
      symlinkSync(join(gateway.stateDir, 'openclaw.json'), workspace('links', 'config'));
      expect(await call('read', { path: 'links/config' })).toMatch(/outside the workspace/);
    });

    it('edit refuses what is not unique and changes nothing', async () => {
      writeFileSync(workspace('twice.txt'), 'a a');
      expect(await call('edit', { path: 'twice.txt', oldText: 'a', newText: 'b' })).toMatch(/2|twice|unique/i);
      expect(readFileSync(workspace('twice.txt'), 'utf8')).toBe('a a');
    });

    it('write keeps the mode of a file', async () => {
      writeFileSync(workspace('run.sh'), '#!/bin/sh\n', { mode: 0o755 });
      await call('write', { path: 'run.sh', content: '#!/bin/sh\necho hi\n' });
      expect(statSync(workspace('run.sh')).mode & 0o777).toBe(0o755);
    });
  });

  describe('exec, walled off', () => {
    withSandbox('runs in the workspace and tells output and exit code', async () => {
      expect(await call('exec', { command: 'pwd; echo hello > made.txt; exit 3' })).toMatch(/exit code 3/);
      expect(readFileSync(workspace('made.txt'), 'utf8')).toBe('hello\n');
    });

    withSandbox('sees no secrets, no home, no network and not the gateway', async () => {
      const output = await call('exec', {
        command: `env; cat ${join(gateway.stateDir, 'openclaw.json')}; ls ${process.env['HOME'] ?? '/root'}; touch /etc/x; (echo > /dev/tcp/127.0.0.1/${gateway.port}) 2>&1; true`,
      });
      expect(output).not.toContain('must-not-leak');
      expect(output).not.toContain('test-token-that-is-long');
      expect(existsSync('/etc/x')).toBe(false);
    });

    withSandbox('is stopped with everything it started when its time is up', async () => {
      expect(await call('exec', { command: 'sleep 60 & sleep 60', timeout: 1 })).toMatch(/stopped after 1 s/);
    });
  });

  describe('exec on the machine itself', () => {
    const pending = async (): Promise<{ id: string; request: Record<string, unknown> }> => {
      const list = async () =>
        ((await client.call('exec.approval.list')).payload ?? []) as unknown as {
          id: string;
          request: Record<string, unknown>;
        }[];
      await until('a request', async () => (await list()).length > 0);
      return (await list())[0] as { id: string; request: Record<string, unknown> };
    };

    it('runs after a yes, exactly as it was asked for', async () => {
      const { done } = begin('exec', { command: 'touch allowed.txt', host: 'gateway' });
      const { id, request } = await pending();
      expect(request).toMatchObject({
        command: 'touch allowed.txt',
        cwd: workspace(),
        host: 'gateway',
        reason: 'touch is not on the allow-list',
      });
      expect(existsSync(workspace('allowed.txt'))).toBe(false);
      expect((await client.call('exec.approval.resolve', { id, decision: 'allow-once' })).ok).toBe(true);
      await done;
      expect(existsSync(workspace('allowed.txt'))).toBe(true);
    });

    it('does not run after a no, and the answer can not be changed', async () => {
      const { done } = begin('exec', { command: 'touch denied.txt', host: 'gateway' });
      const { id } = await pending();
      await client.call('exec.approval.resolve', { id, decision: 'deny' });
      expect(await done).toContain('the owner denied this');
      expect((await client.call('exec.approval.resolve', { id, decision: 'allow-once' })).error?.message).toContain(
        'unknown approval id',
      );
      expect(existsSync(workspace('denied.txt'))).toBe(false);
    });

    it('is remembered after "always", for this program with these arguments alone', async () => {
      const first = begin('exec', { command: 'touch again-1.txt', host: 'gateway' });
      const { id, request } = await pending();
      expect(request['rule']).toBe(`/usr/bin/touch again-1.txt, with exactly these arguments, in ${workspace()}`);
      await client.call('exec.approval.resolve', { id, decision: 'allow-always' });
      await first.done;
      rmSync(workspace('again-1.txt'));
      await call('exec', { command: 'touch again-1.txt', host: 'gateway' });
      expect(existsSync(workspace('again-1.txt'))).toBe(true);
      const second = begin('exec', { command: 'touch again-2.txt', host: 'gateway' });
      await client.call('exec.approval.resolve', { id: (await pending()).id, decision: 'deny' });
      await second.done;
      expect(existsSync(workspace('again-2.txt'))).toBe(false);
      expect(statSync(join(gateway.stateDir, 'exec-approvals.json')).mode & 0o777).toBe(0o600);
      const other = begin('exec', { command: 'touch x && mkdir y', host: 'gateway' });
      await client.call('exec.approval.resolve', { id: (await pending()).id, decision: 'deny' });
      await other.done;
      expect(existsSync(workspace('x'))).toBe(false);
    });

    it('can not be allowed always where a shell or a redirection is behind it', async () => {
      const { done } = begin('exec', { command: 'sh -c "touch z"', host: 'gateway' });
      const { id } = await pending();
      expect((await client.call('exec.approval.resolve', { id, decision: 'allow-always' })).error?.message).toMatch(
        /^this command can be allowed once only/,
      );
      await client.call('exec.approval.resolve', { id, decision: 'deny' });
      await done;
    });

    it('may be decided only by who holds the scope', async () => {
      const reader = await WireClient.connected(gateway.url, { scopes: ['operator.read', 'operator.write'] });
      expect((await reader.call('exec.approval.list')).error?.message).toBe('missing scope: operator.approvals');
      reader.close();
    });

    it('is over when the turn is stopped', async () => {
      const { done } = begin('exec', { command: 'mkdir late.txt', host: 'gateway' });
      const { id } = await pending();
      await client.call('chat.abort', { sessionKey: `tools-${runs}` });
      await done;
      expect((await client.call('exec.approval.resolve', { id, decision: 'allow-once' })).ok).toBe(false);
      expect(existsSync(workspace('late.txt'))).toBe(false);
    });
  });

  it('exec goes on in the background when nobody decides for a while, and tells what became of it', async () => {
    const notes: string[] = [];
    models.answer = ({ lastUser, toolResults }): ModelAnswer => {
      if (lastUser.includes('[from the gateway]')) notes.push(lastUser);
      else if (toolResults === 0)
        return { steps: [{ tool: { name: 'exec', args: { command: 'basename /late/decision', host: 'gateway' } } }] };
      return { steps: [{ text: 'ok' }] };
    };
    await client.call('chat.send', { sessionKey: 'late', message: 'go', idempotencyKey: 'late-run' });
    const ended = async (): Promise<boolean> =>
      (await client.call('agent.wait', { runId: 'late-run', timeoutMs: 60_000 })).payload?.['status'] === 'ok';
    await until('the end of the turn', ended);
    const [{ id }] = (await client.call('exec.approval.list')).payload as unknown as [{ id: string }];
    await client.call('exec.approval.resolve', { id, decision: 'allow-once' });
    await until('the note', () => notes.some((note) => note.includes('decision')));
    expect(notes[0]).toContain('exit code 0');
  });

  it('session_status tells what is used', async () => {
    const card = await call('session_status', {});
    expect(card).toContain('Model: fake/fake-1');
    expect(card).toMatch(/Context: \d+ of \d+ \(\d+ %\), summed up 0 times/);
    expect(card).toContain('A turn is running.');
  });
});
