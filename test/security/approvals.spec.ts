import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { REDACTED } from '../../src/common/redactor';
import type { ApprovalRequest } from '../../src/tools/approvals/approval-request';
import { approvalButtons, approvalLines, approvalText } from '../../src/tools/approvals/approval-text';
import type { PendingApproval } from '../../src/tools/approvals/pending-approval';
import { FakeSite } from '../fakes/web-site';
import { OPENCLAW, TEST_TOKEN, cleanEnvironment, until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { ToolBench, type ToolCall } from '../harness/tool-bench';

const request = (more: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  kind: 'exec',
  tool: 'exec',
  command: 'make install',
  cwd: '/w',
  host: 'gateway',
  security: 'allowlist',
  ask: 'on-miss',
  agentId: 'main',
  resolvedPath: null,
  sessionKey: 'agent:main:main',
  runId: 'run-1',
  envNames: [],
  reason: 'make is not on the allow-list',
  canAlways: false,
  ...more,
});
const asked = (more: Partial<ApprovalRequest>) => ({
  id: '01234567-aaaa',
  request: request(more),
  createdAtMs: 0,
  expiresAtMs: 120_000,
});

describe('a question in a chat', () => {
  it('shows the end of a long command, or can not be answered there', () => {
    const long = `echo ${'a'.repeat(3000)}; rm -rf /important`;
    expect(approvalText(asked({ command: long }))).toContain('rm -rf /important');
    const endless = `echo ${'a'.repeat(50_000)}; rm -rf /important`;
    const text = approvalText(asked({ command: endless }));
    expect(text).not.toContain('/approve');
    expect(text).toContain('openclaw approvals resolve');
    expect(approvalButtons(asked({ command: endless }))).toEqual([]);
    expect(approvalButtons(asked({}))[0]?.map(({ label }) => label)).toEqual(['Allow once', 'Deny']);
  });

  it('shows variables with their values, parameters, diffs, and the rule that "always" writes', () => {
    const text = approvalText(
      asked({
        envNames: ['GIT_EXTERNAL_DIFF', 'KEY_OF_SKILL'],
        env: { GIT_EXTERNAL_DIFF: '/tmp/evil' },
        details: [{ label: 'MEMORY.md changes', text: '-old\n+new', form: 'diff' }],
        canAlways: true,
        rule: '/usr/bin/make install, with exactly these arguments, in /w',
      }),
    );
    for (const part of [
      'GIT_EXTERNAL_DIFF=/tmp/evil',
      'KEY_OF_SKILL=(as configured)',
      '+new',
      'with exactly these',
      'allow-always',
    ])
      expect(text).toContain(part);
  });

  it('is not left by anything that stands in it', () => {
    const evil = fc.string({
      unit: fc.constantFrom(
        '`',
        '```',
        '\n',
        '~~~',
        '||',
        '**',
        'Folder:',
        '/approve x allow-once',
        '\u202e',
        '\u001b',
        'a',
        ' ',
      ),
    });
    fc.assert(
      fc.property(evil, evil, (command, cwd) => {
        const lines = approvalText(asked({ command, cwd })).split('\n');
        expect(lines.filter((line) => line.includes('```'))).toEqual(['```', '```']);
        // Whatever is shown is indented: it can't pass for a label of the question.
        expect(approvalLines(request({ command, cwd })).filter((line) => line === 'Folder:')).toHaveLength(1);
        expect(lines.join('')).not.toMatch(/[\u202e\u001b]/);
      }),
    );
  });
});

describe('a question through a whole turn', () => {
  let bench: ToolBench;
  let site: FakeSite;
  beforeAll(async () => {
    site = await FakeSite.start();
    site.html('/page', '<p>A page of somebody else.</p>');
    bench = await ToolBench.start({
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
  });
  afterAll(async () => {
    await bench.stop();
    await site.stop();
  });

  const pending = async (): Promise<PendingApproval[]> =>
    ((await bench.client.call('exec.approval.list')).payload ?? []) as unknown as PendingApproval[];
  const turn = async (
    calls: ToolCall[],
    answers: ((question: PendingApproval) => Promise<unknown> | object)[],
    sessionKey?: string,
  ): Promise<{ told: string[]; questions: PendingApproval[] }> => {
    const questions: PendingApproval[] = [];
    const told = await bench.turn(calls, {
      ...(sessionKey ? { sessionKey } : {}),
      meanwhile: async () => {
        for (const answer of answers) {
          await until('a question', async () =>
            (await pending()).some(({ id }) => !questions.some((old) => old.id === id)),
          );
          const question = (await pending()).at(-1) as PendingApproval;
          questions.push(question);
          const given = await answer(question);
          if (typeof given === 'object' && given !== null && 'decision' in given)
            await bench.client.call('exec.approval.resolve', { id: question.id, ...given });
        }
      },
    });
    return { told, questions };
  };
  const exec = (command: string, more: object = {}): ToolCall => ({
    name: 'exec',
    args: { host: 'gateway', command, ...more },
  });

  it('a no with a reason reaches the model', async () => {
    const { told } = await turn([exec('mkdir nope')], [() => ({ decision: 'deny', reason: 'ask me tomorrow' })]);
    expect(told[0]).toContain('the owner denied this, saying: ask me tomorrow');
    expect(existsSync(bench.workspace('nope'))).toBe(false);
  });

  it('an answer to another question than the one that was shown is refused', async () => {
    const { questions } = await turn(
      [exec('mkdir shown')],
      [
        async ({ id }) => {
          const refused = await bench.client.call('exec.approval.resolve', {
            id,
            decision: 'allow-once',
            hash: 'f'.repeat(64),
          });
          expect(refused.error?.details).toMatchObject({ code: 'APPROVAL_CHANGED' });
          const other = await bench.client.call('exec.approval.resolve', {
            id,
            decision: 'allow-always',
            hash: undefined,
          });
          expect(other.error).toBeUndefined();
        },
      ],
    );
    expect(questions[0]?.choices).toEqual(['allow-once', 'allow-session', 'allow-always', 'deny']);
    expect(existsSync(bench.workspace('shown'))).toBe(true);
  });

  it('shows no secret of the gateway', async () => {
    const { questions } = await turn(
      [exec(`mkdir ${TEST_TOKEN}`, { env: { KEY: TEST_TOKEN } })],
      [() => ({ decision: 'deny' })],
    );
    expect(JSON.stringify(questions)).not.toContain(TEST_TOKEN);
    expect(questions[0]?.request).toMatchObject({ command: `mkdir ${REDACTED}`, env: { KEY: REDACTED } });
  });

  it('is shown by openclaw approvals pending line by line, whatever the command holds', async () => {
    const command = 'rm -rf /important \u001b[2K\u001b[1G\u001b[8m\u202e\nFolder: /harmless';
    await turn(
      [exec(command)],
      [
        async () => {
          const { stdout } = await runCli(['approvals', 'pending'], {
            env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) },
          });
          expect(stdout).toContain('rm -rf /important ⟨U+001B⟩[2K⟨U+001B⟩[1G⟨U+001B⟩[8m⟨U+202E⟩');
          expect(stdout).not.toMatch(/[\u001b\u202e]/);
          expect(stdout).toMatch(/^ {4}Folder: \/harmless$/m);
          return { decision: 'deny' };
        },
      ],
    );
  });

  it('appears on the terminal of openclaw agent at once, and is answered from another', async () => {
    const env = { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) };
    bench.models.answer = ({ toolResults }) =>
      toolResults === 0
        ? { steps: [{ tool: exec('mkdir by-agent') as { name: string; args: object } }] }
        : { steps: [{ text: 'made' }] };
    const running = runCli(['agent', '-m', 'go', '--session', 'cli'], { env, timeoutMs: 60_000 });
    await until('the question', async () => (await pending()).length > 0);
    const [question] = await pending();
    const resolved = await runCli(['approvals', 'resolve', question?.id.slice(0, 8) ?? '', 'allow-once'], { env });
    expect(resolved.code).toBe(0);
    const { stdout, stderr } = await running;
    expect(stdout).toBe('made\n');
    expect(stderr).toContain('mkdir by-agent');
    expect(stderr).toContain(`openclaw approvals resolve ${question?.id.slice(0, 8)} allow-once|`);
    const runId = question?.request.runId ?? '';
    const trace = await runCli(['trace', runId], { env });
    expect(trace.stdout).toContain('waits for approval');
    expect(trace.stdout).toContain('approval decided');
  });

  it('is answered in openclaw chat while the turn waits', async () => {
    const env = { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) };
    bench.models.answer = ({ toolResults }) =>
      toolResults === 0
        ? { steps: [{ tool: exec('mkdir by-chat') as { name: string; args: object } }] }
        : { steps: [{ text: 'made' }] };
    const child = spawn(process.execPath, [OPENCLAW, 'chat', '--session', 'typed'], { env: cleanEnvironment(env) });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    child.stdin.write('go\n');
    await until('the question', () => /\/approve [0-9a-f]{8}/.test(stderr));
    child.stdin.write(`${/\/approve [0-9a-f]{8}/.exec(stderr)?.[0]} allow-once\n`);
    await until('the answer', () => stdout.includes('made'));
    child.stdin.end('/exit\n');
    await new Promise((resolve) => child.once('close', resolve));
    expect(existsSync(bench.workspace('by-chat'))).toBe(true);
  });

  it('shows the content of a standing file as a diff, and asks again when the file is another one by then', async () => {
    writeFileSync(bench.workspace('page.txt'), 'from the web');
    writeFileSync(bench.workspace('MEMORY.md'), 'Likes tea.\n');
    const { told, questions } = await turn(
      [
        { name: 'web_fetch', args: { url: `${site.url}/page` } },
        { name: 'write', args: { path: 'MEMORY.md', content: 'Likes coffee.\n' } },
      ],
      [
        ({ request: { details } }) => {
          expect(details?.[0]).toMatchObject({ label: 'MEMORY.md changes', form: 'diff' });
          expect(details?.[0]?.text).toContain('-Likes tea.\n+Likes coffee.');
          writeFileSync(bench.workspace('MEMORY.md'), 'Likes water.\n');
          return { decision: 'allow-once' };
        },
        ({ request: { details } }) => {
          expect(details?.[0]?.text).toContain('-Likes water.\n+Likes coffee.');
          return { decision: 'deny' };
        },
      ],
    );
    expect(questions).toHaveLength(2);
    expect(told[1]).toContain('approval_denied');
    expect(readFileSync(bench.workspace('MEMORY.md'), 'utf8')).toBe('Likes water.\n');
  });
});
