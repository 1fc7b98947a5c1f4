import type { SinkUse } from '../provenance/sinks';
import type { ActTarget } from './act-targets';
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

/**
 * What an act on a page tells whoever made it.
 * @param targets where it arrives; its address comes before what is typed, which may hold any words
 */
export function actSink(request: ActRequest, targets: readonly ActTarget[]): SinkUse | 'none' {
  const where = placesOf(targets);
  const out = (what: string, told?: string): SinkUse => ({
    sink: 'out',
    summary: told === undefined ? `${what} ${where}` : `${what} ${where}: ${told}`,
  });
  /** One of the few things that the page offers; counted like an address of it. */
  const chosen = (what: string): SinkUse => ({ sink: 'fetch', summary: `${what} ${where}` });
  switch (request.kind) {
    case 'wait':
    case 'close':
      return 'none';
    case 'hover':
      return chosen('hover over');
    case 'click':
      return request.modifiers?.length ? out(`with ${request.modifiers.join('+')} held, click`) : chosen('click');
    case 'press': {
      const { key = '' } = request;
      return SILENT_KEYS.has(key) ? chosen(`press ${key} in`) : out(`press ${key} in`);
    }
    case 'type':
      return out('type into', request.text ?? '');
    case 'fill':
      return out(
        'fill in',
        (request.fields ?? []).map(({ ref, value }) => `${ref}: ${JSON.stringify(value)}`).join(', '),
      );
    case 'select':
      return out('select in', (request.values ?? []).map((value) => JSON.stringify(value)).join(', '));
    case 'drag': {
      const [from, to] = targets;
      return from && to
        ? { sink: 'out', summary: `drag ${placesOf([from])} to ${placesOf([to])}` }
        : out('drag something on');
    }
    case 'resize':
      return out(`resize the window to ${request.width ?? '?'}x${request.height ?? '?'} on`);
    case 'evaluate':
      return out('run in', request.fn ?? '');
  }
}

/** `e1 (email "Your address") and e2 of https://example.org/form` */
export function placesOf(targets: readonly ActTarget[]): string {
  const addresses = [...new Set(targets.map(({ address }) => address))];
  return addresses
    .map((address) => {
      const elements = targets.flatMap((target) =>
        target.address !== address || target.ref === undefined
          ? []
          : [target.name === undefined ? target.ref : `${target.ref} (${target.name})`],
      );
      return elements.length > 0 ? `${elements.join(' and ')} of ${address}` : address;
    })
    .join(' and ');
}
