import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { readBoundedFile } from '../../common/bounded-file';
import { cutText } from '../../common/cut-text';
import type { ArchiveLimits } from '../../common/archives/archive-limits';
import { unpackTar, unpackZip } from '../../common/archives/unpack';
import { OpenclawError } from '../../common/openclaw-error';
import { hostOf, isPlainHost, isWebAddress, parseWebAddress } from '../../common/net/host';
import { expandPath } from '../../config/state-paths';
import type { LockedSkill } from '../trust/skill-lock';
import { SKILL_FILE } from '../catalog/skill-scan';
import { dropGitFolders } from '../../tools/git/drop-git-folders';
import { SAFE_GIT_ENVIRONMENT, SAFE_GIT_OPTIONS } from '../../tools/git/safe-git';
import {
  type OriginGuard,
  type ProxyOptions,
  SAFE_NPM_OPTIONS,
  registriesOf,
  withGuardedWay,
} from './guarded-programs';
import { runProgram } from './run-program';

const FETCH_TIMEOUT_MS = 120_000;
const MAX_ARCHIVE_BYTES = 50 * 1024 * 1024;
const MAX_ENTRIES = 5000;
const LIMITS: ArchiveLimits = {
  entries: MAX_ENTRIES,
  entryBytes: 100 * 1024 * 1024,
  totalBytes: 200 * 1024 * 1024,
  ratio: 200,
};
const MAX_DEPTH = 4;
const GIT_SOURCE = /^git[+:@]|^ssh:\/\/|\.git$/;
const GIT_TRANSPORTS = ['https://', 'ssh://', 'git@'];
/** A package of the registry. Every other spec is a repository or an address, whose own scripts npm would run. */
const NPM_PACKAGE = /^(@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*(@[\w.^~<>=|*+ -]+)?$/i;
const ARCHIVE_FILE = /\.(zip|tgz|tar\.gz|tar|skill)$/i;
const FORGES = ['github.com', 'gitlab.com', 'codeberg.org'];

/** How a source is fetched. */
export type SourceKind = Exclude<LockedSkill['kind'], 'proposal'>;

export interface FetchedSource {
  kind: SourceKind;
  /** Normalised: what an update fetches again. */
  source: string;
  revision?: string;
  /** Folder with everything that was fetched. */
  folder: string;
}

export interface FetchOptions {
  env: NodeJS.ProcessEnv;
  home: string;
  cwd: string;
  /** Fetches an https address, checked like every other one. */
  download(url: string, maxBytes: number): Promise<Buffer>;
  /** Where git and npm may be sent to, and sent on to. */
  guard: OriginGuard;
  /** How somebody who gives a name finds what there is; by default that of skills. */
  hint?: string;
  /** The owner wrote the source at the terminal of the machine itself: its own host may be a private one. */
  trustsSource?: boolean;
}

const SKILLS_HINT = '"openclaw skills search" finds skills by name, with where they are';

const failed = (message: string): OpenclawError => new OpenclawError('SKILL_SOURCE_FAILED', message);

/** What a source is, from the way it is written. @throws OpenclawError SKILL_SOURCE_UNKNOWN */
export function kindOfSource(
  source: string,
  { home, cwd, hint = SKILLS_HINT }: Pick<FetchOptions, 'home' | 'cwd' | 'hint'>,
): SourceKind {
  if (source.startsWith('-') || /[\0\n]/.test(source))
    throw new OpenclawError('SKILL_SOURCE_UNKNOWN', `"${cutText(source, 80)}" is no source`);
  if (/^npm:/.test(source)) return 'npm';
  const [place = ''] = source.split('#');
  if (GIT_SOURCE.test(place) || isForgeRepository(place)) return 'git';
  const isArchive = ARCHIVE_FILE.test(place);
  if (isWebAddress(place)) {
    if (isArchive) return 'archive';
    throw new OpenclawError(
      'SKILL_SOURCE_UNKNOWN',
      `${place} is neither an archive (.zip, .tar.gz) nor a git address (.git)`,
    );
  }
  const path = resolve(cwd, expandPath(source, home));
  if (existsSync(path)) {
    if (statSync(path).isDirectory())
      return existsSync(join(path, 'HEAD')) && existsSync(join(path, 'objects')) ? 'git' : 'folder';
    if (isArchive) return 'archive';
    throw new OpenclawError('SKILL_SOURCE_UNKNOWN', `${path} is neither a folder nor an archive (.zip, .tar.gz)`);
  }
  throw new OpenclawError(
    'SKILL_SOURCE_UNKNOWN',
    `${source}: no such folder or archive. Anybody may take a name on npm, so a package is written npm:<name>; ${hint}`,
  );
}

/** Whether an https address is one that can be fetched: an archive or a repository, and never a path of this machine. */
export function isFetchableAddress(address: string): boolean {
  const url = parseWebAddress(address);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return false;
  const [place = ''] = address.split('#');
  return GIT_SOURCE.test(place) || ARCHIVE_FILE.test(place) || isForgeRepository(place);
}

/** `https://<forge>/<owner>/<name>`: such an address is a repository although nothing says so. */
function isForgeRepository(address: string): boolean {
  const url = parseWebAddress(address);
  if (url?.protocol !== 'https:' || !FORGES.includes(hostOf(url).name) || url.username !== '' || url.port !== '')
    return false;
  return url.pathname.split('/').filter((part) => part !== '').length === 2;
}

/** Brings a source into an empty folder, without any git folder. Nothing of it is run. @throws OpenclawError */
export async function fetchSource(source: string, into: string, options: FetchOptions): Promise<FetchedSource> {
  const fetched = await fetchAsItIs(source, into, options);
  await dropGitFolders(fetched.folder);
  return fetched;
}

async function fetchAsItIs(source: string, into: string, options: FetchOptions): Promise<FetchedSource> {
  const kind = kindOfSource(source, options);
  const local = resolve(options.cwd, expandPath(source.split('#')[0] ?? '', options.home));
  switch (kind) {
    case 'folder':
      await copyFolder(local, into);
      return { kind, source: local, folder: into };
    case 'git':
      return fetchGit(source, existsSync(local) ? local : undefined, into, options);
    case 'npm':
      return fetchNpm(source.replace(/^npm:/, ''), into, options);
    case 'archive': {
      const isRemote = isWebAddress(source);
      const content = isRemote ? await options.download(source, MAX_ARCHIVE_BYTES) : readArchive(local);
      await unpackArchive(isRemote ? new URL(source).pathname : local, content, into);
      return { kind, source: isRemote ? source : local, folder: into };
    }
  }
}

/** Folders with a SKILL.md, nearest to the top first; below one of them no further ones. */
export function findSkillFolders(root: string): string[] {
  const found: string[] = [];
  const waiting = [{ folder: root, depth: 0 }];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    if (existsSync(join(next.folder, SKILL_FILE))) {
      found.push(next.folder);
      continue;
    }
    if (next.depth >= MAX_DEPTH) continue;
    for (const entry of readdirSync(next.folder, { withFileTypes: true }))
      if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
        waiting.push({ folder: join(next.folder, entry.name), depth: next.depth + 1 });
  }
  return found;
}

/** Links are copied as links: the scan sees and refuses them. */
async function copyFolder(from: string, into: string): Promise<void> {
  let entries = 0;
  await cp(from, into, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => {
      if (++entries > MAX_ENTRIES) throw failed(`${from} has more than ${MAX_ENTRIES} entries; is it a skill?`);
      const stat = lstatSync(path);
      return (
        !['.git', 'node_modules'].includes(basename(path)) &&
        (stat.isDirectory() || stat.isFile() || stat.isSymbolicLink())
      );
    },
  });
}

async function fetchGit(
  source: string,
  local: string | undefined,
  into: string,
  options: FetchOptions,
): Promise<FetchedSource> {
  const [written = '', ref] = source.split('#');
  const remote = local ?? written.replace(/^git\+/, '');
  if (local === undefined && !GIT_TRANSPORTS.some((start) => remote.startsWith(start)))
    throw failed(`${remote}: git sources begin with https://, ssh:// or git@`);
  if (ref !== undefined && !/^[\w][\w./-]*$/.test(ref)) throw failed(`"${ref}" is no branch, tag or commit`);
  await mkdir(into, { recursive: true });
  if (local !== undefined) return checkOut(remote, ref, into, options, { git: [], env: onlyBy('file') });
  const { host, port, origin } = placeOfGit(remote);
  if (origin === undefined) {
    // What the owner has written themselves goes the way that their own settings of ssh say.
    const address = options.trustsSource ? undefined : await options.guard(host, port, []);
    const env = address ? { ...sshTo(address, host, port), ...onlyBy('ssh') } : {};
    return checkOut(remote, ref, into, options, { git: [], env });
  }
  return withGuardedWay(options.guard, options.env, options.trustsSource ? [origin] : [], ({ git, env }) =>
    checkOut(remote, ref, into, options, {
      git,
      env: options.trustsSource ? env : { ...env, ...onlyBy('https') },
    }),
  );
}

/** Git takes no other way because its settings have an address stand for another (`insteadOf`): nobody has looked at that one. */
const onlyBy = (protocol: 'https' | 'ssh' | 'file'): Record<string, string> => ({ GIT_ALLOW_PROTOCOL: protocol });

async function checkOut(
  remote: string,
  ref: string | undefined,
  into: string,
  { env }: FetchOptions,
  wayOut?: Pick<ProxyOptions, 'git' | 'env'>,
): Promise<FetchedSource> {
  const must = async (args: string[], what: string): Promise<string> => {
    const end = await runProgram(['git', ...SAFE_GIT_OPTIONS, ...(wayOut?.git ?? []), ...args], {
      cwd: into,
      env,
      timeoutMs: FETCH_TIMEOUT_MS,
      extraEnv: { ...SAFE_GIT_ENVIRONMENT, ...wayOut?.env },
    });
    if (end.code !== 0) throw failed(`${what} failed: ${end.output.trim().split('\n').slice(-2).join(' ')}`);
    return end.output.trim();
  };
  await must(['init', '--quiet', '.'], 'git init');
  await must(['fetch', '--quiet', '--depth', '1', '--no-tags', '--', remote, ref ?? 'HEAD'], `git fetch ${remote}`);
  await must(['checkout', '--quiet', '--detach', 'FETCH_HEAD'], 'git checkout');
  const revision = await must(['rev-parse', 'HEAD'], 'git rev-parse');
  return { kind: 'git', source: ref === undefined ? remote : `${remote}#${ref}`, revision, folder: into };
}

/** Has ssh connect to the address that was looked at, and to no other by a setting of its own; the host's key stays its own. */
const sshTo = (address: string, host: string, port: number): Record<string, string> => {
  const options = [
    `HostName=${address}`,
    `HostKeyAlias=${port === 22 ? host : `'[${host}]:${port}'`}`,
    'ProxyCommand=none',
    'ProxyJump=none',
    'PermitLocalCommand=no',
    'BatchMode=yes',
  ];
  return { GIT_SSH_COMMAND: ['ssh', ...options.flatMap((option) => ['-o', option])].join(' '), GIT_SSH_VARIANT: 'ssh' };
};

/** Where git would connect to; an origin where it speaks HTTP. @throws OpenclawError SKILL_SOURCE_FAILED */
function placeOfGit(remote: string): { host: string; port: number; origin?: string } {
  // `git@host:path`, the short way of ssh.
  const [, short] = remote.includes('://') ? [] : (/^[^@/]+@(\[[^\]]+\]|[^:/]+):/.exec(remote) ?? []);
  const address = short === undefined ? remote : `ssh://${short}`;
  if (!URL.canParse(address)) throw failed(`${remote} names no host`);
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!isPlainHost(host)) throw failed(`${remote}: "${host}" is no host`);
  if (url.protocol === 'ssh:') return { host, port: Number(url.port) || 22 };
  return { host, port: Number(url.port) || 443, origin: url.origin };
}

async function fetchNpm(spec: string, into: string, { env, guard }: FetchOptions): Promise<FetchedSource> {
  if (!NPM_PACKAGE.test(spec) && !isAbsolute(spec))
    throw new OpenclawError(
      'SKILL_SOURCE_UNKNOWN',
      `npm:${cutText(spec, 80)} is no package of the registry; write npm:<name> or npm:<name>@<version>, and a repository as https://….git`,
    );
  await mkdir(into, { recursive: true });
  const packed = join(dirname(into), 'npm');
  await mkdir(packed, { recursive: true });
  const isLocal = isAbsolute(spec);
  const end = await withGuardedWay(
    guard,
    env,
    isLocal ? [] : await registriesOf(packed, env),
    ({ npm, env: extraEnv }) =>
      runProgram(['npm', 'pack', ...SAFE_NPM_OPTIONS, ...npm, '--json', '--pack-destination', packed, '--', spec], {
        // Settings of npm in the folder that the command is called in are somebody else's.
        cwd: packed,
        env,
        extraEnv,
        timeoutMs: FETCH_TIMEOUT_MS,
      }),
  );
  const file = readdirSync(packed).find((name) => name.endsWith('.tgz'));
  if (end.code !== 0 || file === undefined)
    throw failed(
      `npm pack ${spec} failed: ${/npm error (?!A complete log)(.+)/.exec(end.output)?.[1] ?? cutText(end.output.trim(), 200)}`,
    );
  const content = readArchive(join(packed, file));
  await unpackArchive(file, content, into);
  const manifest = JSON.parse(await readFile(join(into, 'package', 'package.json'), 'utf8')) as { version?: string };
  return {
    kind: 'npm',
    source: `npm:${spec}`,
    ...(manifest.version ? { revision: manifest.version } : {}),
    folder: into,
  };
}

function readArchive(path: string): Buffer {
  const content = readBoundedFile(path, MAX_ARCHIVE_BYTES);
  if (!content)
    throw failed(`${path} is no ordinary file, may not be read, or has more than ${MAX_ARCHIVE_BYTES} bytes`);
  return content;
}

/** @throws OpenclawError ARCHIVE_REFUSED for entries that lead out of the folder, are links, or are too much */
export async function unpackArchive(name: string, content: Buffer, into: string): Promise<void> {
  if (/\.(zip|skill)$/i.test(name)) await unpackZip(content, into, { limits: LIMITS });
  else await unpackTar(Readable.from([content]), content.length, into, { limits: LIMITS });
}
