import { localTimeZone } from '../../common/clock';
import { clockTime } from '../../common/zoned-time';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { userTimeZone } from '../../config/user-zone';
import type { UserMessage } from '../../sessions/transcript-event';

/** How the model is told when a message of a chat came. */
export interface EnvelopeStyle {
  /** Undefined: it is not told. */
  zone?: string;
  hourStyle: '12' | '24';
  /** How long after the message before it each came is told, too. */
  elapsed?: boolean;
}

/** Style by `agents.defaults`: times as the person's clocks show them, unless it says otherwise. */
export function envelopeStyle(config: OpenclawConfig): EnvelopeStyle {
  const { envelopeTimestamp, envelopeElapsed, envelopeTimezone = 'user', timeFormat } = config.agents?.defaults ?? {};
  const named: Record<string, string> = { user: userTimeZone(config), local: localTimeZone(), utc: 'UTC' };
  return {
    ...(envelopeTimestamp === 'off' ? {} : { zone: named[envelopeTimezone] ?? envelopeTimezone }),
    hourStyle: timeFormat === '12' ? '12' : '24',
    elapsed: envelopeElapsed !== 'off',
  };
}

const MINUTE_MS = 60_000;
const UNITS = [
  ['d', 24 * 60],
  ['h', 60],
  ['m', 1],
] as const;

/** `+3h` after a time: whole days, hours or minutes; nothing below a minute. */
function elapsedSince(before: number, at: number): string | undefined {
  const minutes = Math.floor((at - before) / MINUTE_MS);
  const unit = UNITS.find(([, size]) => minutes >= size);
  return unit && `+${Math.floor(minutes / unit[1])}${unit[0]}`;
}

/**
 * Who wrote which message when, for messages of a chat platform. Only the model sees it.
 * @param before when the message before it was written
 */
export function envelope({ sender }: UserMessage, at: number, style: EnvelopeStyle, before?: number): string {
  if (!sender?.channel) return '';
  const { zone, hourStyle, elapsed } = style;
  const who = [sender.channel, sender.name ?? sender.id]
    .filter(Boolean)
    .join(' ')
    .replace(/[[\]\n]/g, ' ');
  const parts = [
    who,
    sender.messageId === undefined ? undefined : `#${sender.messageId}`,
    elapsed && before !== undefined ? elapsedSince(before, at) : undefined,
    zone === undefined ? undefined : `${clockTime(at, zone, hourStyle)} ${zone}`,
  ];
  return `[${parts.filter((part) => part !== undefined).join(' ')}] `;
}
