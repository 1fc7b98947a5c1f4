import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';

export const BROWSER = process.env['TEST_BROWSER'];

/** Tests that need a real browser; skipped with a note where the machine has none. */
export const describeWithBrowser = BROWSER === undefined ? describe.skip : describe;

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: BROWSER ?? '', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A page of a fresh profile that notes what goes wrong in it. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return { page, errors };
}
