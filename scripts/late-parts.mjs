// Parts of libraries that cost much while they load and that a start does not need. In the bundles they wait for their
// first use.
import { readFile } from 'node:fs/promises';
import { at } from './paths.mjs';

/** Libraries that are a few functions for us: they run when the first of these is called. */
const LATE_FUNCTIONS = {
  // Builds a table of all media types.
  'mime-types': ['charset', 'contentType', 'extension', 'lookup'],
  diff: ['createTwoFilesPatch', 'formatPatch'],
};

export const lateParts = {
  name: 'late-parts',
  setup(build) {
    build.onResolve({ filter: /^(?:mime-types|diff)$/ }, ({ path, namespace }) =>
      namespace === 'late' ? undefined : { path, namespace: 'late' },
    );
    build.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
      contents: LATE_FUNCTIONS[path]
        .map((name) => `exports.${name} = (...args) => require('${path}').${name}(...args);`)
        .join('\n'),
      resolveDir: at(),
    }));
    // Each check of a kind of text has a file, often with large expressions: class-validator loads a hundred of them.
    build.onResolve({ filter: /^validator\/lib\// }, ({ path, namespace }) =>
      namespace === 'late-check' ? undefined : { path, namespace: 'late-check' },
    );
    build.onLoad({ filter: /.*/, namespace: 'late-check' }, ({ path }) => ({
      contents: `module.exports = (...args) => require('${path}')(...args);`,
      resolveDir: at(),
    }));
    // Notes where it is called from each time it is set up, for which V8 counts the lines of the whole bundle.
    build.onLoad({ filter: /[\\/]depd[\\/]index\.js$/ }, () => ({
      contents: `module.exports = () => Object.assign(() => undefined, { function: (f) => f, property: () => undefined });`,
    }));
    // Loads the calendar data of ICU; nothing is written by these loggers.
    build.onLoad({ filter: /[\\/]common[\\/]services[\\/](?:console-)?logger\.service\.js$/ }, async ({ path }) => ({
      contents: replaced(
        await readFile(path, 'utf8'),
        'const dateTimeFormatter = new Intl.DateTimeFormat(',
        'const dateTimeFormatter = { format: (time) => formatter().format(time) };\nconst formatter = () => new Intl.DateTimeFormat(',
        path,
      ),
    }));
  },
};

function replaced(text, from, to, path) {
  if (!text.includes(from)) throw new Error(`${path} has no "${from}" any more: see scripts/late-parts.mjs`);
  return text.replace(from, to);
}
