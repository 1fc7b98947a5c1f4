'use strict';
// Loaded before dist/main.js: the files of the 24 core tools are left out, what they stand on stays.
const { readFileSync } = require('node:fs');
const Module = require('node:module');

const load = Module._load;
const emptied = new Map();

class LeftOut {
  unavailableReason() {
    return 'left out';
  }
}
Module._load = function (request, parent, isMain) {
  if (!request.endsWith('.tool')) return load.call(this, request, parent, isMain);
  const file = Module._resolveFilename(request, parent, isMain);
  if (!emptied.has(file)) emptied.set(file, empty(readFileSync(file, 'utf8')));
  return emptied.get(file) ?? load.call(this, request, parent, isMain);
};

/** Classes with the names that a file exports; undefined for files that hold no core tool. */
function empty(text) {
  if (!/core: true/.test(text)) return undefined;
  // As the compiler writes them: one by itself, or several in one object.
  const found = text.matchAll(/defineProperty\(exports, "(?!__esModule)(\w+)"|^\s+get (\w+) ?\(\)/gm);
  const names = new Set([...found].map(([, one, ofSeveral]) => one ?? ofSeveral));
  return Object.fromEntries([...names].map((name) => [name, { [name]: class extends LeftOut {} }[name]]));
}
