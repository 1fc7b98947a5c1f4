'use strict';
// Tries to take a lock each time its parent says so: `node lock-child.cjs <path>`; answers whether it got it.
const { join, resolve } = require('node:path');
const { LockFile } = require(join(resolve(__dirname, '..', '..', 'dist'), 'common', 'lock-file.js'));

let lock;
process.on('message', async ({ at, release }) => {
  if (release) {
    lock?.release();
    lock = undefined;
    process.send({ released: true });
    return;
  }
  const wanted = new LockFile(process.argv[2]);
  while (Date.now() < at);
  try {
    await wanted.acquire();
    lock = wanted;
    process.send({ won: true });
  } catch (error) {
    process.send({ won: false, code: error.code });
  }
});
