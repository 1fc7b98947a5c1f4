export interface PageMessage {
  id: string;
  role: 'visitor' | 'assistant';
  text: string;
  at: number;
}

export interface PageButton {
  label: string;
  says: string;
}

export type PageEvent =
  { kind: 'message' | 'edit'; id: string; text: string; buttons?: PageButton[][] } | { kind: 'typing' };

export interface Visit {
  pass: string;
  name: string;
  greeting: string;
}

const PASS = 'openclaw.webpage.pass';

/** An answer other than 2xx; `retryAfterMs` where the gateway says when to try again. */
export class PageError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly retryAfterMs: number | undefined,
  ) {
    super(message);
  }
}

/** A pass of an earlier visit goes on the old conversation. */
export async function visit(token: string): Promise<Visit> {
  const pass = remembered();
  const found = (await call('visit', {
    method: 'POST',
    body: JSON.stringify({ token, ...(pass ? { pass } : {}) }),
  })) as Visit;
  try {
    localStorage.setItem(PASS, found.pass);
  } catch {
    // Frames of other sites may be without a memory; then each visit is a new conversation.
  }
  return found;
}

export async function history(pass: string): Promise<PageMessage[]> {
  return ((await call('messages', {}, pass)) as { messages: PageMessage[] }).messages;
}

export async function say(pass: string, id: string, text: string): Promise<void> {
  await call('messages', { method: 'POST', body: JSON.stringify({ id, text }) }, pass);
}

/** Resolves when the stream ends. */
export async function listen(
  pass: string,
  onOpen: () => void,
  onEvent: (event: PageEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch('./api/events', { headers: { authorization: `Bearer ${pass}` }, signal });
  if (!response.ok || !response.body) throw new PageError('no events', response.status, undefined);
  onOpen();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    const events = rest.split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = event.split('\n').find((line) => line.startsWith('data: '));
      if (data) onEvent(JSON.parse(data.slice(6)) as PageEvent);
    }
  }
}

function remembered(): string | undefined {
  try {
    return localStorage.getItem(PASS) ?? undefined;
  } catch {
    return undefined;
  }
}

async function call(path: string, init: RequestInit, pass?: string): Promise<unknown> {
  const response = await fetch(`./api/${path}`, {
    ...init,
    headers: { 'content-type': 'application/json', ...(pass ? { authorization: `Bearer ${pass}` } : {}) },
  });
  const body = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
  if (response.ok) return body;
  const seconds = Number(response.headers.get('retry-after'));
  throw new PageError(
    body.error?.message ?? `the gateway answered ${response.status}`,
    response.status,
    seconds > 0 ? seconds * 1000 : undefined,
  );
}
