// Parts of libraries that cost much while they load and that a start does not need. In the bundles they wait for their
// first use.
import { readFile } from 'node:fs/promises';
import { at } from './paths.mjs';

/** The functions of `mime-types`: its table of all media types is built when the first is called. */
const MIME_FUNCTIONS = ['charset', 'contentType', 'extension', 'lookup'];

export const lateParts = {
  name: 'late-parts',
  setup(build) {
    build.onResolve({ filter: /^mime-types$/ }, ({ namespace, pluginData, ...args }) =>
      namespace === 'late' || pluginData === 'whole' ? undefined : { path: args.path, namespace: 'late' },
    );
    build.onLoad({ filter: /^mime-types$/, namespace: 'late' }, () => ({
      contents: MIME_FUNCTIONS.map(
        (name) => `exports.${name} = (...args) => require('mime-types').${name}(...args);`,
      ).join('\n'),
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
