'use strict';
const { execFile } = require('node:child_process');

exports.checkPlugin = (folder, { openclaw = 'openclaw' } = {}) =>
  new Promise((resolve, reject) => {
    execFile(openclaw, ['plugins', 'doctor', folder, '--json'], (error, stdout, stderr) => {
      try {
        const { findings, error: refused } = JSON.parse(stdout);
        resolve(findings ?? [{ id: folder, problem: refused.message }]);
      } catch {
        reject(error ?? new Error(`openclaw said: ${stdout || stderr}`));
      }
    });
  });
