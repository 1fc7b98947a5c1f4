import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Redactor } from '../../src/common/redactor';
import { ConfigService } from '../../src/config/config.service';
import { Environment } from '../../src/config/environment';
import { installPlugin } from '../../src/plugins/plugin-installer';
import { SkillInstaller } from '../../src/skills/install/skill-installer';
import { GuardedHttp } from '../../src/tools/web/guarded-http.service';
import { GitServer } from '../fakes/git-server';
import { PackageRegistry } from '../fakes/package-registry';

const SKILL = '---\nname: counter\ndescription: Counts. Use when asked to count.\n---\n\nCounts words with wc.\n';
const PLUGIN = { 'openclaw.plugin.json': '{"id":"evil","main":"index.js"}', 'index.js': 'module.exports = {};\n' };

describe('what is fetched by git and npm', () => {
  let base: string;
  let registry: PackageRegistry;
  const at = (...path: string[]): string => join(base, ...path);
  const env = (): Record<string, string> => ({
    PATH: process.env['PATH'] ?? '',
    HOME: at('home'),
    OPENCLAW_STATE_DIR: at('state'),
    npm_config_registry: `${registry.url}/`,
    npm_config_cache: at('cache'),
  });
  const put = (folder: string, files: Record<string, string>): string => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(at(folder, path)), { recursive: true });
      writeFileSync(at(folder, path), text);
    }
    return at(folder);
  };
  const needing = (more: object): Record<string, string> => ({
    ...PLUGIN,
    'package.json': JSON.stringify({ name: 'evil', version: '1.0.0', ...more }),
  });
  /** As an archive: of a folder of one's own links are refused as well, other folders are not. */
  const packed = (folder: string): string => {
    execFileSync('tar', ['-czf', `${folder}.tar.gz`, '-C', folder, '.']);
    return `${folder}.tar.gz`;
  };
  const install = (source: string): Promise<{ folder: string }> =>
    installPlugin(source, at('state'), new Environment(env()), base);
  const git = (folder: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: folder, encoding: 'utf8' });

  beforeEach(async () => {
    base = mkdtempSync(join(tmpdir(), 'openclaw-packages-'));
    for (const folder of ['home', 'state', 'owner']) mkdirSync(at(folder));
    writeFileSync(at('owner', 'profile'), 'mine');
    registry = await PackageRegistry.start();
    registry.packages.set('library', { version: '1.0.0', files: { 'index.js': 'module.exports = 42;' } });
  });
  afterEach(async () => {
    await registry.stop();
    rmSync(base, { recursive: true, force: true });
  });

  it('a plugin of a scope is known by its name; other names say that they are of npm', async () => {
    registry.packages.set('@garden/plants', { version: '1.0.0', files: PLUGIN });
    registry.packages.set('plants', { version: '1.0.0', files: PLUGIN });
    registry.packages.set('@garden/tools', { version: '1.0.0', files: { 'index.js': '' } });
    await expect(install('plants')).rejects.toThrow(/written npm:<name>/);
    await expect(install('@garden/tools')).rejects.toThrow('@garden/tools is no plugin');
    expect(await install('@garden/plants@1.0.0')).toMatchObject({ install: { source: 'npm' } });
  });

  it.each<[string, (folder: string) => void]>([
    ['a lock file', (folder) => symlinkSync(at('owner', 'profile'), join(folder, 'package-lock.json'))],
    ['another lock file', (folder) => symlinkSync(at('owner', 'profile'), join(folder, 'npm-shrinkwrap.json'))],
    ['what is required', (folder) => symlinkSync(at('owner', 'profile'), join(folder, 'more.js'))],
    ['a folder', (folder) => symlinkSync(at('owner'), join(folder, 'lib'))],
    ['nothing yet', (folder) => symlinkSync(at('owner', 'new'), join(folder, '.package-lock.json'))],
  ])('is no plugin with a link to %s of its owner', async (_, link) => {
    const folder = put('evil', needing({ dependencies: { library: '^1.0.0' } }));
    link(folder);
    await expect(install(folder)).rejects.toMatchObject({ code: 'PLUGIN_REFUSED' });
    git(folder, 'init', '--quiet', '.');
    git(folder, 'add', '--all');
    git(folder, 'commit', '--quiet', '--message', 'all');
    git(base, 'clone', '--quiet', '--bare', folder, at('evil.git'));
    await expect(install(at('evil.git'))).rejects.toMatchObject({ code: 'PLUGIN_REFUSED' });
    expect(readFileSync(at('owner', 'profile'), 'utf8')).toBe('mine');
    expect(readdirSync(at('owner'))).toEqual(['profile']);
  });

  it.each<[string, () => Record<string, string>]>([
    ['a folder of the machine', () => needing({ dependencies: { library: `file:${at('owner')}` } })],
    ['a folder above', () => needing({ dependencies: { library: 'file:../../owner' } })],
    ['two dots', () => needing({ dependencies: { library: '..' } })],
    ['a repository', () => needing({ dependencies: { library: `git+file://${at('evil')}` } })],
    ['a repository by its short name', () => needing({ dependencies: { library: 'somebody/library' } })],
    ['an address', () => needing({ optionalDependencies: { library: `${registry.url}/library/-/library-1.0.0.tgz` } })],
    ['an archive of the machine', () => needing({ peerDependencies: { library: 'x.tgz' }, dependencies: {} })],
    [
      'an override',
      () => needing({ dependencies: { library: '1.0.0' }, overrides: { library: { '.': 'github:somebody/library' } } }),
    ],
    ['folders to write into', () => needing({ dependencies: { library: '1.0.0' }, workspaces: [at('owner')] })],
    [
      'a lock with places outside',
      () => ({
        ...needing({ dependencies: { library: '1.0.0' } }),
        'package-lock.json': JSON.stringify({
          lockfileVersion: 3,
          packages: {
            '': {},
            '../../owner/node_modules/library': {
              version: '1.0.0',
              resolved: `${registry.url}/library/-/library-1.0.0.tgz`,
            },
          },
        }),
      }),
    ],
    [
      'a lock with a repository',
      () => ({
        ...needing({ dependencies: { library: '1.0.0' } }),
        'package-lock.json': JSON.stringify({
          lockfileVersion: 3,
          packages: { '': {}, 'node_modules/library': { version: '1.0.0', resolved: `git+file://${at('evil')}#abc` } },
        }),
      }),
    ],
    [
      'an old lock with a repository within',
      () => ({
        ...needing({ dependencies: { library: '1.0.0' } }),
        'npm-shrinkwrap.json': JSON.stringify({
          lockfileVersion: 1,
          dependencies: { library: { version: '1.0.0', dependencies: { x: { version: 'git+ssh://a/b.git' } } } },
        }),
      }),
    ],
    ['a manifest that is none', () => ({ ...PLUGIN, 'package.json': '{' })],
  ])('is no plugin that needs %s', async (_, files) => {
    const folder = put('evil', files());
    await expect(install(packed(folder))).rejects.toMatchObject({ code: 'PLUGIN_REFUSED' });
    expect(readdirSync(at('owner'))).toEqual(['profile']);
    expect(registry.asked).toEqual([]);
  });

  it('brings npm no program to run, also where a package of a package names a repository', async () => {
    const repository = put('repository', {
      '.npmrc': `git=${at('program')}\n`,
      'package.json': JSON.stringify({
        name: 'deep',
        version: '1.0.0',
        scripts: { prepare: 'true', install: `touch ${at('ran')}` },
        dependencies: { deeper: `git+file://${at('repository')}` },
      }),
    });
    writeFileSync(at('program'), `#!/bin/sh\ntouch ${at('ran')}\nexec git "$@"\n`);
    chmodSync(at('program'), 0o755);
    git(repository, 'init', '--quiet', '.');
    git(repository, 'add', '--all');
    git(repository, 'commit', '--quiet', '--message', 'all');
    registry.packages.set('middle', {
      version: '1.0.0',
      files: {},
      facts: { dependencies: { deep: `git+file://${repository}` } },
    });
    const folder = put('evil', needing({ dependencies: { middle: '1.0.0' } }));
    await expect(install(folder)).rejects.toMatchObject({ code: 'SKILL_SOURCE_FAILED' });
    expect(existsSync(at('ran'))).toBe(false);
    expect(existsSync(at('state', 'plugins', 'evil'))).toBe(false);
  }, 120_000);

  it('is sent on by a registry to no private address, and by nobody to another one', async () => {
    const inner = createServer((request, response) => {
      reached.push(request.url ?? '');
      response.end('secret');
    });
    const reached: string[] = [];
    await new Promise<void>((done) => inner.listen(0, '127.0.0.1', done));
    const secret = `http://127.0.0.1:${(inner.address() as AddressInfo).port}/secret.tgz`;
    try {
      registry.packages.set('sent', { version: '1.0.0', files: {}, redirect: secret });
      registry.packages.set('named', { version: '1.0.0', files: {}, tarball: secret });
      for (const name of ['sent', 'named']) {
        await expect(install(`npm:${name}`)).rejects.toMatchObject({ code: 'SKILL_SOURCE_FAILED' });
        const folder = put(`by-${name}`, needing({ dependencies: { [name]: '1.0.0' } }));
        await expect(install(folder)).rejects.toMatchObject({ code: 'SKILL_SOURCE_FAILED' });
      }
      expect(reached).toEqual([]);
    } finally {
      inner.close();
    }
  }, 120_000);

  it('is not looked for where the plugin was only built with it', async () => {
    const built = { dependencies: { library: '1.0.0' }, devDependencies: { 'never-published': '^3.0.0' } };
    const { folder } = await install(packed(put('built', needing(built))));
    expect(existsSync(join(folder, 'node_modules', 'library', 'index.js'))).toBe(true);
    expect(registry.asked.join(' ')).not.toContain('never-published');
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject(built);
  });

  it('comes from the registry that npm is set up with, also with what it needs and a lock', async () => {
    registry.packages.set('useful', {
      version: '2.0.0',
      files: { ...PLUGIN, 'openclaw.plugin.json': '{"id":"useful","main":"index.js"}' },
      facts: { dependencies: { library: '^1.0.0' }, scripts: { install: `touch ${at('ran')}` } },
    });
    const { folder } = await install('npm:useful');
    expect(readFileSync(join(folder, 'node_modules', 'library', 'index.js'), 'utf8')).toContain('42');
    const own = put('own', {
      ...PLUGIN,
      'openclaw.plugin.json': '{"id":"own","main":"index.js"}',
      'inner/package.json': '{"name":"inner","version":"1.0.0"}',
      'package.json': JSON.stringify({
        name: 'own',
        version: '1.0.0',
        dependencies: { library: '1.x', inner: 'file:./inner' },
      }),
    });
    await promisify(execFile)('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd: own, env: env() });
    const installed = await install(packed(own));
    expect(existsSync(join(installed.folder, 'node_modules', 'library', 'index.js'))).toBe(true);
    expect(existsSync(join(installed.folder, 'node_modules', 'inner', 'package.json'))).toBe(true);
    expect(existsSync(at('ran'))).toBe(false);
  }, 120_000);

  it('comes by ssh from the host that was looked at, and from nothing that is no host', async () => {
    const bin = put('bin', { ssh: `#!/bin/sh\nprintf '%s\\n' "$@" >> ${at('ssh-calls')}\nexit 1\n` });
    chmodSync(join(bin, 'ssh'), 0o755);
    const looked: string[] = [];
    const fetching = (trustsSource = false): ConstructorParameters<typeof SkillInstaller>[1] => ({
      env: { ...env(), PATH: `${bin}:${env()['PATH'] ?? ''}` },
      home: at('home'),
      cwd: base,
      download: () => Promise.reject(new Error('no archive is fetched')),
      guard: (host, port) => {
        looked.push(`${host} ${port}`);
        return Promise.resolve('203.0.113.7');
      },
      trustsSource,
    });
    const install = (source: string, trusts?: boolean): Promise<unknown> =>
      new SkillInstaller(at('state'), fetching(trusts)).install(source, () =>
        Promise.resolve({ install: true, acceptsRisk: true }),
      );
    for (const source of [
      'git@-oProxyCommand=touch ran:a/b.git',
      'ssh://-oProxyCommand=touch%20ran/a.git',
      'ssh://$(touch${IFS}ran)/a.git',
      'git@`touch ran`:a.git',
      'git@a;touch ran:b.git',
      'ext::sh -c touch% ran .git',
      'git+ext::sh -c touch% ran .git',
      'file:///etc/skill.git',
      'git+file:///etc/skill.git',
      'git://example.org/skill.git',
      'http://example.org/skill.git',
      'ftp://example.org/skill.git',
      '--upload-pack=touch ran .git',
      'git@example.org:a.git#--upload-pack=x',
    ])
      for (const trusts of [false, true]) await expect([source, install(source, trusts)][1]).rejects.toThrow();
    expect([looked, existsSync(at('ssh-calls')), existsSync(at('ran'))]).toEqual([[], false, false]);

    for (const [source, host, port] of [
      ['git@example.org:a/b.git', 'example.org', 22],
      ['ssh://git@example.org:2222/a/b.git', 'example.org', 2222],
    ] as const) {
      rmSync(at('ssh-calls'), { force: true });
      await expect(install(source)).rejects.toThrow();
      expect(looked.at(-1)).toBe(`${host} ${port}`);
      const called = readFileSync(at('ssh-calls'), 'utf8').split('\n');
      expect(called).toEqual(expect.arrayContaining(['HostName=203.0.113.7', 'ProxyCommand=none', 'BatchMode=yes']));
      expect(called).toContain(`HostKeyAlias=${port === 22 ? host : `[${host}]:${port}`}`);
      // Who writes it at the terminal has their own settings of ssh.
      rmSync(at('ssh-calls'), { force: true });
      await expect(install(source, true)).rejects.toThrow();
      expect(readFileSync(at('ssh-calls'), 'utf8')).not.toContain('HostName');
    }
    expect(looked).toHaveLength(2);
  }, 120_000);

  it('comes from a repository, which sends git on to no private address', async () => {
    const work = put('work', { 'SKILL.md': SKILL });
    git(work, 'init', '--quiet', '.');
    git(work, 'add', '--all');
    git(work, 'commit', '--quiet', '--message', 'all');
    mkdirSync(at('served'));
    git(base, 'clone', '--quiet', '--bare', work, at('served', 'counter.git'));
    const server = await GitServer.start(at('served'), at('home'));
    const inner = await GitServer.start(at('served'), at('owner'));
    writeFileSync(at('home', '.gitconfig'), '[http]\n\tsslVerify = false\n');
    server.redirects.set('sent.git', inner.url);
    const fetching = (more: Record<string, string> = {}): ConstructorParameters<typeof SkillInstaller>[1] => {
      const http = new GuardedHttp(new ConfigService(new Environment({ ...env(), ...more }), new Redactor()));
      return {
        env: env(),
        home: at('home'),
        cwd: base,
        download: () => Promise.reject(new Error('no archive is fetched')),
        guard: (host, port, trusted) => http.addressFor(host, port, trusted),
      };
    };
    const yes = (): Promise<{ install: boolean; acceptsRisk: boolean }> =>
      Promise.resolve({ install: true, acceptsRisk: true });
    try {
      // As a client of the gateway asks for it.
      await expect(
        new SkillInstaller(at('state'), fetching()).install(`${server.url}/counter.git`, yes),
      ).rejects.toThrow();
      // Whatever is said of hosts that need no proxy, and of one that the owner has.
      const dead = 'http://127.0.0.1:9';
      for (const variables of [
        { NO_PROXY: '127.0.0.1' },
        { no_proxy: 'localhost,127.0.0.1' },
        { NO_PROXY: '*' },
        { NO_PROXY: '127.0.0.0/8', HTTPS_PROXY: dead },
        { no_proxy: '127.0.0.1', https_proxy: dead },
      ]) {
        const asked = { ...fetching(), env: { ...env(), ...variables } };
        await expect(
          new SkillInstaller(at('state'), asked).install(`${server.url}/counter.git`, yes),
        ).rejects.toMatchObject({ code: 'SKILL_SOURCE_FAILED' });
      }
      expect(server.asked).toEqual([]);
      // As its owner writes it at the terminal: the host that is written, and no other.
      const own = { ...fetching(), trustsSource: true };
      await expect(new SkillInstaller(at('state'), own).install(`${server.url}/sent.git`, yes)).rejects.toMatchObject({
        code: 'SKILL_SOURCE_FAILED',
      });
      expect([server.asked.length > 0, inner.asked]).toEqual([true, []]);
      const [staged] = await new SkillInstaller(at('state'), own).install(`${server.url}/counter.git`, yes);
      expect(staged?.manifest.name).toBe('counter');
      const beside = { ...own, env: { ...env(), NO_PROXY: '.example.org, 127.0.0.1', HTTPS_PROXY: dead } };
      expect(await new SkillInstaller(at('beside'), beside).install(`${server.url}/counter.git`, yes)).toHaveLength(1);
      expect(lstatSync(at('state', 'skills', 'counter', 'SKILL.md')).isFile()).toBe(true);
      // As somebody asks whose operator has opened both.
      const opened = fetching({ OPENCLAW_ALLOW_PRIVATE_ORIGINS: `${server.url},${inner.url}` });
      await new SkillInstaller(at('other'), opened).install(`${server.url}/counter.git`, yes);
      server.redirects.set('counter.git', inner.url);
      await new SkillInstaller(at('third'), opened).install(`${server.url}/counter.git`, yes);
      expect(inner.asked.length).toBeGreaterThan(0);
    } finally {
      await server.stop();
      await inner.stop();
    }
  }, 120_000);
});
