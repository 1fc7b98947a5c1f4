'use strict';
// Runs the bundle with V8's code cache, so that nothing has to be compiled again at each start.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const parts = new Map();
// A shell that asks for completions waits while somebody types: it gets a bundle of its own.
if (process.argv[2] === '__complete') run('complete', module);
// Help is read, not worked out: where the line asks for it, nothing else is loaded.
else if (!isHelp()) start();

// Also true for a client command with such a word among its arguments: the gateway's bundle knows every command.
function start() {
  run(process.argv.includes('gateway', 2) ? 'gateway' : 'client', module);
}

function isHelp() {
  return process.argv.slice(2).some((word) => word === '--help' || word === '-h') && loadPart('help').answered;
}

/** Runs the bundle of this name: `module` takes what it exports. */
function run(name, module) {
  const file = join(__dirname, `${name}.js`);
  const cache = join(__dirname, `${name}.cache`);
  // Bundles are pure ASCII: latin1 keeps them at one byte a character and spares the decoding.
  const script = new Script(readFileSync(file, 'latin1'), {
    filename: file,
    ...cacheOf(cache),
  });
  script.runInThisContext()(module.exports, require, module, file, __dirname, loadPart);
}

/** A cache that is not there, or that another user may not read, only costs time. */
function cacheOf(path) {
  try {
    return { cachedData: readFileSync(path) };
  } catch {
    return {};
  }
}

/** Libraries that wait for their first use, by name: functions that load them. */
function loadPart(name) {
  if (!parts.has(name)) {
    const part = { exports: {} };
    run(name, part);
    parts.set(name, part.exports);
  }
  return parts.get(name);
}
