import type { Browser } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '__test__/harness/browser';
import { TEST_TOKEN } from '__test__/harness/gateway-process';
import { ToolBench } from '__test__/harness/tool-bench';

describeWithBrowser('the view __name__', () => {
  let browser: Browser;
  let bench: ToolBench;
  beforeAll(async () => {
    browser = await openBrowser();
    bench = await ToolBench.start();
  });
  afterAll(async () => {
    await bench.stop();
    await browser.close();
  });

  it('is reached by its address, and shows what the gateway tells', async () => {
    const { page, errors } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/__name__#token=${TEST_TOKEN}`);
    await page.getByTestId('__name__-facts').getByText('Version').waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });
});
