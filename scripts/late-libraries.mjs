// Libraries that a start does not need have bundles of their own, read at their first use: a start is spared their text
// and their compiled code. Only libraries that share nothing with the rest: one of them in two bundles is two libraries.
const LATE_LIBRARIES = {
  models: ['@ai-sdk/anthropic', '@ai-sdk/google', '@ai-sdk/openai', '@ai-sdk/openai-compatible'],
  telegraf: ['telegraf', 'lodash'],
  postgres: ['pg'],
  redis: ['ioredis'],
  terminal: ['@clack/prompts'],
};

/** Text of each such bundle: exports functions that load a library, by its name. */
export const lateBundles = () =>
  Object.entries(LATE_LIBRARIES).map(([name, libraries]) => ({
    name,
    contents: libraries.map((library) => `exports['${library}'] = () => require('${library}');`).join('\n'),
  }));

/** In the programs, such a library is what its bundle exports. */
export const lateLibraries = {
  name: 'late-libraries',
  setup(build) {
    const bundleOf = new Map(
      Object.entries(LATE_LIBRARIES).flatMap(([bundle, libraries]) => libraries.map((library) => [library, bundle])),
    );
    build.onResolve({ filter: /^[@a-z]/ }, ({ path }) =>
      bundleOf.has(path) ? { path, namespace: 'late-library' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'late-library' }, ({ path }) => ({
      contents: `module.exports = loadPart('${bundleOf.get(path)}')['${path}']();`,
    }));
  },
};
