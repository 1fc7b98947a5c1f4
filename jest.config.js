const swc = (parser, transform) => [
  '@swc/jest',
  {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true, ...parser },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false, ...transform },
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
  },
];

/** One runner for all tiers; `npm test -- <pattern>` narrows it. */
module.exports = {
  testEnvironment: '<rootDir>/test/harness/lasting-context.cjs',
  runtime: '<rootDir>/test/harness/cached-runtime.cjs',
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/ui'],
  testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
  transform: {
    '[/\\\\]ui[/\\\\](src|webpage)[/\\\\].+\\.tsx?$': [
      '<rootDir>/test/harness/page-transform.cjs',
      swc({ tsx: true }, { react: { runtime: 'automatic' } })[1],
    ],
    // A library that has ES modules alone.
    '[/\\\\]@agentclientprotocol[/\\\\].+\\.js$': swc({ tsx: false }),
    '^.+\\.ts$': swc({ tsx: false }),
    '^.+\\.tsx$': swc({ tsx: true }, { react: { runtime: 'automatic' } }),
  },
  transformIgnorePatterns: ['/node_modules/(?!@agentclientprotocol/)'],
  // Jest on Node before 24.9 can't load an ES module from CommonJS; the package has both forms.
  moduleNameMapper: {
    '^marked$': '<rootDir>/node_modules/marked/lib/marked.umd.js',
    '\\.module\\.css$': '<rootDir>/test/harness/class-names.js',
  },
  setupFiles: ['reflect-metadata'],
  testSequencer: '<rootDir>/test/harness/longest-first.cjs',
  // A limit for what hangs, on slow and busy machines as well; what is quick is quick under it, too.
  testTimeout: 180_000,
  // Specs wait for their gateways a quarter of the time: one more than there are processors fills it.
  maxWorkers: require('node:os').availableParallelism() + 1,
};
