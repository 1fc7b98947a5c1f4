// `npm run release -- 0.2.0 [--no-test] [--no-image]`: the version, its part of the changelog, a commit and a tag, a list of
// what it is made of (SBOM, CycloneDX), and the image. Nothing is published: that is the last line's advice.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { at, root } from './paths.mjs';
import { run } from './run.mjs';

const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
const UNRELEASED = '## Unreleased';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'no-test': { type: 'boolean' }, 'no-image': { type: 'boolean' } },
});
const [version] = positionals;
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

const before = JSON.parse(readFileSync(at('package.json'), 'utf8')).version;
check();
if (!values['no-test']) run(process.execPath, [at('scripts', 'test.mjs')]);

const date = new Date().toISOString().slice(0, 10);
writeChangelog();
for (const name of ['package.json', 'package-lock.json']) setVersion(name);
git('add', 'package.json', 'package-lock.json', 'CHANGELOG.md');
git('commit', '--quiet', '--message', `Release ${version}`);
git('tag', '--annotate', `v${version}`, '--message', `Release ${version}`);
const bom = writeBom();
const image = values['no-image'] ? undefined : buildImage();

process.stdout.write(
  [
    `Released ${version} on this machine: commit ${git('rev-parse', '--short', 'HEAD')}, tag v${version}.`,
    `What it is made of: ${bom}`,
    ...(image === undefined ? [] : [`Image: ${image}`]),
    `To publish it: git push --follow-tags`,
  ].join('\n') + '\n',
);

function check() {
  if (!VERSION.test(version ?? ''))
    refuse(`"${version ?? ''}" is no version`, 'give one, such as: npm run release -- 0.2.0');
  if (!isNewer(version, before)) refuse(`${version} is not newer than ${before}`, 'choose a higher version');
  if (git('status', '--porcelain') !== '') refuse('there are changes that are not committed', 'commit or stash them');
  if (git('rev-parse', '--abbrev-ref', 'HEAD') !== 'main') refuse('this is not main', 'git switch main');
  if (git('tag', '--list', `v${version}`) !== '')
    refuse(`there is a tag v${version} already`, 'choose another version');
  if (!readFileSync(at('CHANGELOG.md'), 'utf8').includes(`${UNRELEASED}\n`))
    refuse(`CHANGELOG.md has no "${UNRELEASED}"`, 'add that heading below the title');
}

function isNewer(one, other) {
  const [left, right] = [one, other].map((text) => text.split('-', 1)[0].split('.').map(Number));
  const at = left.findIndex((part, index) => part !== right[index]);
  // The same numbers: a release is newer than what went before it.
  return at === -1 ? other.includes('-') && one !== other : left[at] > right[at];
}

/** What stands under "Unreleased" belongs to the version, with the subjects of its commits below. */
function writeChangelog() {
  const text = readFileSync(at('CHANGELOG.md'), 'utf8');
  const last = spawnSync('git', ['describe', '--tags', '--abbrev=0'], { cwd: root, encoding: 'utf8' });
  const range = last.status === 0 ? [`${last.stdout.trim()}..HEAD`] : [];
  const subjects = git('log', '--no-merges', '--reverse', '--format=%s (%h)', ...range)
    .split('\n')
    .filter(Boolean);
  const commits = `<details><summary>${subjects.length} commits</summary>\n\n${subjects.map((line) => `- ${line}`).join('\n')}\n\n</details>`;
  const [head, rest = ''] = text.split(`${UNRELEASED}\n`);
  const [written, ...earlier] = rest.split(/^(?=## )/m);
  writeFileSync(
    at('CHANGELOG.md'),
    [`${head}${UNRELEASED}\n`, `## ${version} (${date})\n`, written.trim(), `${commits}\n`, earlier.join('').trimEnd()]
      .filter((part) => part !== '')
      .join('\n')
      .trimEnd() + '\n',
  );
}

function setVersion(name) {
  const content = JSON.parse(readFileSync(at(name), 'utf8'));
  content.version = version;
  if (content.packages?.['']) content.packages[''].version = version;
  writeFileSync(at(name), `${JSON.stringify(content, null, 2)}\n`);
}

function writeBom() {
  mkdirSync(at('release'), { recursive: true });
  const file = at('release', `openclaw-nest-${version}.cdx.json`);
  const npm = spawnSync('npm', ['sbom', '--package-lock-only', '--omit', 'dev', '--sbom-format', 'cyclonedx'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) refuse('npm could not list what the release is made of', npm.stderr.trim());
  writeFileSync(file, npm.stdout);
  return file;
}

function buildImage() {
  const name = `openclaw-nest:${version}`;
  const docker = spawnSync('docker', ['build', '--tag', name, '.'], { cwd: root, stdio: 'inherit' });
  if (docker.error?.code === 'ENOENT') {
    process.stderr.write('warning: no image: Docker is not installed here\n');
    return undefined;
  }
  if (docker.status !== 0) refuse('the image could not be built', `docker build --tag ${name} .`);
  return name;
}

function refuse(why, advice) {
  process.stderr.write(`error: no release\nwhy: ${why}\nwhat to do: ${advice}\n`);
  process.exit(1);
}
