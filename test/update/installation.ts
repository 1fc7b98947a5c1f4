import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..', '..');
const WHO = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.org'];

/**
 * A clone of a repository that holds this program as it is built now. Only compiling is left out: the build of a
 * release there copies the build of this one. Releases are commits with another version.
 */
export class Installation {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-installation-')));
  readonly root = join(this.folder, 'installed');
  readonly origin = join(this.folder, 'origin');

  constructor() {
    mkdirSync(join(this.origin, 'scripts'), { recursive: true });
    for (const name of ['bin', 'skills', 'package-lock.json'])
      cpSync(join(ROOT, name), join(this.origin, name), { recursive: true });
    writeFileSync(join(this.origin, '.gitignore'), 'node_modules\ndist\n.openclaw-update*\n');
    this.write({ version: '1.0.0' });
    this.git(this.origin, 'init', '--quiet', '--initial-branch', 'main');
    this.commit();
    this.git(this.folder, 'clone', '--quiet', this.origin, this.root);
    symlinkSync(join(ROOT, 'node_modules'), join(this.root, 'node_modules'));
    cpSync(join(ROOT, 'dist'), join(this.root, 'dist'), { recursive: true });
  }

  get program(): string {
    return join(this.root, 'bin', 'openclaw');
  }

  /** A new release in the repository. @param build what is run instead of a build, in the folder of the release */
  release(
    version: string,
    { build, tag, sign, signTag }: { build?: string; tag?: string; sign?: string; signTag?: string } = {},
  ): string {
    this.write({ version, ...(build === undefined ? {} : { build }) });
    this.commit(sign);
    if (tag) this.tag(tag, signTag);
    return this.head(this.origin);
  }

  /** Names the newest commit. @param key signs the name with an SSH key @returns the tag object */
  tag(name: string, key?: string): string {
    const signing = key ? ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${key}`] : [];
    this.git(this.origin, ...WHO, ...signing, 'tag', key ? '--sign' : '--annotate', '--force', '--message', name, name);
    return this.git(this.origin, 'rev-parse', `refs/tags/${name}`).trim();
  }

  head(folder = this.root): string {
    return this.git(folder, 'rev-parse', 'HEAD').trim();
  }

  git(cwd: string, ...args: string[]): string {
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private commit(key?: string): void {
    this.git(this.origin, 'add', '--all');
    const signing = key ? ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${key}`] : [];
    this.git(this.origin, ...WHO, ...signing, 'commit', '--quiet', '--message', 'release', ...(key ? ['-S'] : []));
  }

  private write({ version, build = '' }: { version: string; build?: string }): void {
    const dist = JSON.stringify(join(ROOT, 'dist'));
    writeFileSync(join(this.origin, 'package.json'), JSON.stringify({ name: 'openclaw-nest', version, private: true }));
    writeFileSync(
      join(this.origin, 'scripts', 'ensure.mjs'),
      `import { cpSync, writeFileSync } from 'node:fs';
       export function ensureDependencies() {}
       export function ensureBuild() { cpSync(${dist}, 'dist', { recursive: true }); ${build} }
       export function stampBuild() { writeFileSync('dist/stamp-of-the-test', ''); }`,
    );
  }
}
