import type { IncomingHttpHeaders } from 'node:http';

export type ModelFormat = 'openai-completions' | 'openai-responses' | 'anthropic-messages' | 'google-generative-ai';

/** Holds answers back until a test opens it: for what must happen meanwhile, however slow the machine is. */
export class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

/** One piece of a scripted answer, in order. */
export type ModelStep =
  | { text: string }
  | { reasoning: string; signature?: string }
  | { tool: { id?: string; name: string; args: unknown } }
  | { waitMs: number }
  /** Nothing more comes until the test lets it; see `Gate`. */
  | { until: Gate }
  /** The connection breaks here. */
  | { cut: true }
  /** Nothing more comes, and the connection stays. */
  | { stall: true }
  /** A chunk that is not valid JSON. */
  | { garbage: true }
  /** The provider reports an error in the middle of the stream. */
  | { error: { type: string; message: string } };

export interface ModelAnswer {
  steps: ModelStep[];
  finish?: 'stop' | 'length' | 'filter';
  usage?: { input: number; output: number; cached?: number };
  /** Anything but 200 is an error answer with this body. */
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Sent as it is instead of the steps, for answers that keep to no format. */
  raw?: { type: string; text: string };
}

export interface ModelRequest {
  format: ModelFormat;
  /** Number of the request at this server, from 0. */
  index: number;
  model: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** The whole conversation as JSON text. */
  text: string;
  /** What a person said last. */
  lastUser: string;
  /** Results of tools after that. */
  toolResults: number;
}

export type SseEvent =
  | { kind: 'data'; text: string }
  | { kind: 'wait'; ms: number }
  | { kind: 'until'; gate: Gate }
  | { kind: 'cut' }
  | { kind: 'stall' };

export const data = (value: unknown): SseEvent => ({ kind: 'data', text: `data: ${JSON.stringify(value)}\n\n` });
export const named = (name: string, value: Record<string, unknown>): SseEvent => ({
  kind: 'data',
  text: `event: ${name}\ndata: ${JSON.stringify({ type: name, ...value })}\n\n`,
});

/** Steps that look the same in every format. */
export function commonStep(step: ModelStep): SseEvent | undefined {
  if ('waitMs' in step) return { kind: 'wait', ms: step.waitMs };
  if ('until' in step) return { kind: 'until', gate: step.until };
  if ('cut' in step) return { kind: 'cut' };
  if ('stall' in step) return { kind: 'stall' };
  if ('garbage' in step) return { kind: 'data', text: 'data: {"this is": no JSON\n\n' };
  return undefined;
}

/** Text in small pieces, as models send it. */
export const pieces = (text: string): string[] => text.match(/.{1,6}/gs) ?? [];

export const DEFAULT_USAGE = { input: 100, output: 10, cached: 0 };
