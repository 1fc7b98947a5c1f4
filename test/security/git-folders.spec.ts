import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const describeWithSandbox = process.env['TEST_SANDBOX'] ? describe : describe.skip;

describeWithSandbox('git folders of a workspace', () => {
  let bench: ToolBench;
  let planted: string;
  beforeAll(async () => {
    bench = await ToolBench.start();
    planted = join(bench.gateway.stateDir, 'planted');
    const settings = { PATH: process.env['PATH'] ?? '', HOME: bench.gateway.stateDir };
    execFileSync('git', ['init', '--quiet', bench.workspace()], { env: settings });
  });
  afterAll(() => bench.stop());
  afterEach(() => rmSync(planted, { force: true }));

  const exec = (command: string): Promise<string> => bench.call('exec', { command });
  /** The owner at their own terminal, in a folder of the workspace. */
  const owner = (folder: string, ...args: string[]): string => {
    try {
      return execFileSync('git', args, {
        cwd: bench.workspace(folder),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        env: {
          ...{ PATH: process.env['PATH'] ?? '', HOME: bench.gateway.stateDir, GIT_EDITOR: 'true', GIT_PAGER: 'cat' },
          ...{
            GIT_AUTHOR_NAME: 'o',
            GIT_AUTHOR_EMAIL: 'o@e.org',
            GIT_COMMITTER_NAME: 'o',
            GIT_COMMITTER_EMAIL: 'o@e.org',
          },
        },
      });
    } catch {
      return '';
    }
  };
  /** What a careless owner does: look, add, commit, switch, fetch, go on with a rebase. */
  const useAll = (folder: string): void => {
    for (const args of [
      ...[['status'], ['add', '-A'], ['commit', '--allow-empty', '-m', 'x'], ['log', '-1'], ['diff', 'HEAD'], ['st']],
      ...[
        ['checkout', '-b', `b${Math.random()}`],
        ['fetch', '--all'],
        ['push', 'o', 'HEAD'],
        ['rebase', '--continue'],
      ],
    ])
      owner(folder, ...args);
  };
  /** A program that leaves a sign; the name of its file. */
  const sign = (): string => `touch ${planted}`;

  it('serve ordinary work in the sandbox, which is not remarked on', async () => {
    const told = await exec(
      [
        'set -e; mkdir work; cd work; git init -q .; git config user.name Ann; git config user.email a@example.org',
        'echo 1 >a; git add a; git commit -qm one; git branch other; git checkout -q other; echo 2 >b; git add b',
        'git commit -qm two; git checkout -q -; git merge -q other; echo 3 >>a; git stash -q; git stash pop -q; git diff',
        'git log --oneline | cat; git remote add origin https://example.org/x.git; git branch -d other; cd ..',
        'git clone -q work copy; git -C copy log --oneline | cat; git -C copy worktree add -q ../tree; git -C tree status -s',
        'git clone -q --bare work bare.git; cd copy; git -c protocol.file.allow=always submodule --quiet add ../work sub',
        'git -c user.name=x -c user.email=x@e.org commit -qm sub; cd ..; git config user.name Ann; git status -s; echo fine',
      ].join('\n'),
    );
    expect(told).toContain('fine');
    expect(told).not.toContain('put aside');
    expect(owner('work', 'config', 'user.name')).toBe('Ann\n');
    expect(owner('copy', 'submodule', 'status')).toContain('sub');
    expect(owner('', 'status', '--short')).toContain('work/');
    await exec('rm -rf work copy tree bare.git');
  });

  const inFresh = (lines: string): string => `rm -rf r; git init -q r; cd r; ${lines}`;
  const program = `printf '#!/bin/sh\\n%s\\n' "${'$SIGN'}"`;
  const attacks: [name: string, folder: string, lines: string][] = [
    ['a setting of the workspace itself', '', 'git config core.fsmonitor "$SIGN; false"'],
    ['a setting of a new repository', 'r', inFresh('git config core.fsmonitor "$SIGN; false"')],
    ['another case and form', 'r', inFresh('printf "[CORE]FSMonitor = \\"$SIGN; \\\\\\nfalse\\"" >>.git/config')],
    ['an alias', 'r', inFresh('git config alias.st "!$SIGN"')],
    ['a filter', 'r', inFresh('git config filter.f.clean "$SIGN; cat"; echo "* filter=f" >.gitattributes; echo 1 >a')],
    [
      'an included file',
      'r',
      inFresh('printf "[core]\\nfsmonitor = $SIGN; false\\n" >c; git config include.path ../c'),
    ],
    ['a hook', 'r', inFresh(`${program} >.git/hooks/post-commit; chmod +x .git/hooks/post-commit`)],
    ['a hook of the workspace', '', `${program} >.git/hooks/post-commit; chmod +x .git/hooks/post-commit`],
    [
      'hooks elsewhere',
      'r',
      inFresh(`mkdir h; ${program} >h/post-commit; chmod +x h/post-commit; git config core.hooksPath h`),
    ],
    [
      'a folder of hooks that is a link',
      'r',
      inFresh(`rm -r .git/hooks; mkdir .git/h; ln -s h .git/hooks; ${program} >.git/h/post-commit; chmod +x .git/h/*`),
    ],
    [
      'a configuration that is a link',
      'r',
      inFresh('printf "[core]\\nfsmonitor = $SIGN; false\\n" >c; ln -sf ../c .git/config'),
    ],
    [
      'a renamed folder and a file that leads to it',
      'r',
      inFresh('git config core.fsmonitor "$SIGN; false"; mv .git g; echo "gitdir: g" >.git'),
    ],
    [
      'a link that leads to it',
      'r',
      inFresh('git config core.fsmonitor "$SIGN; false"; mkdir ../r2; mv .git ../r2/data; ln -s ../r2/data .git'),
    ],
    [
      'a common folder elsewhere',
      'r',
      inFresh(
        'git init -q --bare ../common; git -C ../common config core.fsmonitor "$SIGN; false"; git -C ../common config core.bare false; echo ../../common >.git/commondir',
      ),
    ],
    ['a bare repository', 'r', 'rm -rf r; git init -q --bare r; git -C r config alias.st "!$SIGN"'],
    [
      'a submodule',
      'r/sub',
      inFresh(
        'git -c user.name=x -c user.email=x -C . commit -q --allow-empty -m x; git init -q ../s; git -C ../s -c user.name=x -c user.email=x commit -q --allow-empty -m x; git -c protocol.file.allow=always submodule --quiet add ../s sub; git -C sub config core.fsmonitor "$SIGN; false"',
      ),
    ],
    [
      'a worktree with settings of its own',
      'tree',
      inFresh(
        'rm -rf ../tree; git -c user.name=x -c user.email=x commit -q --allow-empty -m x; git config extensions.worktreeConfig true; git worktree add -q ../tree; git -C ../tree config --worktree core.fsmonitor "$SIGN; false"',
      ),
    ],
    [
      'a remote that is a program',
      'r',
      inFresh(
        'git init -q --bare ../u; git remote add o ../u; git config remote.o.uploadpack "$SIGN; git-upload-pack"',
      ),
    ],
    [
      'hooks of a remote in the workspace',
      'r',
      inFresh(
        `git init -q --bare ../u; git remote add o ../u; ${program} >../u/hooks/pre-receive; chmod +x ../u/hooks/pre-receive; git -c user.name=x -c user.email=x commit -q --allow-empty -m x`,
      ),
    ],
    [
      'a rebase that goes on',
      'r',
      inFresh(
        'git config user.name x; git config user.email x; for i in 1 2; do echo $i >a; git add a; git commit -qm $i; done; GIT_SEQUENCE_EDITOR="sed -i 1s/pick/edit/" git rebase -qi HEAD~1; echo "exec $SIGN" >>.git/rebase-merge/git-rebase-todo',
      ),
    ],
    [
      'a common folder that looks like none, with a link for its hooks',
      'r',
      inFresh(
        `rm -rf ../c ../evil; mkdir ../c ../evil; mv .git/objects .git/refs .git/config ../c; ln -s ../evil ../c/hooks; ${program} >../evil/post-commit; chmod +x ../evil/post-commit; echo ../../c >.git/commondir`,
      ),
    ],
    [
      'a name that is no text',
      'r',
      inFresh(
        `git config core.fsmonitor "$SIGN; false"; d=$(printf 'x\\377'); mkdir "../$d"; mv .git "../$d/g"; printf 'gitdir: ../x\\377/g' >.git`,
      ),
    ],
    [
      'a link to a name that is no text',
      'r',
      inFresh(
        `git config core.fsmonitor "$SIGN; false"; d=$(printf 'y\\377'); mkdir "../$d"; mv .git "../$d/g"; ln -s "../$d/g" .git`,
      ),
    ],
    [
      'a deep folder',
      'a/b/c/r',
      'mkdir -p a/b/c; cd a/b/c; git init -q r; git -C r config core.fsmonitor "$SIGN; false"',
    ],
    [
      'a repository in the objects of another',
      'r/objects/x',
      'rm -rf r; git init -q --bare r; git init -q r/objects/x; git -C r/objects/x config core.fsmonitor "$SIGN; false"',
    ],
  ];
  it.each(attacks)('run nothing on the machine by %s', async (_name, folder, lines) => {
    const told = await exec(`SIGN='${sign()}'\n${lines}`);
    useAll(folder);
    expect([existsSync(planted), told]).toEqual([false, expect.stringContaining('put aside')]);
    rmSync(bench.workspace('r2'), { recursive: true, force: true });
  });

  it('write nothing outside through links and work trees', async () => {
    const victim = join(bench.gateway.stateDir, 'victim');
    writeFileSync(victim, 'mine\n');
    await exec(inFresh(`mkdir -p .git/logs; ln -s ${victim} .git/logs/HEAD; ln -s ${victim} .git/COMMIT_EDITMSG`));
    useAll('r');
    // A name that is no text does not hide them.
    await exec(
      inFresh(
        `mkdir -p .git/logs/refs/heads; b=$(printf 'b\\377'); git symbolic-ref HEAD "refs/heads/$b"; ln -s ${victim} ".git/logs/refs/heads/$b"`,
      ),
    );
    owner('r', 'commit', '--allow-empty', '-m', 'x');
    const place = join(bench.gateway.stateDir, 'place');
    mkdirSync(place);
    writeFileSync(join(place, 'a'), 'mine\n');
    await exec(
      inFresh(
        `echo theirs >a; git add a; git -c user.name=x -c user.email=x commit -qm x; w=$(printf 'w\\377'); ln -s ${place} "$w"; printf '[core]\\nworktree = ../w\\377\\n' >>.git/config`,
      ),
    );
    owner('r', 'reset', '--hard');
    expect(readFileSync(join(place, 'a'), 'utf8')).toBe('mine\n');
    await exec(
      inFresh(
        `echo theirs >victim; git add victim; git -c user.name=x -c user.email=x commit -qm x; git config core.worktree ${bench.gateway.stateDir}; git config core.bare false`,
      ),
    );
    owner('r', 'commit', '--allow-empty', '-m', 'x');
    owner('r', 'reset', '--hard');
    expect(readFileSync(victim, 'utf8')).toBe('mine\n');
  });

  it('keep what the owner set up, which runs on in the sandbox, and only that', async () => {
    const hook = bench.workspace('.git', 'hooks', 'post-commit');
    mkdirSync(bench.workspace('.git', 'hooks'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\ntouch from-hook\n');
    chmodSync(hook, 0o755);
    owner('', 'config', 'core.fsmonitor', 'false');
    owner('', 'config', 'alias.st', '!echo of-the-owner');
    const told = await exec(
      'git config user.name Ann; git config user.email a@e.org; git commit -q --allow-empty -m x; ls from-hook; git st; echo "touch evil" >>.git/hooks/post-commit; mv .git/hooks .git/h',
    );
    expect(told).toMatch(/from-hook\n[^]*of-the-owner/);
    expect(told).not.toContain('put aside');
    expect(readFileSync(hook, 'utf8')).toBe('#!/bin/sh\ntouch from-hook\n');
    expect(owner('', 'st')).toBe('of-the-owner\n');
    expect(await exec('git config --add alias.st "!touch evil"')).toContain('put aside');
    expect(owner('', 'st')).toBe('of-the-owner\n');
    rmSync(hook);
  });

  it('are looked at while a command goes on, and after a crash', async () => {
    await exec(inFresh('true'));
    await bench.call('exec', {
      command: `cd r; git config core.fsmonitor '${sign()}; false'; touch is-set; sleep 60`,
      background: true,
    });
    const config = bench.workspace('r', '.git', 'config');
    await until('the setting', () => existsSync(bench.workspace('r', 'is-set')));
    await until('the setting is gone', () => !readFileSync(config, 'utf8').includes('fsmonitor'));
    await bench.call('exec', { command: `sleep 1000`, background: true });
    await bench.gateway.signal('SIGKILL');
    // What the last moments of a sandboxed command would leave.
    execFileSync('git', ['config', 'core.fsmonitor', `${sign()}; false`], { cwd: bench.workspace('r') });
    await bench.restart();
    await until('the setting is gone', () => !readFileSync(config, 'utf8').includes('fsmonitor'));
    useAll('r');
    expect(existsSync(planted)).toBe(false);
    expect(readdirSync(join(bench.gateway.stateDir, 'put-aside')).length).toBeGreaterThan(0);
  });

  it('are no place for the file tools, whatever way leads there', async () => {
    await exec(inFresh('git init -q --bare ../bare'));
    symlinkSync('r/.git', bench.workspace('way'));
    mkdirSync(bench.workspace('half', 'refs'), { recursive: true });
    mkdirSync(bench.workspace('half', 'objects'));
    const config = readFileSync(bench.workspace('r', '.git', 'config'), 'utf8');
    for (const path of [
      ...[
        '.git/config',
        '.git/hooks/post-commit',
        'r/.git/config',
        'way/config',
        'r/.GIT/config',
        'new/.git',
        'new/.git/config',
      ],
      ...['bare/config', 'bare/hooks/update', 'half/HEAD', 'half/../r/.git/config'],
    ])
      expect([path, await bench.call('write', { path, content: 'x' })]).toEqual([
        path,
        expect.stringContaining('is part of a git folder'),
      ]);
    const edit = await bench.call('edit', { path: 'r/.git/config', oldText: 'bare = false', newText: 'bare = true' });
    expect(edit).toContain('is part of a git folder');
    expect(readFileSync(bench.workspace('r', '.git', 'config'), 'utf8')).toBe(config);
    for (const path of ['.gitignore', '.github/workflows/ci.yml', 'r/HEAD', 'git/config', 'half/x'])
      expect(await bench.call('write', { path, content: 'x' })).toContain('Created');
  });
});
