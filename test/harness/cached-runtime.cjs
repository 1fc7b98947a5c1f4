'use strict';
// Runs modules as Jest does, but compiles each once a worker instead of once a spec: most specs load the same libraries.
const { Script } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

/** By file name: what it was compiled from, and the result. */
const compiled = new Map();

module.exports = class CachedRuntime extends Runtime {
  constructor(config, environment, resolver, transformer, cacheFS, coverage, testPath, globalConfig) {
    super(config, environment, resolver, transformer, cacheFS, coverage, testPath, globalConfig);
    // Places in a file are counted from the start of what is compiled.
    if (coverage?.collectCoverage) return;
    const { executor } = this;
    const compile = executor.compile.bind(executor);
    executor.compile = (source, filename) => {
      const context = environment.getVmContext();
      if (context == null || filename === testPath) return compile(source, filename);
      let known = compiled.get(filename);
      if (known?.source !== source) {
        try {
          const parameters = executor.injectedModuleParameters.join(',');
          known = { source, script: new Script(`(function(${parameters}){${source}\n})`, { filename }) };
        } catch {
          // Jest says what is wrong with it.
          return compile(source, filename);
        }
        compiled.set(filename, known);
      }
      return known.script.runInContext(context);
    };
  }
};
