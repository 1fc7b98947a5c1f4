import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import JSZip from 'jszip';
import { Environment } from '../../src/config/environment';
import { installPlugin } from '../../src/plugins/plugin-installer';
import { SkillInstaller } from '../../src/skills/install/skill-installer';
import { hashFolder } from '../../src/skills/trust/hash-folder';

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
});
