import type { Locator, Page } from 'playwright-core';
import { cutText } from '../../common/cut-text';
import { ToolError } from '../agent-tool';
import type { ActRequest } from './browser-params';

/** An element of the last snapshot of a tab. */
export function elementOf(page: Page, ref: string | undefined): Locator {
  if (ref === undefined) throw new ToolError('invalid_args', 'this needs ref; take a snapshot to see the elements');
  const id = ref.replace(/^(@|ref=)/, '');
  if (!/^f?\d*e\d+$/.test(id)) throw new ToolError('invalid_args', `"${ref}" is no ref; refs look like e12`);
  return page.locator(`aria-ref=${id}`);
}

/** Does one thing on a page. @returns what there is to tell */
export async function act(page: Page, request: ActRequest, timeout: number, mayEvaluate: boolean): Promise<string> {
  const element = (ref = request.ref): Locator => elementOf(page, ref);
  switch (request.kind) {
    case 'click': {
      const options = {
        timeout,
        ...(request.button ? { button: request.button } : {}),
        ...(request.modifiers ? { modifiers: request.modifiers as ('Alt' | 'Control' | 'Meta' | 'Shift')[] } : {}),
      };
      if (request.doubleClick) await element().dblclick(options);
      else await element().click(options);
      return 'clicked';
    }
    case 'type':
      if (request.text === undefined) throw needs('type', 'text');
      if (request.slowly) await element().pressSequentially(request.text, { timeout, delay: 30 });
      else await element().fill(request.text, { timeout });
      if (request.submit) await element().press('Enter', { timeout });
      return 'typed';
    case 'press':
      if (request.key === undefined) throw needs('press', 'key');
      if (request.ref) await element().press(request.key, { timeout });
      else await page.keyboard.press(request.key);
      return `pressed ${request.key}`;
    case 'hover':
      await element().hover({ timeout });
      return 'hovering';
    case 'drag':
      await element(request.startRef).dragTo(element(request.endRef), { timeout });
      return 'dragged';
    case 'select':
      await element().selectOption(request.values ?? [], { timeout });
      return 'selected';
    case 'fill':
      for (const field of request.fields ?? []) await element(field.ref).fill(field.value, { timeout });
      return `filled ${request.fields?.length ?? 0} fields`;
    case 'resize':
      if (request.width === undefined || request.height === undefined) throw needs('resize', 'width and height');
      await page.setViewportSize({ width: request.width, height: request.height });
      return 'resized';
    case 'wait':
      if (request.text !== undefined) await page.getByText(request.text).first().waitFor({ timeout });
      else if (request.textGone !== undefined)
        await page.getByText(request.textGone).first().waitFor({ state: 'hidden', timeout });
      else await page.waitForTimeout(request.timeMs ?? 1000);
      return 'waited';
    case 'evaluate': {
      if (!mayEvaluate) throw new ToolError('denied_by_policy', 'browser.evaluateEnabled is false');
      if (request.fn === undefined) throw needs('evaluate', 'fn');
      const source = `(${request.fn})`;
      const value: unknown = request.ref
        ? await element().evaluate((target, code) => (0, eval)(code)(target) as unknown, source)
        : await page.evaluate((code) => {
            const result: unknown = (0, eval)(code);
            return typeof result === 'function' ? (result as () => unknown)() : result;
          }, source);
      return cutText(JSON.stringify(value ?? null), 20_000);
    }
    case 'close':
      await page.close();
      return 'closed';
  }
}

const needs = (kind: string, what: string): ToolError => new ToolError('invalid_args', `act ${kind} needs ${what}`);
