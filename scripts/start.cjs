'use strict';
// `npm start`: sets up what is missing or out of date, then runs the gateway in this process.
const { join } = require('node:path');
const { endWithNpm } = require('./npm-parent.cjs');
const { isBuilt, isInstalled } = require('./up-to-date.cjs');

const program = join(__dirname, '..', 'bin', 'openclaw');

function run() {
  process.argv = [process.argv[0], program, 'gateway', 'run', ...process.argv.slice(2)];
  require(program);
}

endWithNpm();
if (isInstalled() && isBuilt()) run();
else import('./set-up.mjs').then(({ setUp }) => setUp()).then(run);
