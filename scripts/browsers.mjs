/** Browsers that people use: measures are taken in them. */
export const BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** Browsers for tests: the one without windows first, which takes a third of the work. */
export const TEST_BROWSERS = ['/usr/bin/chromium-headless-shell', ...BROWSERS];
