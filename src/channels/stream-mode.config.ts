import { isPlainObject } from '../common/plain-object';
import { Checked } from '../common/validation/fields';

const MODES = ['off', 'partial', 'block', 'progress'] as const;
type StreamMode = (typeof MODES)[number];

/** What is seen of an answer while it is written, as newer releases spell it. */
export type StreamingWish = boolean | StreamMode | Record<string, unknown>;

const isMode = (value: unknown): value is StreamMode => (MODES as readonly unknown[]).includes(value);

const isStreamingWish = (value: unknown): boolean =>
  typeof value === 'boolean' ||
  isMode(value) ||
  (isPlainObject(value) && (value['mode'] === undefined || isMode(value['mode'])));

/** Property holds a mode, an object with one, or whether there is any. */
export const Streaming = (): PropertyDecorator =>
  Checked(isStreamingWish, `must be one of ${MODES.join(', ')}, true, false, or an object with such a mode`, {
    anyOf: [
      { type: 'boolean' },
      { type: 'string', enum: [...MODES] },
      { type: 'object', properties: { mode: { type: 'string', enum: [...MODES] } } },
    ],
  });

/** Whether an answer is shown while it is written; every spelling counts, the older key first. */
export function isStreamed({ streamMode, streaming }: { streamMode?: string; streaming?: unknown }): boolean {
  const wish = streamMode ?? (isPlainObject(streaming) ? streaming['mode'] : streaming) ?? 'partial';
  return wish !== 'off' && wish !== false;
}
