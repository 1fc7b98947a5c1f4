import type { ElementHandle, Frame, Page } from 'playwright-core';
import { cutText } from '../../common/cut-text';
import { originOf } from '../../common/net/origin';
import { ToolError } from '../agent-tool';
import { elementOf } from './browser-act';
import type { BrowserParams } from './browser-params';

/** Where a call arrives: the document that holds the element, and what the page calls the element. */
export interface ActTarget {
  /** None where the call acts on the page itself. */
  ref?: string;
  /** Of the document: an element in a frame belongs to whoever made what stands in the frame. */
  address: string;
  /** Set where the page has no such element by now. */
  isGone?: true;
  /** Kind and name, such as `email "Your address"`: words of the page. */
  name?: string;
}

const MOST_LETTERS = 80;
/** A ref is of an element that was there: one that is not found at once will not come. */
const FOUND_WITHIN_MS = 1000;

/** Where what a call does arrives: one for each element that it names, or the page itself. */
export async function targetsOf(page: Page, params: BrowserParams): Promise<ActTarget[]> {
  const refs = refsOf(params);
  if (refs.length > 0) return Promise.all(refs.map((ref) => targetOf(page, ref)));
  return [{ address: params.request?.kind === 'press' ? await focusedAddress(page) : page.url() }];
}

/** @throws ToolError not_found where the page has no such element by now */
export function requireThere(targets: readonly ActTarget[]): void {
  const gone = targets.flatMap(({ ref, isGone }) => (isGone && ref !== undefined ? [ref] : []));
  if (gone.length > 0)
    throw new ToolError(
      'not_found',
      `the page has no ${gone.join(', ')} by now; take a new snapshot: refs are valid for the last one only`,
    );
}

/** Of an address without an origin, such as a blank page, the whole of it. */
export function siteOf(address: string): string {
  const origin = originOf(address);
  return origin === undefined || origin === 'null' ? address : origin;
}

function refsOf({ action, inputRef, ref, request }: BrowserParams): string[] {
  if (action === 'upload') return [inputRef ?? ref ?? []].flat();
  if (action !== 'act' || !request) return [];
  const named = [request.ref, request.startRef, request.endRef, ...(request.fields ?? []).map((field) => field.ref)];
  return named.filter((each) => each !== undefined);
}

async function targetOf(page: Page, ref: string): Promise<ActTarget> {
  const element = await elementOf(page, ref)
    .elementHandle({ timeout: FOUND_WITHIN_MS })
    .catch(() => null);
  if (!element) return { ref, address: page.url(), isGone: true };
  const frame = await element.ownerFrame();
  const name = await nameOf(element).catch(() => undefined);
  await element.dispose();
  return { ref, address: frame ? addressOf(frame) : page.url(), ...(name === undefined ? {} : { name }) };
}

/** A frame that was given no address of its own holds what the document around it has put there. */
function addressOf(frame: Frame): string {
  const parent = frame.parentFrame();
  return parent && frame.url().startsWith('about:') ? addressOf(parent) : frame.url();
}

/** Of the document that hears keys. */
async function focusedAddress(page: Page): Promise<string> {
  let frame = page.mainFrame();
  for (;;) {
    const active = await frame.evaluateHandle('document.activeElement').catch(() => undefined);
    const inner = await active?.asElement()?.contentFrame();
    await active?.dispose();
    if (!inner) return addressOf(frame);
    frame = inner;
  }
}

interface Named {
  tagName: string;
  type?: string;
  labels?: ArrayLike<{ textContent: string | null }> | null;
  placeholder?: string;
  title?: string;
  name?: string;
  textContent: string | null;
  getAttribute(name: string): string | null;
}

async function nameOf(element: ElementHandle): Promise<string> {
  const [kind, words] = await element.evaluate((node) => {
    const named = node as unknown as Named;
    const label = Array.from(named.labels ?? [], ({ textContent }) => textContent ?? '').join(' ');
    const called = [
      named.getAttribute('aria-label'),
      label,
      named.placeholder,
      named.title,
      named.textContent,
      named.name,
    ];
    return [
      String(named.getAttribute('role') ?? named.type ?? named.tagName).toLowerCase(),
      String(called.find((each) => each?.trim()) ?? ''),
    ] as const;
  });
  const said = cutText(words.replace(/\s+/g, ' ').trim(), MOST_LETTERS);
  return `${/^[a-z-]{1,20}$/.test(kind) ? kind : 'element'}${said ? ` ${JSON.stringify(said)}` : ''}`;
}
