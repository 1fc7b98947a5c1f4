import type { SinkUse } from '../provenance/sinks';
import type { ActRequest } from './browser-params';

/** Keys that move about in a page and send what stands in it. */
const SILENT_KEYS: ReadonlySet<string> = new Set([
  'Enter',
  'Tab',
  'Shift+Tab',
  'Escape',
  'PageUp',
  'PageDown',
  'Home',
  'End',
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
]);

/** What an act on a page tells whoever made the page. */
export function actSink(request: ActRequest, page: string): SinkUse | 'none' {
  const out = (what: string): SinkUse => ({ sink: 'out', summary: `${what} on ${page}` });
  /** One of the few things that the page offers; counted like an address of it. */
  const chosen = (what: string): SinkUse => ({ sink: 'fetch', summary: `${what} on ${page}` });
  const { kind, ref = 'the page' } = request;
  switch (kind) {
    case 'wait':
    case 'close':
      return 'none';
    case 'hover':
      return chosen(`hover over ${ref}`);
    case 'click':
      return request.modifiers?.length
        ? out(`click ${ref} with ${request.modifiers.join('+')} held`)
        : chosen(`click ${ref}`);
    case 'press': {
      const { key = '' } = request;
      return SILENT_KEYS.has(key) ? chosen(`press ${key}`) : out(`press ${key} in ${ref}`);
    }
    case 'type':
      return out(`type into ${ref}: ${request.text ?? ''}`);
    case 'fill':
      return out(`fill in ${(request.fields ?? []).map(({ ref: field, value }) => `${field}: ${value}`).join(' | ')}`);
    case 'select':
      return out(`select ${(request.values ?? []).join(', ')} in ${ref}`);
    case 'drag':
      return out(`drag ${request.startRef ?? ''} to ${request.endRef ?? ''}`);
    case 'resize':
      return out(`resize the window to ${request.width ?? '?'}x${request.height ?? '?'}`);
    case 'evaluate':
      return out(`run in ${ref}: ${request.fn ?? ''}`);
  }
}
