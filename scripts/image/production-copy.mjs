// `node scripts/image/production-copy.mjs <folder> [<package folder>]`: copies into an empty folder what a built gateway needs
// to run on this machine and nothing else, says how large that is, and fails when it is larger than an image should be.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { root as ownRoot } from '../paths.mjs';
import { fitsMachine, thisMachine } from './machine.mjs';
import { hasCode, neededAtRunTime } from './needed-at-run-time.mjs';
import { packageClosure } from './package-closure.mjs';

const LIMIT_MB = 150;
/** What the program reads from its own folder, besides the files that run outside the bundle. */
const PARTS = [
  'package.json',
  'LICENSE',
  'bin',
  'openclaw.mjs',
  'skills',
  'docs/README.md',
  'docs/faq.md',
  'docs/glossary.md',
  'docs/how-to',
  'docs/reference',
  'docs/security.md',
  'dist/bundle',
  'dist/commands.json',
  'dist/help.txt',
  'dist/index.js',
  'dist/ui',
  'dist/webpage',
  'scripts/image/healthy.mjs',
];

const [folder, from = ownRoot] = process.argv.slice(2);
if (!folder) fail('usage: production-copy.mjs <folder> [<package folder>]');
const root = resolve(from);
const target = resolve(folder);
const at = (...parts) => join(root, ...parts);
if (existsSync(target) && readdirSync(target).length > 0) fail(`${target} is not empty; name a new folder`);
if (!existsSync(at('dist', 'bundle', 'outside.json'))) fail('there is no build; run npm run build first');

const machine = thisMachine();
const outside = JSON.parse(readFileSync(at('dist', 'bundle', 'outside.json'), 'utf8'));
for (const part of [...PARTS, ...outside.files]) for (const file of filesOf(at(part))) copy(file);
for (const packageFolder of packageClosure(root, outside.packages, machine)) copyPackage(packageFolder);

const { files, bytes, onDisk } = measure(target);
const mb = (count) => Math.round(count / 1e5) / 10;
process.stdout.write(
  `Production copy: ${files} files, ${mb(bytes)} MB, on disk ${mb(onDisk)} MB (at most ${LIMIT_MB} MB)\n`,
);
if (Math.max(bytes, onDisk) > LIMIT_MB * 1e6) {
  const largest = largestIn(join(target, 'node_modules')).map(([name, size]) => `${name} ${mb(size)} MB`);
  fail(`the production copy is larger than ${LIMIT_MB} MB; largest in it: ${largest.join(', ')}`);
}

function copyPackage(packageFolder) {
  const inside = (file) => relative(packageFolder, file).split(sep);
  const files = filesOf(packageFolder, 'node_modules').filter((file) => neededAtRunTime(inside(file)));
  if (!hasCode(files.map(inside))) return;
  for (const file of files) if (fitsMachine(readFileSync(file), machine)) copy(file);
}

function copy(file) {
  const to = join(target, relative(root, file));
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(file, to);
}

/** All files below a path, without those in folders of the name. */
function filesOf(path, without) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name !== without)
    .flatMap((name) => filesOf(join(path, name), without));
}

function measure(path) {
  const sum = { files: 0, bytes: 0, onDisk: 0 };
  for (const file of filesOf(path)) {
    const { size, blocks } = statSync(file);
    sum.files += 1;
    sum.bytes += size;
    sum.onDisk += blocks * 512;
  }
  return sum;
}

function largestIn(modules) {
  return readdirSync(modules)
    .map((name) => [name, measure(join(modules, name)).onDisk])
    .sort(([, a], [, b]) => b - a)
    .slice(0, 8);
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}
