import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApprovalDecision } from '../../src/tools/approvals/approval-decision';
import type { PendingApproval } from '../../src/tools/approvals/pending-approval';
import { FakeSite } from '../fakes/web-site';
import { Answering } from '../harness/answering';
import { ToolBench, type ToolCall } from '../harness/tool-bench';

const host = (command: string, more: object = {}): ToolCall => ({
  name: 'exec',
  args: { host: 'gateway', command, ...more },
});
const sandboxed = (command: string, more: object = {}): ToolCall => ({ name: 'exec', args: { command, ...more } });
const typed = (sessionId: string, args: object): ToolCall => ({ name: 'process', args: { sessionId, ...args } });
const MAKEFILE = (says: string): string => `test:\n\t@echo ${says}\n`;

describe('what runs on the machine is what was judged', () => {
  let bench: ToolBench;
  let site: FakeSite;
  let outside: string;
  let answering: Answering;
  let decide: (question: PendingApproval) => ApprovalDecision | Promise<ApprovalDecision> = () => 'deny';
  beforeAll(async () => {
    outside = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-outside-')));
    writeFileSync(join(outside, 'secret.txt'), 'HOST-CANARY\n');
    site = await FakeSite.start();
    site.html('/page', '<p>A page of somebody else.</p>');
    // An empty entry is easily left in PATH, and means the folder that a command runs in.
    bench = await ToolBench.start({
      env: { PATH: `:${process.env['PATH'] ?? ''}:.`, OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
    const allowlist = [
      { pattern: '/usr/bin/cat', args: ['notes.txt'] },
      { pattern: '/usr/bin/make', args: ['listed'] },
      { pattern: '/usr/bin/pgrep', args: ['-f', 'no-such-process'] },
      { pattern: '/usr/bin/wc', command: 'wc -l notes.txt; true' },
    ];
    writeFileSync(
      join(bench.gateway.stateDir, 'exec-approvals.json'),
      JSON.stringify({ version: 1, agents: { main: { allowlist } } }),
      { mode: 0o600 },
    );
    answering = new Answering(bench.client, (question) => decide(question));
  });
  afterAll(async () => {
    answering.end();
    await bench.stop();
    await site.stop();
    rmSync(outside, { recursive: true });
  });
  beforeEach(() => {
    answering.questions.splice(0);
    decide = () => 'deny';
  });
  const put = (name: string, text: string): void => writeFileSync(bench.workspace(name), text);
  const reasons = (): string[] => answering.questions.map(({ request }) => request.reason);

  it('a listed file that becomes a link while the command waits for a sandboxed one', async () => {
    put('notes.txt', 'plain\n');
    expect(await bench.turn([host('cat notes.txt')])).toEqual(['plain']);
    const [, told] = await bench.turn([
      sandboxed(`sleep 1; ln -sf ${join(outside, 'secret.txt')} notes.txt`, { background: true }),
      host('cat notes.txt'),
    ]);
    expect(told).not.toContain('HOST-CANARY');
    expect(reasons()).toEqual([expect.stringContaining('notes.txt leads through a link')]);
    rmSync(bench.workspace('notes.txt'));
  });

  it('an approved script that a sandboxed command changes before it begins', async () => {
    put('job.sh', 'echo harmless\n');
    put('later.sh', 'echo PWNED\n');
    decide = () => 'allow-once';
    expect(await bench.turn([host('sh job.sh')])).toEqual(['harmless']);
    // Another conversation has a command start while the question is open: it is at work when the answer comes.
    bench.others = ({ lastUser, toolResults }) =>
      lastUser === 'swap' && toolResults === 0
        ? { steps: [{ tool: sandboxed('sleep 1; cp later.sh job.sh', { background: true }) }] }
        : { steps: [{ text: 'done' }] };
    decide = async (): Promise<ApprovalDecision> => {
      await bench.client.done('chat.send', { sessionKey: 'other', message: 'swap', idempotencyKey: 'swap' });
      await bench.client.done('agent.wait', { runId: 'swap', timeoutMs: 60_000 });
      return 'allow-once';
    };
    const [told] = await bench.turn([host('sh job.sh')]);
    expect(told).toContain('job.sh');
    expect(told).toContain('run it again, and it is judged again');
  });

  it('a file that the line does not name: for the conversation means as long as nothing has changed', async () => {
    put('Makefile', MAKEFILE('fine'));
    decide = () => 'allow-session';
    const sessionKey = 'implied';
    expect(await bench.turn([host('make test'), host('make test')], { sessionKey })).toEqual(['fine', 'fine']);
    expect(answering.questions).toHaveLength(1);
    expect(answering.questions[0]?.request.sessionRule).toContain('as long as no file in the workspace changes');
    decide = () => 'deny';
    const [, told] = await bench.turn([sandboxed('sed -i s/fine/PWNED/ Makefile'), host('make test')], { sessionKey });
    expect(told).toContain('approval_denied');
  });

  it('a file that the line does not name, or names with something in front, changed while the question is open', async () => {
    for (const [file, command] of [
      ['Makefile', 'make test'],
      ['job.mk', 'make -fjob.mk test'],
    ] as const) {
      answering.questions.splice(0);
      put(file, MAKEFILE('fine'));
      decide = () => {
        put(file, MAKEFILE('PWNED'));
        return answering.questions.length === 1 ? 'allow-once' : 'deny';
      };
      expect((await bench.turn([host(command)]))[0]).toContain('approval_denied');
      expect(reasons()[1]).toBe(`${file} has changed since it was approved`);
    }
  });

  it('a listed program that would obey a file which holds text of the web', async () => {
    put('Makefile', 'listed:\n\t@echo fine\n');
    expect(await bench.turn([host('make listed')])).toEqual(['fine']);
    await bench.turn([
      { name: 'web_fetch', args: { url: `${site.url}/page` } },
      { name: 'write', args: { path: 'rules.mk', content: 'listed:\n\t@echo PWNED\n' } },
    ]);
    answering.questions.splice(0);
    // A conversation of its own has read nothing of it.
    expect((await bench.turn([host('make listed')]))[0]).toContain('approval_denied');
    expect(reasons()).toEqual(['it may obey rules.mk, which holds text of a web page']);
    await bench.turn([sandboxed('rm rules.mk')]);
    expect(await bench.turn([host('make listed')])).toEqual(['fine']);
  });

  it('another name of a listed program: many programs do what their name says', async () => {
    expect((await bench.turn([host('pgrep -f no-such-process')]))[0]).toContain('exit code 1');
    expect(answering.questions).toEqual([]);
    expect((await bench.turn([host('pkill -f no-such-process')]))[0]).toContain('approval_denied');
    expect(reasons()).toEqual(['pkill is not on the allow-list']);
  });

  it('a program that lies in the folder which PATH means by an empty entry', async () => {
    put('notes.txt', 'plain\n');
    const told = await bench.turn([
      sandboxed("printf '#!/bin/sh\\necho PWNED\\n' > wc; chmod +x wc; cp wc true"),
      host('wc -l notes.txt; true'),
    ]);
    expect(told[1]).toContain('1 notes.txt');
    expect(told[1]).not.toContain('PWNED');
    rmSync(bench.workspace('wc'));
    rmSync(bench.workspace('true'));
  });

  it('typing into a program on the machine', async () => {
    decide = () => 'allow-once';
    const [started = ''] = await bench.turn([host('sh', { background: true })], { sessionKey: 'typing' });
    const id = /sessionId "([^"]+)"/.exec(started)?.[1] ?? '';
    answering.questions.splice(0);
    decide = () => 'deny';
    const file = join(outside, 'pwned');
    for (const args of [
      { action: 'write', data: `touch ${file}\n` },
      { action: 'submit', text: `touch ${file}` },
      { action: 'paste', text: `touch ${file}\n`, bracketed: false },
      { action: 'send-keys', literal: `touch ${file}`, keys: ['Enter'] },
      {
        action: 'send-keys',
        hex: [...Buffer.from(`touch ${file}\n`)].map((byte) => byte.toString(16).padStart(2, '0')),
      },
    ])
      expect((await bench.turn([typed(id, args)]))[0]).toContain('approval_denied');
    expect(answering.questions).toHaveLength(5);
    expect(answering.questions[0]).toMatchObject({
      choices: ['allow-once', 'deny'],
      request: { command: `touch ${file}\n`, details: [{ label: 'Typed into', text: 'sh' }] },
    });
    expect(existsSync(file)).toBe(false);
    decide = () => 'allow-once';
    await bench.turn([typed(id, { action: 'write', data: `touch ${file}; exit\n` })]);
    expect(existsSync(file)).toBe(true);
    // Into the sandbox it may type what it likes.
    answering.questions.splice(0);
    const [inside = ''] = await bench.turn([sandboxed('cat', { background: true })], { sessionKey: 'inside' });
    const other = /sessionId "([^"]+)"/.exec(inside)?.[1] ?? '';
    const answers = await bench.turn([
      typed(other, { action: 'write', data: 'hello\n', eof: true }),
      typed(other, { action: 'poll', timeoutMs: 10_000 }),
    ]);
    expect(answers.join('\n')).toContain('hello');
    expect(answering.questions).toEqual([]);
  });
});
