import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

const SCRIPT = resolve(__dirname, '../../scripts/image/production-copy.mjs');
const own = { x64: 62, arm64: 183 }[process.arch as 'x64' | 'arm64'];
const glibc = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime;
/** Compiled files are told apart on Linux, which images run. */
const onLinux = process.platform === 'linux' && own !== undefined ? describe : describe.skip;

/** Head of a library of Linux for a processor, linked with a C library. */
function elf(machine: number, libc = ''): Buffer {
  const head = Buffer.alloc(64);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  head.writeUInt16LE(3, 16);
  head.writeUInt16LE(machine, 18);
  return Buffer.concat([head, Buffer.from(`\0libm\0${libc}\0`)]);
}

onLinux('what the production copy leaves out', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-prune-'));
    for (const part of [
      'bin/openclaw',
      'openclaw.mjs',
      'skills/a/SKILL.md',
      'dist/commands.json',
      'dist/help.txt',
      'dist/index.js',
      'dist/ui/index.html',
      'dist/webpage/x.html',
    ])
      put(part, 'x');
    put('LICENSE', 'MIT');
    for (const page of ['README.md', 'faq.md', 'glossary.md', 'how-to/a.md', 'reference/b.md', 'security.md'])
      put(`docs/${page}`, '');
    put('package.json', '{}');
    put('scripts/image/healthy.mjs', '');
    put('dist/bundle/client.js', '');
    put('dist/unbundled.js', '');
    put('dist/some-thread.js', '');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (path: string, content: string | Buffer): void => {
    const file = join(folder, 'from', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  const pack = (
    at: string,
    manifest: Record<string, unknown> = {},
    files: Record<string, string | Buffer> = {},
  ): void => {
    put(`node_modules/${at}/package.json`, JSON.stringify({ name: at, ...manifest }));
    for (const [path, content] of Object.entries({ 'index.js': '', ...files }))
      put(`node_modules/${at}/${path}`, content);
  };
  const outside = (packages: string[]): void =>
    put('dist/bundle/outside.json', JSON.stringify({ files: ['dist/some-thread.js'], packages }));
  const run = (): string[] => {
    execFileSync(process.execPath, [SCRIPT, join(folder, 'to'), join(folder, 'from')], { stdio: 'pipe' });
    return readdirSync(join(folder, 'to'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(join(folder, 'to'), join(entry.parentPath, entry.name)))
      .sort();
  };
  const modules = (): string[] =>
    run()
      .filter((file) => file.startsWith('node_modules/'))
      .map((file) => file.slice('node_modules/'.length));

  it('files that only building, reading or testing needs; licences stay', () => {
    pack(
      'a',
      {},
      {
        'dist/doc/code.js': '',
        'dist/a.d.ts': '',
        'dist/a.js.map': '',
        'src/a.ts': '',
        'deps/a.c': '',
        'docs/a.js': '',
        'test/a.js': '',
        'README.md': '',
        'LICENSE.md': '',
        'docs/LICENSE': '',
        '.github/x.json': '',
        'data/font.afm': '',
      },
    );
    outside(['a']);
    expect(modules()).toEqual(
      ['LICENSE.md', 'data/font.afm', 'dist/doc/code.js', 'docs/LICENSE', 'index.js', 'package.json'].map(
        (file) => `a/${file}`,
      ),
    );
    expect(run).toThrow('is not empty');
  });

  it('packages that nothing outside the bundle needs, and those of types only', () => {
    pack('a', {
      dependencies: { b: '1', types: '1' },
      peerDependencies: { peer: '1', maybe: '1' },
      peerDependenciesMeta: { maybe: { optional: true } },
    });
    pack('a/node_modules/b', { dependencies: { c: '2' } });
    for (const name of ['b', 'c', 'peer', 'maybe', 'bundled']) pack(name);
    put('node_modules/types/package.json', '{}');
    put('node_modules/types/index.d.ts', '');
    outside(['a', 'optional-and-not-installed']);
    expect(run()).toEqual([
      'LICENSE',
      'bin/openclaw',
      'dist/bundle/client.js',
      'dist/bundle/outside.json',
      'dist/commands.json',
      'dist/help.txt',
      'dist/index.js',
      'dist/some-thread.js',
      'dist/ui/index.html',
      'dist/webpage/x.html',
      'docs/README.md',
      'docs/faq.md',
      'docs/glossary.md',
      'docs/how-to/a.md',
      'docs/reference/b.md',
      'docs/security.md',
      'node_modules/a/index.js',
      'node_modules/a/node_modules/b/index.js',
      'node_modules/a/node_modules/b/package.json',
      'node_modules/a/package.json',
      'node_modules/c/index.js',
      'node_modules/c/package.json',
      'node_modules/peer/index.js',
      'node_modules/peer/package.json',
      'openclaw.mjs',
      'package.json',
      'scripts/image/healthy.mjs',
      'skills/a/SKILL.md',
    ]);
  });

  it('what was compiled for other systems, processors and C libraries, wherever it lies', () => {
    const [mine, other] = glibc ? ['libc.so.6', 'libc.musl-x86_64.so.1'] : ['libc.musl-x86_64.so.1', 'libc.so.6'];
    pack(
      'a',
      { optionalDependencies: { 'a-darwin': '1', 'a-linux': '1', 'a-other-libc': '1', 'a-not-here': '1' } },
      {
        'prebuilds/any/mine.node': elf(own ?? 0, mine),
        'prebuilds/any/static.node': elf(own ?? 0),
        'prebuilds/any/other-libc.node': elf(own ?? 0, other),
        'bin/other-processor': elf(own === 62 ? 183 : 62, mine),
        'lib/mac.dylib': Buffer.concat([Buffer.from([0xcf, 0xfa, 0xed, 0xfe]), Buffer.alloc(40)]),
        'lib/windows.dll': Buffer.concat([Buffer.from('MZ'), Buffer.alloc(80)]),
        'data/short.bin': Buffer.from([0x7f]),
      },
    );
    pack('a-darwin', { os: ['darwin'] });
    pack('a-linux', { os: ['!win32'], cpu: [process.arch] });
    pack('a-other-libc', { libc: [glibc ? 'musl' : 'glibc'] });
    outside(['a']);
    expect(modules()).toEqual([
      'a-linux/index.js',
      'a-linux/package.json',
      'a/data/short.bin',
      'a/index.js',
      'a/package.json',
      'a/prebuilds/any/mine.node',
      'a/prebuilds/any/static.node',
    ]);
  });

  it('nothing silently: a dependency that is missing and a copy that is too large are errors', () => {
    const failing = (): { status: number | null; stderr: string } =>
      spawnSync(process.execPath, [SCRIPT, join(folder, 'to'), join(folder, 'from')], { encoding: 'utf8' });
    pack('a', { dependencies: { gone: '1' } });
    outside(['a']);
    expect(failing()).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/gone, which a needs.*npm ci/) as string,
    });
    rmSync(join(folder, 'to'), { recursive: true });
    pack('a', {}, { 'huge.bin': Buffer.alloc(151e6) });
    expect(failing()).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/larger than 150 MB.*a 151/) as string,
    });
  });
});
