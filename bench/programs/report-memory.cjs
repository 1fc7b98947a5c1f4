'use strict';
// Loaded before a command: tells on file descriptor 3 how much memory it took at most, in KiB.
const { writeSync } = require('node:fs');

process.once('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));
