// Compiles src to dist, a file at a time.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compileFile, isProduct } from './compile-file.mjs';
import { at } from './paths.mjs';

const sources = readdirSync(at('src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(at('src'), join(entry.parentPath ?? entry.path, entry.name)))
  .filter(isProduct);

const results = await Promise.allSettled(sources.map((source) => compileFile(source)));
const failures = results.filter(({ status }) => status === 'rejected');
for (const { reason } of failures) process.stderr.write(`${reason.message}\n`);
if (failures.length > 0) process.exit(1);
