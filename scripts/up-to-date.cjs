'use strict';
// Tells whether dependencies and build are those of the sources. Plain CommonJS: each start asks.
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, readdirSync, statSync } = require('node:fs');
const { dirname, join } = require('node:path');

const root = dirname(__dirname);
/** Everything that a build depends on. */
const SOURCES = [
  'src',
  'ui',
  'packages/client',
  'scripts',
  'bin',
  'openclaw.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
];

const stampOf = (folder) => join(root, folder, '.openclaw-stamp');

/** No library depends on the version of Node: their binaries keep to the interface that all versions share. */
const lockDigest = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

/** npm writes its own list last: without it something was interrupted. */
const isInstalled = () =>
  readIfExists(stampOf('node_modules')) === lockDigest() &&
  existsSync(join(root, 'node_modules', '.package-lock.json'));

/** What the stamp of a build says: of these sources, with code compiled for this Node. */
const buildStamp = (version = process.version) => `${sourceDigest()} ${version}`;

const isBuilt = () => {
  const stamp = readIfExists(stampOf('dist'));
  return stamp !== undefined && stamp === buildStamp();
};

/** Whether all that a build lacks is its code cache, which belongs to one version of Node. */
const isBuiltForOtherNode = () => {
  const stamp = readIfExists(stampOf('dist'));
  const version = stamp?.split(' ')[1];
  return version !== undefined && version !== process.version && stamp === buildStamp(version);
};

/** Digest of names, sizes and times: reading all contents would cost more than a start may. */
function sourceDigest() {
  const lines = [];
  const add = (path, { size, mtimeMs }) => lines.push(`${path}:${size}:${mtimeMs}`);
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules') visit(path);
      } else if (!entry.name.endsWith('.spec.ts') && !entry.name.endsWith('.spec.tsx')) {
        const stat = statSync(path);
        if (stat.isDirectory()) visit(path);
        else add(path, stat);
      }
    }
  };
  for (const source of SOURCES) {
    const path = join(root, source);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) visit(path);
    else if (stat) add(path, stat);
  }
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

function readIfExists(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

module.exports = { buildStamp, isBuilt, isBuiltForOtherNode, isInstalled, lockDigest, stampOf };
