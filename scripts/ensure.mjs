// Brings dependencies and build up to date, and does nothing where they are.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { at, root } from './paths.mjs';
import { leaveSignals, runLogged, runToolLogged, step } from './steps.mjs';

const { buildStamp, isBuilt, isBuiltForOtherNode, isInstalled, lockDigest, stampOf } = createRequire(import.meta.url)(
  './up-to-date.cjs',
);

const MINIMUM_NODE = [20, 19];

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = MINIMUM_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  process.stderr.write(
    `error: this Node is too old\nwhy: Node ${MINIMUM_NODE.join('.')} or newer is needed; this is ${process.version}\n` +
      'what to do: install a newer one (https://nodejs.org), then start again\n',
  );
  process.exit(1);
}

let dependencies;

/** Only the first call works; others wait for it. */
export function ensureDependencies() {
  dependencies ??= installDependencies();
  return dependencies;
}

/** @returns whether something had to be built */
export async function ensureBuild() {
  await ensureDependencies();
  if (isBuilt()) return false;
  if (isBuiltForOtherNode()) await prepareQuickStart();
  else await build();
  return true;
}

export async function build() {
  // Whatever is left of an earlier build goes first; the stamp before all, so that a half-made one is never taken for whole.
  rmSync(stampOf('dist'), { force: true });
  rmSync(at('dist'), { recursive: true, force: true });
  await Promise.all([compile(), step('Building the pages', buildPages)]);
  await prepareQuickStart();
}

/** The Control UI and the page for visitors. */
export function buildPages() {
  const vite = at('node_modules', 'vite', 'bin', 'vite.js');
  return Promise.all(
    ['vite.config.mts', 'vite.webpage.config.mts'].map((config) =>
      runToolLogged(vite, ['build', '--config', at('ui', config), '--logLevel', 'warn']),
    ),
  );
}

/** The code cache of this Node; with it the build is complete. */
async function prepareQuickStart() {
  rmSync(stampOf('dist'), { force: true });
  await step('Preparing a quick start', () => runToolLogged(at('scripts', 'code-cache.mjs')));
  stampBuild();
  leaveSignals();
}

async function compile() {
  await step('Compiling', () => runToolLogged(at('scripts', 'compile.mjs')));
  await step('Bundling', () => runToolLogged(at('scripts', 'bundle.mjs')));
}

/** Written when the build is complete. */
export function stampBuild() {
  mkdirSync(at('dist'), { recursive: true });
  writeFileSync(stampOf('dist'), buildStamp());
}

async function installDependencies() {
  if (isInstalled()) return;
  const lock = JSON.parse(readFileSync(at('package-lock.json'), 'utf8'));
  const stamp = stampOf('node_modules');
  rmSync(stamp, { force: true });
  rmSync(ADDRESSED_LOCK, { force: true });
  const total = packagesHere(lock);
  await step(`Installing ${total} packages`, async (progress) => {
    const seen = new Set();
    const onLine = (line) => {
      const archive = /^npm http (?:fetch GET 200|cache) (\S+\.tgz)/.exec(line)?.[1];
      if (archive !== undefined && seen.add(archive)) progress(`${seen.size} of ${total}`);
      // npm goes on after files that it could not write.
      return /TAR_ENTRY_ERROR (ENOSPC|EDQUOT|EROFS)/.test(line);
    };
    const { program, args, shell } = npm();
    const install = () =>
      runLogged(program, [...args, 'ci', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=http'], {
        onLine,
        shell,
      });
    const registries = registriesOf(program, args, shell);
    if (registries === undefined) return install();
    const clean = () => rmSync(ADDRESSED_LOCK, { force: true });
    process.once('exit', clean);
    writeFileSync(ADDRESSED_LOCK, JSON.stringify(withAddresses(lock, registries)));
    try {
      await install();
    } catch (error) {
      // A registry may keep its archives in other places than npm's own does.
      if (!/^npm (?:error|ERR!) code E404/m.test(error.output ?? '')) throw error;
      clean();
      seen.clear();
      await install();
    } finally {
      clean();
      process.off('exit', clean);
    }
  });
  leaveSignals();
  writeFileSync(stamp, lockDigest());
}

/** What npm reads in place of package-lock.json; there only while it installs. */
const ADDRESSED_LOCK = at('npm-shrinkwrap.json');

/** Settings of npm that name registries; undefined where it does not say. */
function registriesOf(program, args, shell) {
  const asked = spawnSync(program, [...args, 'config', 'list', '--json'], { cwd: root, shell, encoding: 'utf8' });
  try {
    const settings = JSON.parse(asked.stdout);
    return typeof settings.registry === 'string' ? settings : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The lock with the address of each archive at the registry in use. Without it npm reads the whole history of each
 * package first, which is half of its requests and most of its work.
 */
function withAddresses(lock, registries) {
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '' || entry.link || entry.integrity === undefined) continue;
    const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const [scope, rest] = name.startsWith('@') ? name.split('/') : [undefined, name];
    const registry = (scope && registries[`${scope}:registry`]) ?? registries.registry;
    entry.resolved = `${registry.replace(/\/+$/, '')}/${name}/-/${rest}-${entry.version}.tgz`;
  }
  return lock;
}

/** How many packages of the lock are for this platform. */
function packagesHere({ packages }) {
  const fits = (names, own) => names === undefined || names.includes(own);
  return Object.entries(packages).filter(
    ([path, { os, cpu }]) => path !== '' && fits(os, process.platform) && fits(cpu, process.arch),
  ).length;
}

/** The npm that started this, else the one on the PATH. */
function npm() {
  const path = process.env.npm_execpath;
  if (path !== undefined && basename(path) === 'npm-cli.js' && existsSync(path))
    return { program: process.execPath, args: [path], shell: false };
  return { program: 'npm', args: [], shell: process.platform === 'win32' };
}
