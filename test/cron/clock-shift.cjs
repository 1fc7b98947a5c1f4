'use strict';
// Loaded before the gateway: its clock is as many milliseconds ahead as the file of CLOCK_SHIFT_FILE says. Timers are left
// alone, as they are when somebody sets the clock or the machine sleeps.
const { readFileSync } = require('node:fs');

const RealDate = Date;
let shift = 0;
let readAt = -Infinity;
function now() {
  if (performance.now() - readAt > 100) {
    readAt = performance.now();
    shift = Number(readFileSync(process.env.CLOCK_SHIFT_FILE, 'utf8'));
  }
  return RealDate.now() + shift;
}
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [now()] : args));
  }
  static now() {
    return now();
  }
};
