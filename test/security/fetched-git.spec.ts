import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import JSZip from 'jszip';
import { Environment } from '../../src/config/environment';
import { installPlugin } from '../../src/plugins/plugin-installer';
import { SkillInstaller } from '../../src/skills/install/skill-installer';
import { hashFolder } from '../../src/skills/trust/hash-folder';
import { GitServer } from '../fakes/git-server';

describe('what is installed brings git nothing to obey', () => {
  let base: string;
  let planted: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'openclaw-fetched-git-'));
    planted = join(base, 'planted');
    mkdirSync(join(base, 'home'));
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const env = (): Record<string, string> => ({
    ...{ PATH: process.env['PATH'] ?? '', HOME: join(base, 'home'), GIT_CONFIG_NOSYSTEM: '1' },
    ...{ GIT_AUTHOR_NAME: 'o', GIT_AUTHOR_EMAIL: 'o@e.org', GIT_COMMITTER_NAME: 'o', GIT_COMMITTER_EMAIL: 'o@e.org' },
  });
  const git = (folder: string, ...args: string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: env() });
  /** What a careless owner does in every folder of what was installed. */
  const useAll = (folder: string): void => {
    for (const args of [['status'], ['st'], ['commit', '--allow-empty', '-m', 'x'], ['gc', '--auto']])
      try {
        git(folder, ...args);
      } catch {
        // No repository here.
      }
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) useAll(join(folder, entry.name));
  };
  const make = (folder: string, files: Record<string, string>): string => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(base, folder, path)), { recursive: true });
      writeFileSync(join(base, folder, path), content);
    }
    return join(base, folder);
  };
  const SKILL = '---\nname: counter\ndescription: Counts. Use when asked to count.\n---\n\nCounts words with wc.\n';

  /** Repositories that run a program for whoever uses git in them, each below a folder of its own. */
  const arm = (top: string): void => {
    const evil = (folder: string, ...args: string[]): string => {
      mkdirSync(folder, { recursive: true });
      git(folder, 'init', '-q', ...args, '.');
      const inside = args.length > 0 ? folder : join(folder, '.git');
      git(folder, 'config', 'core.fsmonitor', `touch ${planted}; false`);
      git(folder, 'config', 'alias.st', `!touch ${planted}`);
      writeFileSync(join(inside, 'hooks', 'post-commit'), `#!/bin/sh\ntouch ${planted}\n`);
      chmodSync(join(inside, 'hooks', 'post-commit'), 0o755);
      return inside;
    };
    evil(join(top, 'nested', 'deep'));
    evil(join(top, 'bare'), '--bare');
    cpSync(evil(join(top, 'far')), join(top, 'data'), { recursive: true });
    rmSync(join(top, 'far', '.git'), { recursive: true });
    writeFileSync(join(top, 'far', '.git'), 'gitdir: ../data\n');
    cpSync(join(top, 'nested'), join(top, 'node_modules', 'x'), { recursive: true });
    cpSync(join(top, 'nested'), join(top, '.hidden'), { recursive: true });
    const common = evil(join(top, 'tree'));
    cpSync(common, join(top, 'common'), { recursive: true });
    for (const name of ['objects', 'refs', 'config', 'hooks']) rmSync(join(common, name), { recursive: true });
    writeFileSync(join(common, 'commondir'), '../../common\n');
  };

  const zip = async (folder: string, file: string): Promise<string> => {
    const archive = new JSZip();
    const add = (path: string, name: string): void => {
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        const [from, to] = [join(path, entry.name), `${name}/${entry.name}`];
        if (entry.isDirectory()) {
          archive.folder(to);
          add(from, to);
        } else archive.file(to, execFileSync('cat', [from]), { unixPermissions: 0o755 });
      }
    };
    add(folder, 'counter');
    writeFileSync(join(base, file), await archive.generateAsync({ type: 'nodebuffer', platform: 'UNIX' }));
    return join(base, file);
  };
  const SOURCES: Record<string, (folder: string) => string | Promise<string>> = {
    folder: (folder) => folder,
    zip: (folder) => zip(folder, 'counter.zip'),
    'tar.gz': (folder) => {
      execFileSync('tar', ['-czf', join(base, 'counter.tar.gz'), '-C', dirname(folder), 'counter']);
      return join(base, 'counter.tar.gz');
    },
    git: (folder) => {
      // Git itself carries no .git; what looks like a bare repository it does.
      git(folder, 'init', '-q', '.');
      git(folder, 'add', 'SKILL.md', 'bare', 'data', 'common');
      git(folder, 'commit', '-qm', 'one');
      git(base, 'clone', '-q', '--bare', folder, join(base, 'counter.git'));
      return join(base, 'counter.git');
    },
  };
  const installer = (): SkillInstaller =>
    new SkillInstaller(join(base, 'state'), {
      env: env(),
      home: join(base, 'home'),
      cwd: base,
      download: () => Promise.reject(new Error('nothing is fetched')),
      guard: () => Promise.reject(new Error('nothing is fetched')),
    });
  const yes = (): Promise<{ install: boolean; acceptsRisk: boolean }> =>
    Promise.resolve({ install: true, acceptsRisk: true });

  it.each(Object.keys(SOURCES))('a skill from a %s', async (kind) => {
    const folder = make('src/counter', { 'SKILL.md': SKILL, 'bare/note.txt': 'kept' });
    arm(folder);
    useAll(folder);
    expect(existsSync(planted)).toBe(true);
    const source = (await SOURCES[kind]?.(folder)) ?? '';
    rmSync(planted, { force: true });
    const [staged] = await installer().install(source, yes);
    const installed = join(base, 'state', 'skills', 'counter');
    useAll(installed);
    expect(existsSync(planted)).toBe(false);
    expect(existsSync(join(installed, 'bare', 'note.txt'))).toBe(true);
    expect(hashFolder(installed)).toBe(staged?.hash);
  });

  it('a plugin from an archive, and one from git', async () => {
    const manifest = JSON.stringify({ id: 'counter', main: 'index.js' });
    const folder = make('src/counter', { 'openclaw.plugin.json': manifest, 'index.js': 'module.exports = {};\n' });
    arm(folder);
    rmSync(join(folder, 'node_modules'), { recursive: true });
    execFileSync('tar', ['-czf', join(base, 'counter.tar.gz'), '-C', folder, '.']);
    git(folder, 'init', '-q', '.');
    git(folder, 'add', 'openclaw.plugin.json', 'index.js', 'bare', 'data', 'common');
    git(folder, 'commit', '-qm', 'one');
    git(base, 'clone', '-q', '--bare', folder, join(base, 'counter.git'));
    for (const source of ['counter.tar.gz', 'counter.git']) {
      rmSync(planted, { force: true });
      const state = join(base, `state-${source}`);
      const installed = await installPlugin(join(base, source), state, new Environment(env()), base);
      useAll(installed.folder);
      expect([source, existsSync(planted)]).toEqual([source, false]);
      expect(existsSync(join(installed.folder, 'index.js'))).toBe(true);
    }
  });

  it('and nothing is installed that was not looked through', async () => {
    const folder = make('src/counter', {
      'SKILL.md': SKILL,
      'node_modules/x/index.js': 'x',
      'lib/node_modules/y.js': 'y',
      'lib/__pycache__/a.pyc': 'z',
      'lib/a.py': 'print(1)\n',
    });
    execFileSync('tar', ['-czf', join(base, 'counter.tar.gz'), '-C', dirname(folder), 'counter']);
    await installer().install(join(base, 'counter.tar.gz'), yes);
    const installed = join(base, 'state', 'skills', 'counter');
    expect(readdirSync(installed, { recursive: true, encoding: 'utf8' }).sort()).toEqual([
      'SKILL.md',
      'lib',
      'lib/a.py',
    ]);
    expect(hashFolder(installed, { everything: true })).toBe(hashFolder(installed));
  });

  describe('over the network', () => {
    let server: GitServer;
    let inner: GitServer;
    let bin: string;
    const calls = (name: string): string =>
      existsSync(join(base, `${name}-calls`)) ? readFileSync(join(base, `${name}-calls`), 'utf8') : '';
    beforeEach(async () => {
      for (const folder of ['served', 'hidden', 'keys', 'other-keys']) mkdirSync(join(base, folder));
      server = await GitServer.start(join(base, 'served'), join(base, 'keys'));
      inner = await GitServer.start(join(base, 'hidden'), join(base, 'other-keys'));
      bin = make('bin', {
        ssh: `#!/bin/sh\necho "$@" >> ${join(base, 'ssh-calls')}\nexit 1\n`,
        // As the real one: it hands on what it is given where it is told to fetch nothing.
        'git-lfs': `#!/bin/sh\necho "$GIT_LFS_SKIP_SMUDGE" >> ${join(base, 'lfs-calls')}\n[ "$GIT_LFS_SKIP_SMUDGE" = 1 ] || touch ${planted}\ncat\n`,
      });
      for (const name of ['ssh', 'git-lfs']) chmodSync(join(bin, name), 0o755);
    });
    afterEach(async () => {
      await server.stop();
      await inner.stop();
    });
    /** What owners have in their own settings of git. */
    const own = (...lines: string[]): void =>
      writeFileSync(join(base, 'home', '.gitconfig'), ['[http]', 'sslVerify = false', ...lines, ''].join('\n'));
    const serve = (files: Record<string, string>, also?: (folder: string) => void): void => {
      const folder = make('src/counter', { 'SKILL.md': SKILL, ...files });
      git(folder, 'init', '-q', '.');
      git(folder, 'add', '--all');
      also?.(folder);
      git(folder, 'commit', '-qm', 'one');
      git(base, 'clone', '-q', '--bare', folder, join(base, 'served', 'counter.git'));
    };
    const over = (trustsSource: boolean): SkillInstaller =>
      new SkillInstaller(join(base, 'state'), {
        env: { ...env(), PATH: `${bin}:${env()['PATH'] ?? ''}` },
        home: join(base, 'home'),
        cwd: base,
        download: () => Promise.reject(new Error('nothing is downloaded')),
        guard: (host, port) =>
          `https://${host}:${port}` === server.url
            ? Promise.resolve(host)
            : Promise.reject(new Error(`${host}:${port} is private`)),
        trustsSource,
      });
    const fetched = async (trustsSource: boolean): Promise<string> => {
      await over(trustsSource).install(`${server.url}/counter.git`, yes);
      return join(base, 'state', 'skills', 'counter');
    };

    it.each([true, false])(
      'neither with its submodules, whatever they say; written by the owner: %s',
      async (trusts) => {
        own('[submodule]', 'recurse = true', '[fetch]', 'recurseSubmodules = true', '[protocol]', 'allow = always');
        const module = (name: string, url: string): string =>
          `[submodule "${name}"]\n\tpath = ${name}\n\turl = ${url}\n\tupdate = !touch ${planted}\n\tactive = true\n`;
        const modules = [
          module('hidden', `${inner.url}/secret.git`),
          module('outside', `ext::touch ${planted}`),
          module('local', `file://${base}/src/counter`),
          module('dash', `-u touch ${planted}`),
          module('../../up', '../counter.git'),
        ];
        serve({ '.gitmodules': modules.join('') }, (folder) => {
          for (const name of ['hidden', 'outside', 'local', 'dash'])
            git(folder, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},${name}`);
        });
        const installed = await fetched(trusts);
        expect([existsSync(planted), inner.asked]).toEqual([false, []]);
        expect(readdirSync(installed).sort()).not.toContain('.git');
        for (const name of ['hidden', 'outside', 'local', 'dash'])
          if (existsSync(join(installed, name))) expect(readdirSync(join(installed, name))).toEqual([]);
        useAll(installed);
        expect(existsSync(planted)).toBe(false);
      },
    );

    it('nor with what large files are kept elsewhere: a pointer stays one', async () => {
      own('[filter "lfs"]', 'smudge = git-lfs smudge -- %f', 'clean = cat', 'required = true');
      const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 5\n`;
      serve({
        '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
        '.lfsconfig': `[lfs]\n\turl = ${inner.url}/lfs\n[core]\n\tfsmonitor = touch ${planted}\n`,
        'model.bin': pointer,
      });
      const installed = await fetched(true);
      expect(readFileSync(join(installed, 'model.bin'), 'utf8')).toBe(pointer);
      expect([existsSync(planted), calls('lfs'), inner.asked]).toEqual([false, '1\n', []]);
    });

    it('goes no other way than the one that was looked at, because of an address that stands for another', async () => {
      serve({});
      for (const instead of [
        `[url "ssh://git@internal.example/"]`,
        `[url "${inner.url}/"]`,
        `[url "ext::touch ${planted} "]`,
        `[url "file://${base}/served/"]`,
        `[url "${base}/served/"]`,
      ]) {
        own(instead, `insteadOf = ${server.url}/`);
        await expect([instead, fetched(false)][1]).rejects.toMatchObject({ code: 'SKILL_SOURCE_FAILED' });
      }
      expect([calls('ssh'), inner.asked, existsSync(planted)]).toEqual(['', [], false]);
      // Who writes it at the terminal has their own settings of git.
      own(`[url "ssh://git@internal.example/"]`, `insteadOf = ${server.url}/`);
      await expect(fetched(true)).rejects.toThrow();
      expect(calls('ssh')).toContain('internal.example');
      own();
      expect(existsSync(join(await fetched(false), 'SKILL.md'))).toBe(true);
    });
  });
});
