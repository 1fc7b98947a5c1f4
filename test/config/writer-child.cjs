'use strict';
// Writes its own keys into a configuration as fast as it can: `node writer-child.cjs <state folder> <name> <count>`.
const { join, resolve } = require('node:path');

const dist = resolve(__dirname, '..', '..', 'dist');
const { ConfigWriter } = require(join(dist, 'config', 'config-writer.js'));
const { Environment } = require(join(dist, 'config', 'environment.js'));

const [folder, names, count] = process.argv.slice(2);
const env = new Environment({ OPENCLAW_STATE_DIR: folder, HOME: folder });

async function work(name) {
  const writer = new ConfigWriter(join(folder, 'openclaw.json'), env);
  for (let index = 0; index < Number(count); index++) {
    for (;;) {
      try {
        await writer.edit([{ path: ['env', 'vars', `W_${name}_${index}`], value: String(index) }]);
        process.stdout.write(`${name} ${index}\n`);
        break;
      } catch (error) {
        if (error.code !== 'LOCKED' && error.code !== 'LOCK_HELD') throw error;
      }
    }
  }
}
Promise.all(names.split(',').map(work)).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
