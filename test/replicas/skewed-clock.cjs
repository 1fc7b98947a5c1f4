'use strict';
// Loaded into a gateway to set its clock wrong, by STORM_SKEW_MS milliseconds.
const skew = Number(process.env['STORM_SKEW_MS'] ?? 0);
const RealDate = Date;
const now = () => RealDate.now() + skew;
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(now());
    else super(...parts);
  }
  static now() {
    return now();
  }
};
