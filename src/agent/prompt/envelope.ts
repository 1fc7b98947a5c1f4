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
}

/** Style by `agents.defaults`: times as the person's clocks show them, unless it says otherwise. */
export function envelopeStyle(config: OpenclawConfig): EnvelopeStyle {
  const { envelopeTimestamp, envelopeTimezone = 'user', timeFormat } = config.agents?.defaults ?? {};
  const named: Record<string, string> = { user: userTimeZone(config), local: localTimeZone(), utc: 'UTC' };
  return {
    ...(envelopeTimestamp === 'off' ? {} : { zone: named[envelopeTimezone] ?? envelopeTimezone }),
    hourStyle: timeFormat === '12' ? '12' : '24',
  };
}

/** Who wrote when, for messages of a chat platform. Only the model sees it. */
export function envelope({ sender }: UserMessage, at: number, { zone, hourStyle }: EnvelopeStyle): string {
  if (!sender?.channel) return '';
  const who = [sender.channel, sender.name ?? sender.id]
    .filter(Boolean)
    .join(' ')
    .replace(/[[\]\n]/g, ' ');
  return zone === undefined ? `[${who}] ` : `[${who} ${clockTime(at, zone, hourStyle)} ${zone}] `;
}
