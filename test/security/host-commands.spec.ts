import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { checkAllowlist } from '../../src/tools/approvals/exec-allowlist';
import { warningsOf } from '../../src/tools/approvals/exec-approvals-file';
import { type ExecRule, exactArguments, matchesArguments } from '../../src/tools/approvals/exec-rules';
import { readsStdinOnly } from '../../src/tools/approvals/safe-stdin';
import type { PendingApproval } from '../../src/tools/approvals/pending-approval';
import { unusualVariables } from '../../src/tools/sandbox/child-environment';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const PATH = '/usr/bin:/bin';
const SAFE = ['jq', 'grep', 'cut', 'sort', 'uniq', 'head', 'tail', 'tr', 'wc'];

/** Ran unasked once, because the program was thought to be harmless. */
const EFFECTS = [
  'date -f /etc/passwd',
  'date --file=/etc/passwd',
  'date -s 2001-01-01',
  'hostname evil',
  "printf '/etc/passwd' | sort --files0-from -",
  "printf '/etc/passwd' | tr a a | sort --files0-from -",
  'grep -Rh TOPSECRET',
  'echo KEY | sort --output planted',
  'echo KEY | sort -o planted',
  'echo KEY | uniq - planted',
  "printf 's' | sort -S 1b --compress-program sh --files0-from -",
  "printf 's' | sort -S 1b --comp sh --files0-from -",
  'printf x | wc --files0-from=-',
  'echo x | tee planted',
  'id',
];
const WRAPPERS = (
  'taskset 1 date;flock x date;prlimit --nproc=5 date;run-parts x;ex x;view x;sqlite3 x;apt-get update;chrt 1 date;setpriv date;' +
  'split --filter=sh x;sort x;nice date;python3 x.py;node x.js;find .;git status;make;npm test;ssh h;script x;unshare date;' +
  'ip netns exec x date;perf stat date;dbus-run-session date;start-stop-daemon x;ldconfig;ld.so x;systemd-cat date;watch date;' +
  'curl http://x;wget http://x;jq .;mail x;rsync a b;tar cf a b;bc;dc;m4 x;gdb;vim;openssl enc;busybox date;coreutils date;' +
  'zip a b;ar t x;eject;crontab x;dpkg -l;logger x;xdg-open x;mount x;strings x;nsenter date;cpulimit date;diff a b;pr x'
).split(';');

describe('commands on the machine that nobody has listed', () => {
  let folder: string;
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-host-')));
    symlinkSync('/nonexistent/authorized_keys', join(folder, 'planted'));
    symlinkSync('/etc', join(folder, 'etc'));
    writeFileSync(join(folder, 'notes.txt'), 'x');
    mkdirSync(join(folder, 'src'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const check = (command: string, rules: ExecRule[] = [], more: { patterns?: string[]; safeBins?: string[] } = {}) =>
    checkAllowlist(command, { patterns: [], safeBins: [], rules, workspace: folder, ...more }, PATH, folder);

  it.each(EFFECTS)('are asked for: %s', (command) => {
    expect(check(command).allowed).toBe(false);
    expect(check(command, [], { safeBins: SAFE }).allowed).toBe(false);
  });

  it('can be remembered only where the program does nothing but what its arguments say', () => {
    expect(WRAPPERS.filter((command) => check(command).canRemember)).toEqual([]);
    expect(check('touch notes.txt').rule).toEqual({ pattern: '/usr/bin/touch', args: ['notes.txt'], cwd: folder });
    expect(check('ls src | wc -l').rule).toMatchObject({ command: 'ls src | wc -l', cwd: folder });
  });

  it('are listed with what they may be given: program, arguments, folder', () => {
    const touch: ExecRule = { pattern: '/usr/bin/touch', args: ['notes.txt'], cwd: folder };
    expect(check('touch notes.txt', [touch]).allowed).toBe(true);
    for (const other of ['touch other.txt', 'touch notes.txt x', 'touch -r x notes.txt', 'touch', 'rm notes.txt'])
      expect([other, check(other, [touch]).allowed]).toEqual([other, false]);
    expect(
      checkAllowlist('touch notes.txt', { patterns: [], safeBins: [], rules: [touch] }, PATH, '/tmp').allowed,
    ).toBe(false);
    // What the owner has written himself holds for any program.
    const git: ExecRule = { pattern: '/usr/bin/git', args: ['log', '--oneline', '...'] };
    if (existsSync('/usr/bin/git')) expect(check('git log --oneline main', [git]).allowed).toBe(true);
    expect(check('git -c core.pager=sh log', [git]).allowed).toBe(false);
    expect(check('git log --oneline --output=x', [git]).allowed).toBe(false);
  });

  it('do not become others by a pipe, a link or a file of the assistant', () => {
    const rules: ExecRule[] = [
      { pattern: '/usr/bin/cat', args: ['**'] },
      { pattern: '/usr/bin/sort', args: ['...'] },
      { pattern: '/usr/bin/cp', args: ['*', '*'] },
      { pattern: '/usr/bin/ls', command: 'ls src | wc -l', cwd: folder },
      { pattern: join(folder, 'tool'), args: [] },
    ];
    expect(check('cat notes.txt; sort notes.txt', rules).allowed).toBe(true);
    expect(check('cat notes.txt | sort', rules).allowed).toBe(false);
    expect(check('ls src | wc -l', rules).allowed).toBe(true);
    expect(check('ls src | wc -c', rules).allowed).toBe(false);
    expect(check('cat planted', rules)).toMatchObject({ allowed: false, reason: 'planted leads through a link' });
    expect(check('cat etc/passwd', rules).allowed).toBe(false);
    expect(check('cp notes.txt planted', rules).allowed).toBe(false);
    expect(check('cp notes.txt copy.txt', rules).allowed).toBe(true);
    writeFileSync(join(folder, 'tool'), '#!/bin/sh\n');
    chmodSync(join(folder, 'tool'), 0o755);
    expect(check('./tool', rules).allowed).toBe(false);
  });

  it('keep working as older entries have listed them, and the owner is told that these hold for any arguments', () => {
    expect(check('touch anything', [], { patterns: ['/usr/bin/touch'] }).allowed).toBe(true);
    expect(check('taskset 1 sh -c id', [], { patterns: ['/usr/bin/**', '/bin/**'] }).allowed).toBe(false);
    const file = {
      version: 1 as const,
      agents: {
        main: {
          allowlist: [
            { pattern: '/usr/bin/make' },
            { pattern: '/usr/bin/touch', args: ['x'] },
            { pattern: '/usr/bin/curl', argPattern: '^x$' },
            { pattern: '/usr/bin/rm', args: 'x' as never },
          ],
        },
      },
    };
    expect(warningsOf(file).map((line) => line.replace(/^.*main, /, ''))).toEqual([
      '"/usr/bin/make": it allows any arguments; add "args" with those it may have',
      '"/usr/bin/curl": "argPattern" is not known, so it allows nothing',
      '"/usr/bin/rm": "args" must be a list of texts, so it allows nothing',
    ]);
  });

  it('match argument by argument, whatever the arguments hold', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', '/', '.', '-', '*', '\\', '=', ' ', '"', '\n', '+', '(', '['),
    });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), fc.array(word, { maxLength: 4 }), (argv, other) => {
        const rule = exactArguments(argv);
        expect(matchesArguments(rule, argv)).toBe(true);
        expect(matchesArguments(rule, other)).toBe(JSON.stringify(argv) === JSON.stringify(other));
        expect(matchesArguments([...rule, '*'], [...argv, '--option'])).toBe(false);
        expect(matchesArguments([...rule, '...'], [...argv, 'ok', '-x'])).toBe(false);
        expect(matchesArguments([...rule, 'src/**'], [...argv, 'src/../../etc/passwd'])).toBe(false);
      }),
      { numRuns: 2000 },
    );
    expect(matchesArguments(['src/*.ts'], ['src/a.ts'])).toBe(true);
    expect(matchesArguments(['src/*.ts'], ['src/a/b.ts'])).toBe(false);
    expect(matchesArguments(['--name=*'], ['--name=x'])).toBe(true);
  });

  it('that read standard input open no file in any combination of options', () => {
    const part = fc.constantFrom(
      '-o',
      '-n',
      '5',
      '--files0-from',
      '-',
      '--comp',
      'planted',
      '-f',
      '-k2',
      '-r',
      '-R',
      '--',
      '-ro',
      '-T.',
    );
    fc.assert(
      fc.property(fc.constantFrom('sort', 'uniq', 'head', 'tail', 'wc', 'cut', 'nl'), fc.array(part), (name, args) => {
        if (!readsStdinOnly([name, ...args])) return;
        expect(args.join(' ')).not.toMatch(/(^| )(--|-o|-ro|-T|-( |$)|planted)/);
      }),
      { numRuns: 3000 },
    );
    expect(readsStdinOnly(['sort', '-u', '-k2'])).toBe(true);
  });
});

describe('variables of a call', () => {
  it.each([
    ...[
      'LD_PRELOAD',
      'GIT_EXTERNAL_DIFF',
      'GIT_DIR',
      'HOME',
      'EDITOR',
      'VISUAL',
      'PAGER',
      'LESSOPEN',
      'XDG_CONFIG_HOME',
    ],
    ...[
      'GCONV_PATH',
      'PATH',
      'NODE_OPTIONS',
      'PYTHONPATH',
      'BASH_ENV',
      'ENV',
      'LOCPATH',
      'NLSPATH',
      'TERMINFO',
      'TERMCAP',
    ],
    ...[
      'MANPAGER',
      'BROWSER',
      'SSH_ASKPASS',
      'http_proxy',
      'lang',
      'LC_ALL_X',
      'TZDIR',
      'CIX',
      'MAKEFLAGS',
      'ANYTHING',
    ],
  ])('%s is asked for', (name) => expect(unusualVariables({ [name]: 'x' })).toEqual([name]));

  it.each(['/etc/shadow', ':/etc/shadow', '../../x', 'a/../b', '$(id)', 'a b', 'x\ny', '()'])(
    'so is a value like %j',
    (value) => expect(unusualVariables({ TZ: value, LANG: value })).toEqual(['TZ', 'LANG']),
  );

  it('is not, where it only says how to write', () => {
    const plain = {
      LANG: 'de_DE.UTF-8',
      LC_ALL: 'C',
      TZ: 'America/Argentina/Buenos_Aires',
      TERM: 'dumb',
      NO_COLOR: '1',
      CI: 'true',
    };
    expect(unusualVariables(plain)).toEqual([]);
  });
});

describe('a command on the machine, through a whole turn', () => {
  let bench: ToolBench;
  let victim: string;
  beforeAll(async () => {
    victim = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-victim-')));
    bench = await ToolBench.start();
    writeFileSync(
      join(bench.gateway.stateDir, 'exec-approvals.json'),
      JSON.stringify({ version: 1, agents: { main: { allowlist: [{ pattern: '/usr/bin/env', args: [] }] } } }),
      { mode: 0o600 },
    );
    symlinkSync(join(victim, 'authorized_keys'), bench.workspace('planted'));
  });
  afterAll(async () => {
    await bench.stop();
    rmSync(victim, { recursive: true });
  });

  const pending = async (): Promise<PendingApproval[]> =>
    ((await bench.client.call('exec.approval.list')).payload ?? []) as unknown as PendingApproval[];
  let conversation = 0;
  /** What a command on the machine prints is others' text: a new conversation has read nothing. */
  const fresh = (): number => ++conversation;
  /** Runs it and answers what is asked; returns the questions. */
  const run = async (args: object, ...answers: object[]): Promise<{ told: string; asked: PendingApproval[] }> => {
    const asked: PendingApproval[] = [];
    const [told = ''] = await bench.turn([{ name: 'exec', args: { host: 'gateway', ...args } }], {
      sessionKey: `host-${conversation}`,
      meanwhile: async () => {
        for (const answer of answers) {
          await until('a question', async () => (await pending()).length > 0);
          const [question] = await pending();
          if (question) asked.push(question);
          const { error } = await bench.client.call('exec.approval.resolve', {
            id: question?.id,
            hash: question?.hash,
            ...answer,
          });
          expect(error).toBeUndefined();
        }
      },
    });
    return { told, asked };
  };
  const deny = { decision: 'deny' };

  it('leaves no trace without a yes', async () => {
    for (const command of [
      'echo KEY | sort --output planted',
      'echo KEY | uniq - planted',
      'date -f /etc/passwd',
      'echo hi',
    ]) {
      const { told, asked } = await run({ command }, deny);
      expect(told).toContain('approval_denied');
      expect(asked[0]?.request.command).toBe(command);
    }
    expect(existsSync(join(victim, 'authorized_keys'))).toBe(false);
  });

  it('runs unasked with what the owner has listed, and shows every variable that is not plain', async () => {
    fresh();
    expect((await run({ command: 'env', env: { LANG: 'C', NO_COLOR: '1' } })).told).toContain('NO_COLOR=1');
    const after = await run({ command: 'env' }, deny);
    expect(after.asked[0]?.request.reason).toBe('this turn has read an outside tool');
    fresh();
    const { told, asked } = await run(
      { command: 'env', env: { GIT_EXTERNAL_DIFF: '/tmp/evil', HOME: '/tmp/x' } },
      deny,
    );
    expect(told).toContain('approval_denied');
    expect(asked[0]?.request).toMatchObject({
      reason: 'it sets GIT_EXTERNAL_DIFF, HOME',
      env: { GIT_EXTERNAL_DIFF: '/tmp/evil', HOME: '/tmp/x' },
      canAlways: false,
    });
  });

  it('is asked again when a file that it names has changed since', async () => {
    const script = bench.workspace('job.sh');
    writeFileSync(script, 'echo harmless\n');
    const asked: PendingApproval[] = [];
    const [told = ''] = await bench.turn([{ name: 'exec', args: { host: 'gateway', command: 'sh job.sh' } }], {
      meanwhile: async () => {
        for (const decision of ['allow-once', 'deny']) {
          await until('a question', async () => (await pending()).some(({ id }) => id !== asked[0]?.id));
          asked.push(...(await pending()));
          if (decision === 'allow-once') writeFileSync(script, `touch ${join(victim, 'pwned')}\n`);
          await bench.client.call('exec.approval.resolve', { id: asked.at(-1)?.id, decision });
        }
      },
    });
    expect(asked[1]?.request.reason).toBe('job.sh has changed since it was approved');
    expect(told).toContain('approval_denied');
    expect(existsSync(join(victim, 'pwned'))).toBe(false);
  });

  it('is remembered for the conversation or for good, word for word and no further', async () => {
    fresh();
    const { asked } = await run({ command: 'sh -c "echo once"' }, { decision: 'allow-session' });
    expect(asked[0]?.choices).toEqual(['allow-once', 'allow-session', 'deny']);
    expect(asked[0]?.request.sessionRule).toContain('exactly this line');
    expect((await run({ command: 'sh -c "echo once"' })).told).toContain('once');
    expect((await run({ command: 'sh -c "echo twice"' }, deny)).told).toContain('approval_denied');

    fresh();
    await run({ command: 'mkdir -p kept' }, { decision: 'allow-always' });
    const file = readFileSync(join(bench.gateway.stateDir, 'exec-approvals.json'), 'utf8');
    expect(file).toContain('"-p"');
    fresh();
    expect((await run({ command: 'mkdir -p kept' })).told).toContain('no output');
    fresh();
    expect((await run({ command: 'mkdir -p other' }, deny)).told).toContain('approval_denied');
    fresh();
    expect((await run({ command: 'mkdir -p kept && sh -c id' }, deny)).told).toContain('approval_denied');
  });

  it('is remembered for some days where the answer says so, and is asked for again afterwards', async () => {
    const path = join(bench.gateway.stateDir, 'exec-approvals.json');
    const entry = (): { expiresAt?: number } | undefined => {
      const { agents } = JSON.parse(readFileSync(path, 'utf8')) as {
        agents: Record<string, { allowlist: { args?: string[]; expiresAt?: number }[] }>;
      };
      return agents['main']?.allowlist.find(({ args }) => args?.includes('for-days'));
    };
    const command = 'mkdir -p for-days';
    const DAY_MS = 24 * 3_600_000;
    fresh();
    const before = Date.now();
    const { asked } = await run({ command }, { decision: 'allow-always', grantExpiresInDays: 2 });
    expect(entry()?.expiresAt).toBeGreaterThanOrEqual(before + 2 * DAY_MS);
    expect(entry()?.expiresAt).toBeLessThanOrEqual(Date.now() + 2 * DAY_MS);
    const approval = async (): Promise<Record<string, unknown> | undefined> =>
      (await bench.client.call('approval.get', { id: asked[0]?.id })).payload?.['approval'] as Record<string, unknown>;
    expect(await approval()).toMatchObject({
      status: 'allowed',
      decision: 'allow-always',
      reason: 'user',
      presentation: { kind: 'exec', commandText: command },
    });
    fresh();
    expect((await run({ command })).told).toContain('no output');
    const shown = await bench.client.call('exec.approvals.get');
    expect(JSON.stringify(shown.payload?.['rules'])).toContain('for-days, with exactly these arguments');
    expect(JSON.stringify(shown.payload?.['rules'])).toContain('it ends on ');

    writeFileSync(path, readFileSync(path, 'utf8').replace(String(entry()?.expiresAt), String(Date.now() - 1)));
    fresh();
    expect((await run({ command }, deny)).told).toContain('approval_denied');
    fresh();
    // The rule that has ended is there once more, and once only.
    await run({ command }, { decision: 'allow-always', grantExpiresInDays: 1 });
    expect(readFileSync(path, 'utf8').match(/"for-days"/g)).toHaveLength(1);
    fresh();
    expect((await run({ command })).told).toContain('no output');
  });

  it('can have a length only where a rule is written', async () => {
    fresh();
    let refusals: unknown[] = [];
    await bench.turn([{ name: 'exec', args: { host: 'gateway', command: 'mkdir -p once-only' } }], {
      sessionKey: `host-${conversation}`,
      meanwhile: async () => {
        await until('a question', async () => (await pending()).length > 0);
        const [question] = await pending();
        const answer = { id: question?.id, decision: 'allow-once', grantExpiresInDays: 3 };
        const waits = await bench.client.call('exec.approval.get', { id: question?.id });
        expect(waits.payload).toMatchObject({
          commandText: 'mkdir -p once-only',
          allowedDecisions: expect.arrayContaining(['deny']) as string[],
        });
        expect((await bench.client.call('approval.get', { id: question?.id })).payload?.['approval']).toMatchObject({
          status: 'pending',
        });
        refusals = [
          (await bench.client.call('exec.approval.resolve', answer)).error,
          (await bench.client.call('exec.approval.resolve', { ...answer, grantExpiresInDays: 0 })).error?.message,
        ];
        await bench.client.call('exec.approval.resolve', { id: question?.id, decision: 'deny' });
        expect((await bench.client.call('exec.approval.get', { id: question?.id })).error?.details).toMatchObject({
          code: 'APPROVAL_NOT_FOUND',
        });
      },
    });
    expect(refusals).toEqual([
      expect.objectContaining({
        code: 'INVALID_REQUEST',
        details: expect.objectContaining({ code: 'APPROVAL_NO_RULE' }),
      }),
      expect.stringContaining('grantExpiresInDays'),
    ]);
    const { error } = await bench.client.call('approval.get', { id: 'ffffffff' });
    expect(error?.details).toMatchObject({ code: 'APPROVAL_NOT_FOUND' });
  });
});
