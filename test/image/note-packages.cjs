'use strict';
// Loaded before a program: writes down which file each package is taken from, in the threads of the program as well.
const { appendFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');

const noted = new Set();
const load = Module._load;
Module._load = function (request, parent, isMain) {
  if (!isMain && !request.startsWith('.') && !Module.isBuiltin(request) && !noted.has(request)) {
    noted.add(request);
    try {
      const file = Module._resolveFilename(request, parent, false);
      appendFileSync(join(__dirname, 'packages.txt'), `${request} ${file}\n`);
    } catch {
      // An optional part that is not installed.
    }
  }
  return load.call(this, request, parent, isMain);
};
