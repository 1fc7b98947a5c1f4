// `node broken-imports.mjs <copy> <original>`: prints, as JSON, the imports of files inside the copy's packages that lead to a
// file of the same package which is there in the original only.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';

const [copy, original] = process.argv.slice(2);
const scripts = readdirSync(join(copy, 'node_modules'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.[cm]?js$/.test(entry.name))
  .map((entry) => relative(copy, join(entry.parentPath, entry.name)));
const data = ['.node', '.wasm', '.ttf', '.html', '.css', '.svg', '.png'];

/** Messages about imports that lead nowhere, by file. Those inside `try` are warnings. */
async function unresolved(root, files) {
  const { errors, warnings } = await build({
    entryPoints: files.map((file) => join(root, file)),
    absWorkingDir: root,
    bundle: true,
    packages: 'external',
    platform: 'node',
    loader: Object.fromEntries(data.map((kind) => [kind, 'empty'])),
    write: false,
    outdir: 'nowhere',
    logLevel: 'silent',
    logLimit: 0,
  }).catch((failure) => failure);
  return [...errors, ...warnings]
    .filter(({ text }) => text.startsWith('Could not resolve'))
    .map(({ text, location }) => ({ file: location.file, text }));
}

const broken = await unresolved(copy, scripts);
const before = broken.length === 0 ? [] : await unresolved(original, [...new Set(broken.map(({ file }) => file))]);
const known = new Set(before.map((each) => JSON.stringify(each)));
process.stdout.write(
  JSON.stringify({ scripts: scripts.length, broken: broken.filter((each) => !known.has(JSON.stringify(each))) }),
);
