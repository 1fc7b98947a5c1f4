// Brings dependencies and build up to date, and does nothing where they are.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at } from './paths.mjs';
import { run, runTool } from './run.mjs';

const MINIMUM_NODE = [20, 19];
/** Everything that a build depends on. */
const SOURCES = [
  'src',
  'ui',
  'scripts',
  'bin',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
];

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = MINIMUM_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  process.stderr.write(`error: Node ${MINIMUM_NODE.join('.')} or newer is needed; this is ${process.version}\n`);
  process.exit(1);
}

export function ensureDependencies() {
  const stamp = at('node_modules', '.openclaw-stamp');
  const wanted = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .update(process.versions.modules)
    .digest('hex');
  if (readIfExists(stamp) === wanted) return;
  process.stderr.write('Installing dependencies (once, and after each change of package-lock.json) …\n');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { shell: process.platform === 'win32' });
  writeFileSync(stamp, wanted);
}

export function ensureBuild() {
  const stamp = at('dist', '.openclaw-stamp');
  const wanted = sourceDigest();
  if (readIfExists(stamp) === wanted) return;
  process.stderr.write('Building …\n');
  rmSync(stamp, { force: true });
  runTool(at('scripts', 'build.mjs'), []);
}

/** Written by the build itself when it is complete. */
export function stampBuild() {
  mkdirSync(at('dist'), { recursive: true });
  writeFileSync(at('dist', '.openclaw-stamp'), sourceDigest());
}

/** Digest of names, sizes and times: reading all contents would cost more than a start may. */
function sourceDigest() {
  const hash = createHash('sha256').update(process.version);
  const visit = (path) => {
    const stat = statSync(path);
    if (!stat.isDirectory()) {
      hash.update(`${path}:${stat.size}:${stat.mtimeMs}\n`);
      return;
    }
    for (const name of readdirSync(path).sort()) {
      if (name !== 'node_modules' && !/\.spec\.tsx?$/.test(name)) visit(join(path, name));
    }
  };
  for (const source of SOURCES) if (existsSync(at(source))) visit(at(source));
  return hash.digest('hex');
}

function readIfExists(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
