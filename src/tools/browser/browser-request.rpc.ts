import { Injectable } from '@nestjs/common';
import { textOf } from '../../common/content-parts';
import { isPlainObject } from '../../common/plain-object';
import { Any, Int, Obj, OneOf, Opt, Text } from '../../common/validation/fields';
import type { RpcContext } from '../../rpc/rpc-context';
import { invalidRequest, unavailable } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { BrowserService } from './browser.service';
import { ToolInvoker } from '../invoke/tool-invoker.service';

export class BrowserRequestParams {
  @OneOf(['GET', 'POST', 'DELETE']) method!: 'GET' | 'POST' | 'DELETE';
  @Text({ max: 4096 }) path!: string;
  @Opt() @Obj() query?: Record<string, unknown>;
  @Opt() @Any() body?: unknown;
  @Opt() @Int({ min: 1, max: 120_000 }) timeoutMs?: number;
}

type Facts = Record<string, unknown>;

const CALL = { via: 'http' } as const;
const TABS = '/tabs/';

/** What a request to OpenClaw's browser service means for the tool, by method and path. */
const ROUTES: Readonly<Record<string, (facts: Facts) => Facts>> = {
  'GET /': () => ({ action: 'status' }),
  'POST /start': ({ profile }) => ({ action: 'start', profile }),
  'POST /stop': () => ({ action: 'stop' }),
  'GET /profiles': () => ({ action: 'profiles' }),
  'GET /tabs': () => ({ action: 'tabs' }),
  'POST /tabs/open': ({ url }) => ({ action: 'open', targetUrl: url }),
  'POST /tabs/focus': ({ targetId }) => ({ action: 'focus', targetId }),
  'POST /navigate': ({ url, targetId }) => ({ action: 'navigate', targetUrl: url, targetId }),
  'GET /snapshot': ({ format, targetId, interactive, compact, depth, selector, frame, limit, maxChars, mode }) => ({
    action: 'snapshot',
    ...(format === 'ai' || format === 'aria' ? { snapshotFormat: format } : {}),
    targetId,
    interactive,
    compact,
    depth,
    selector,
    frame,
    limit,
    maxChars,
    mode,
  }),
  'POST /screenshot': ({ targetId, fullPage, ref, element, type }) => ({
    action: 'screenshot',
    targetId,
    fullPage,
    ref,
    element,
    type,
  }),
  'GET /console': ({ targetId }) => ({ action: 'console', targetId }),
  'POST /pdf': ({ targetId }) => ({ action: 'pdf', targetId }),
  'POST /hooks/dialog': ({ accept, promptText, targetId }) => ({ action: 'dialog', accept, promptText, targetId }),
  'POST /hooks/file-chooser': ({ paths, ref, inputRef, element, targetId }) => ({
    action: 'upload',
    paths,
    ref,
    inputRef,
    element,
    targetId,
  }),
  'POST /act': ({ targetId, ...request }) => ({ action: 'act', targetId, request }),
};

/** The assistant's browser for clients, by the same tool under the same policy and the same guard of addresses. */
@Injectable()
export class BrowserRequestRpc {
  constructor(
    private readonly tools: ToolInvoker,
    private readonly browser: BrowserService,
  ) {}

  @RpcMethod({
    name: 'browser.request',
    scope: 'operator.write',
    params: BrowserRequestParams,
    summary:
      'Uses the browser by the paths of OpenClaw: /, /start, /stop, /tabs, /navigate, /snapshot, /screenshot, /act …',
  })
  async request(params: BrowserRequestParams, { signal }: RpcContext): Promise<unknown> {
    if (!this.tools.available(CALL).some(({ declaration }) => declaration.name === 'browser'))
      throw unavailable('browser control is disabled: tools or browser.enabled of the configuration leave it out', {
        details: { code: 'BROWSER_UNAVAILABLE' },
      });
    const wish = wishOf(params);
    const result = await this.tools.invoke('browser', wish, CALL, signal);
    const body = {
      ok: result.isError !== true,
      text: textOf(result.content),
      ...result.details,
      ...(wish['action'] === 'status' ? this.browser.status() : {}),
    };
    const picture = result.content.find((part) => part.type === 'image');
    if (result.isError !== true)
      return picture?.type === 'image' ? { ...body, contentType: picture.mimeType, base64: picture.data } : body;
    const code = result.details?.['code'];
    if (code === 'invalid_args' || code === 'denied_by_policy' || code === 'blocked_address')
      throw invalidRequest(body.text, { details: body });
    throw unavailable(body.text, { details: body });
  }
}

/** @throws RpcError naming the path where nothing here fits it */
function wishOf({ method, path, query, body, timeoutMs }: BrowserRequestParams): Facts {
  const facts = { ...typed(query ?? {}), ...(isPlainObject(body) ? body : {}) };
  const isClosing = method === 'DELETE' && path.startsWith(TABS);
  const route = isClosing ? undefined : ROUTES[`${method} ${path}`];
  if (!isClosing && !route)
    throw invalidRequest(`browser.request knows no ${method} ${path}; it knows ${Object.keys(ROUTES).join(', ')}`, {
      details: { code: 'BROWSER_PATH_UNKNOWN' },
    });
  const wish: Facts = route?.(facts) ?? { action: 'close', targetId: decodeURIComponent(path.slice(TABS.length)) };
  const given = Object.entries({ ...wish, timeoutMs }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

/** Values of a query are texts; those that were none get their type back. */
const typed = (query: Facts): Facts =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      value === 'true' ? true : value === 'false' ? false : isDigits(value) ? Number(value) : value,
    ]),
  );

const isDigits = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && String(Number(value)) === value;
