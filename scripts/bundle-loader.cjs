'use strict';
// Runs the bundle with V8's code cache, so that nothing has to be compiled again at each start.
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

// Also true for a client command with such a word among its arguments: the gateway's bundle knows every command.
const name = process.argv.includes('gateway', 2) ? 'gateway' : 'client';
const file = join(__dirname, `${name}.js`);
const cache = join(__dirname, `${name}.cache`);
// The bundle is pure ASCII: latin1 keeps it at one byte a character and spares the decoding.
const script = new Script(readFileSync(file, 'latin1'), {
  filename: file,
  ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
});
script.runInThisContext()(module.exports, require, module, file, __dirname);
