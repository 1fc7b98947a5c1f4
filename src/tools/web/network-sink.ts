import type { SinkUse, ToolContext } from '../agent-tool';

/**
 * A request can carry out what the model has read, in the address itself. An address that stands literally in what the
 * model was given carries nothing but itself; any other is asked for after untrusted text was read.
 */
export function fetchSink(url: string, { provenance }: ToolContext): SinkUse | undefined {
  if (provenance.sawVerbatim(url) || isBare(url)) return undefined;
  return { kind: 'network', from: 'suspect', summary: `fetch ${url}` };
}

/** Nothing but a short host name: too little room to carry anything out, unless the name itself does. */
function isBare(address: string): boolean {
  try {
    const url = new URL(address);
    const isShort = url.hostname.length <= 40 && url.hostname.split('.').length <= 3;
    return isShort && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  } catch {
    return true;
  }
}
