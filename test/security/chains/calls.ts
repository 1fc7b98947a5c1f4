import type { FakeSite } from '../../fakes/web-site';
import type { ToolBench, ToolCall } from '../../harness/tool-bench';

/** What is carried. */
export const WORDS = 'tea is warm';

export const read = (path: string): ToolCall => ({ name: 'read', args: { path } });
export const write = (path: string, content = WORDS): ToolCall => ({ name: 'write', args: { path, content } });
export const exec = (command: string, more: object = {}): ToolCall => ({ name: 'exec', args: { command, ...more } });
export const patch = (...lines: string[]): ToolCall => ({
  name: 'apply_patch',
  args: { input: ['*** Begin Patch', ...lines, '*** End Patch'].join('\n') },
});
/** What the model of another conversation is told so that it writes a file. */
export const order = (to: string): string => `store ${to} please`;
/** The id in what is told of a command in the background. */
export const idIn = (told = ''): string => /sessionId "([^"]+)"/.exec(told)?.[1] ?? '';

/** What the steps that need more than one turn are made of. */
export interface Ways {
  bench: ToolBench;
  site: FakeSite;
  /** One turn of a conversation; `says` is what the model says at its end. */
  turn(calls: readonly ToolCall[], sessionKey?: string, says?: string): Promise<string[]>;
  /** A name for a conversation that nobody has used. */
  fresh(): string;
}

/** Carries what one file says into another, and takes the first away where it can. */
export interface Step {
  name: string;
  to(name: string): string;
  bring(ways: Ways, from: string, to: string): Promise<unknown>;
  /** What it brings is somebody else's whatever went in. */
  isForeign?: true;
  /** What it brings comes with others' text. */
  isShared?: true;
  /** It ends in a file that is no text. */
  isBinary?: true;
}

/** Calls of one turn of a conversation that has seen nothing else. */
export const step = (
  name: string,
  calls: (from: string, to: string) => ToolCall[],
  to: Step['to'] = (file) => file,
): Step => ({ name, bring: ({ turn }, from, next) => turn(calls(from, next)), to });
export const way = (name: string, bring: Step['bring']): Step => ({ name, bring, to: (file) => file });
export const command = (name: string, text: (from: string, to: string) => string): Step =>
  step(name, (from, to) => [exec(text(from, to))]);

/** A job that does not become due by itself. */
export const AT = { kind: 'at', at: '2060-01-01T00:00:00Z' };

/** The id of a job of that name. */
export async function jobOf({ bench }: Ways, name: string): Promise<string> {
  const { payload } = await bench.client.call('cron.list', { includeDisabled: true });
  return (payload?.['jobs'] as { id: string; name: string }[]).find((each) => each.name === name)?.id ?? '';
}

/** The id of what was said in a conversation, counted from 0: by a person or by the assistant. */
export async function messageOf(
  { client }: ToolBench,
  sessionKey: string,
  index: number,
  by: 'user' | 'assistant' = 'user',
): Promise<string> {
  const { payload } = await client.call('chat.history', { sessionKey, limit: 50 });
  const messages = payload?.['messages'] as { role: string; __openclaw: { id: string } }[];
  return messages.filter(({ role }) => role === by)[index]?.__openclaw.id ?? '';
}
