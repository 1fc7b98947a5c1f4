'use strict';
// Loaded before dist/main.js: the files of the 24 core tools are left out, what they stand on stays.
const { readFileSync } = require('node:fs');
const Module = require('node:module');

const load = Module._load;
Module._load = function (request, parent, isMain) {
  if (!request.endsWith('.tool')) return load.call(this, request, parent, isMain);
  const file = Module._resolveFilename(request, parent, isMain);
  const text = readFileSync(file, 'utf8');
  if (!/core: true/.test(text)) return load.call(this, request, parent, isMain);
  const names = new Set([...text.matchAll(/exports\.(\w+)/g)].map(([, name]) => name));
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      class {
        unavailableReason() {
          return 'left out';
        }
      },
    ]),
  );
};
