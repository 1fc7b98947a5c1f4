import { existsSync } from 'node:fs';
import { lstat, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { readBoundedFile } from '../common/bounded-file';
import { cutText } from '../common/cut-text';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { isWithin, staysInside } from '../common/paths/path-place';
import { type PlainObject, isPlainObject } from '../common/plain-object';
import type { FetchOptions, SourceKind } from '../skills/install/fetch-source';
import { SAFE_NPM_OPTIONS, registriesOf, withGuardedWay } from '../skills/install/guarded-programs';
import { runProgram } from '../skills/install/run-program';

const LIBRARIES_MS = 300_000;
const MAX_JSON_BYTES = 64 * 1024 * 1024;
const LOCKS = ['package-lock.json', 'npm-shrinkwrap.json'];
const NEEDED = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const;
/** A version, a range, a tag, or another package of the registry under this name. */
const OF_THE_REGISTRY = /^(npm:(@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*(@[\w.^~<>=|*+ -]*)?|[\w.^~<>=|*+ -]*)$/i;

const refused = (message: string): OpenclawError => new OpenclawError('PLUGIN_REFUSED', message);

/**
 * What writes into a folder by names that lie there follows the links of whoever packed it.
 * @throws OpenclawError PLUGIN_REFUSED
 */
export async function refuseLinks(folder: string): Promise<void> {
  for (const path of await linksBelow(folder))
    throw refused(
      `it holds the link ${path.slice(folder.length + 1)}; install it with the file in the place of the link`,
    );
}

/**
 * Brings the packages that a plugin needs. npm is told what to do by nothing that the plugin brings: what would name a
 * place on this machine, a repository or a program is refused, and of a package nothing is run.
 * @param isHere packages that the program brings itself
 * @throws OpenclawError PLUGIN_REFUSED, SKILL_SOURCE_FAILED
 */
export async function fetchLibraries(
  root: string,
  kind: SourceKind,
  options: FetchOptions,
  isHere: (name: string) => boolean = () => false,
): Promise<void> {
  const file = join(root, 'package.json');
  if (!existsSync(file)) return;
  const manifest = withoutPackages(readJson(root, 'package.json'), isHere);
  const original = readBoundedFile(file, MAX_JSON_BYTES);
  if (!original) throw refused("package.json can't be read any more");
  // npm reads the file itself: it would bring what is here already, and look up whatever the plugin was only built with.
  await writeFile(file, JSON.stringify({ ...manifest, devDependencies: undefined }));
  try {
    await install(root, kind, manifest, options);
  } finally {
    await writeFile(file, original);
  }
}

const withoutPackages = (manifest: PlainObject, isHere: (name: string) => boolean): PlainObject => ({
  ...manifest,
  ...Object.fromEntries(
    NEEDED.filter((part) => manifest[part] !== undefined).map((part) => [
      part,
      Object.fromEntries(Object.entries(recordOf(manifest[part])).filter(([name]) => !isHere(name))),
    ]),
  ),
});

async function install(
  root: string,
  kind: SourceKind,
  manifest: PlainObject,
  { env, guard }: FetchOptions,
): Promise<void> {
  if (NEEDED.every((part) => Object.keys(recordOf(manifest[part])).length === 0)) return;
  // It names programs that npm runs, whatever is said about scripts; npm itself never packs one.
  if (existsSync(join(root, '.npmrc')))
    throw refused(
      'it holds a file .npmrc, which would decide how npm works on this machine; install it without that file',
    );
  if (manifest['workspaces'] !== undefined)
    throw refused('package.json: workspaces are folders that npm would write into; install the plugin without them');
  // A folder of the owner's own is trusted with what else lies on the machine.
  const isOwn = kind === 'folder';
  for (const part of [...NEEDED, 'devDependencies', 'overrides'])
    for (const [name, spec] of specsIn(manifest[part]))
      if (!isRegistrySpec(spec) && !isInnerFolder(root, spec, isOwn))
        throw refused(
          `package.json: ${part}.${name} "${cutText(spec, 80)}" is no package of the registry; name a version of one, or put its files into the plugin`,
        );
  for (const lock of LOCKS) if (existsSync(join(root, lock))) checkLock(root, lock);
  await rm(join(root, 'node_modules'), { recursive: true, force: true });
  const end = await withGuardedWay(guard, env, await registriesOf(dirname(root), env), ({ npm, env: extraEnv }) =>
    runProgram(
      ['npm', 'install', ...SAFE_NPM_OPTIONS, ...npm, '--omit=dev', '--install-links', '--no-audit', '--no-fund'],
      { cwd: root, env, extraEnv, timeoutMs: LIBRARIES_MS },
    ),
  );
  if (end.code !== 0)
    throw new OpenclawError(
      'SKILL_SOURCE_FAILED',
      `npm install in ${root} failed: ${end.output.trim().split('\n').slice(-3).join(' ')}`,
    );
  for (const path of await linksBelow(root))
    if (!isWithin(root, resolve(dirname(path), await readlink(path))))
      throw refused(`its package at ${path.slice(root.length + 1)} leads out of the plugin`);
}

/** npm takes what begins with a dot for a folder, and what ends like an archive for one. */
const isRegistrySpec = (spec: string): boolean =>
  OF_THE_REGISTRY.test(spec) && !spec.startsWith('.') && !/\.(tgz|tar|tar\.gz)$/i.test(spec);

function isInnerFolder(root: string, spec: string, isOwn: boolean): boolean {
  const path = /^file:(?!\/\/)(.+)$/.exec(spec)?.[1];
  return path !== undefined && (isOwn || (!isAbsolute(path) && staysInside(root, path)));
}

/** A lock says where npm puts each package, and where it takes it from. */
function checkLock(root: string, file: string): void {
  const lock = readJson(root, file);
  for (const [place, entry] of Object.entries(recordOf(lock['packages']))) {
    const { resolved } = recordOf(entry);
    if (place !== '' && !staysInside(root, place))
      throw refused(`${file}: ${cutText(place, 80)} lies outside of the plugin`);
    if (resolved !== undefined && !isPackageAddress(root, resolved))
      throw refused(
        `${file}: ${cutText(place, 80)} comes from "${cutText(String(resolved), 80)}", which is no registry`,
      );
  }
  // The form of old versions of npm, whose entries may be within each other.
  const waiting = [recordOf(lock['dependencies'])];
  for (let next = waiting.pop(); next; next = waiting.pop())
    for (const [name, entry] of Object.entries(next)) {
      const { version, resolved, dependencies } = recordOf(entry);
      const isPlain = isRegistrySpec(String(version ?? '')) || isInnerFolder(root, String(version), false);
      if (!staysInside(root, name) || !isPlain || (resolved !== undefined && !isPackageAddress(root, resolved)))
        throw refused(`${file}: ${cutText(name, 80)} does not come from a registry`);
      waiting.push(recordOf(dependencies));
    }
}

function isPackageAddress(root: string, resolved: unknown): boolean {
  if (typeof resolved !== 'string') return false;
  const { protocol = 'file:' } = URL.canParse(resolved) ? new URL(resolved) : {};
  if (protocol === 'https:' || protocol === 'http:') return true;
  return protocol === 'file:' && isInnerFolder(root, `file:${resolved.replace(/^file:/, '')}`, false);
}

/** All specs of a list of packages, also of overrides within overrides. */
function specsIn(list: unknown): [name: string, spec: string][] {
  return Object.entries(recordOf(list)).flatMap(([name, spec]) =>
    typeof spec === 'string' ? [[name, spec] as [string, string]] : specsIn(spec),
  );
}

const recordOf = (value: unknown): Record<string, unknown> => (isPlainObject(value) ? value : {});

function readJson(root: string, file: string): Record<string, unknown> {
  try {
    const content = readBoundedFile(join(root, file), MAX_JSON_BYTES);
    if (!content) throw new Error(`it is no ordinary file of at most ${MAX_JSON_BYTES} bytes`);
    return recordOf(JSON.parse(content.toString('utf8')));
  } catch (error) {
    throw refused(`${file} can't be read: ${messageOf(error)}`);
  }
}

async function linksBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) found.push(path);
    else if (entry.isDirectory()) found.push(...(await linksBelow(path)));
  }
  return (await lstat(folder)).isSymbolicLink() ? [folder] : found;
}
