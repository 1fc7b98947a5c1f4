// Compiles src to dist, a file at a time. Types are checked by `npm test`: a start need not wait for that.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { transformFile } from '@swc/core';
import { at } from './paths.mjs';

/** As tsconfig.json has it. */
const OPTIONS = {
  swcrc: false,
  configFile: false,
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
};

/** Tests and what only tests use are no part of the product. */
const isProduct = (path) =>
  path.endsWith('.ts') && !/\.(spec|contract)\.ts$/.test(path) && !path.split(/[/\\]/).includes('testing');

const sources = readdirSync(at('src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(at('src'), join(entry.parentPath ?? entry.path, entry.name)))
  .filter(isProduct);

const results = await Promise.allSettled(
  sources.map(async (source) => {
    const { code } = await transformFile(at('src', source), OPTIONS).catch((error) => {
      throw new Error(`src/${source}: error: ${briefly(error)}`);
    });
    const compiled = at('dist', source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(compiled), { recursive: true });
    writeFileSync(compiled, withoutFetch(code));
  }),
);
/**
 * Types of parameters that decorators keep: Express' are types alone, and in their place would stand the classes of
 * `fetch`, which Node loads when they are named, 20 ms of each start.
 */
function withoutFetch(code) {
  return code.replace(/typeof (Request|Response) === "undefined" \? Object : \1\b/g, 'Object');
}

/** The compiler's message with the line that it is about, without its own stack. */
function briefly(error) {
  const [message] = String(error.message ?? error).split('\n\nCaused by:');
  return message.replace(/^\s*[x×]\s*/, '').trimEnd();
}

const failures = results.filter(({ status }) => status === 'rejected');
for (const { reason } of failures) process.stderr.write(`${reason.message}\n`);
if (failures.length > 0) process.exit(1);
