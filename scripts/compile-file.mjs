// One source file to JavaScript, as tsconfig.json has it. Types are checked by `npm test`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { transformFile } from '@swc/core';
import { at } from './paths.mjs';

/** What the sources are compiled with. */
export const OPTIONS = {
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
export const isProduct = (path) =>
  path.endsWith('.ts') && !/\.(spec|contract)\.ts$/.test(path) && !path.split(/[/\\]/).includes('testing');

/** Where the JavaScript of a source goes. Both are relative: to `src`, and to `dist`. */
export const compiledName = (source) => source.replace(/\.ts$/, '.js');

/**
 * Compiles a file of `src` into `dist`.
 * @param source relative to `src`
 * @param options.to another folder than `dist`
 * @param options.sourceMaps with a source map in the file
 * @throws Error with the file, the compiler's message and the line that it is about
 */
export async function compileFile(source, { to = 'dist', sourceMaps = false } = {}) {
  const options = sourceMaps ? { ...OPTIONS, sourceMaps: 'inline' } : OPTIONS;
  const { code } = await transformFile(at('src', source), options).catch((error) => {
    throw new Error(`src/${source}: error: ${briefly(error)}`);
  });
  const compiled = at(to, compiledName(source));
  mkdirSync(dirname(compiled), { recursive: true });
  writeFileSync(compiled, withoutFetch(code));
}

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
