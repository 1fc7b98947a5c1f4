import { localTimeZone } from '../common/clock';
import { durationMs } from '../common/duration';
import { isTimeZone, wallTimeAt } from '../common/zoned-time';
import type { HeartbeatConfig } from './heartbeat.config';
import { agentEntries, defaultAgentId } from '../config/agent-entries';
import type { OpenclawConfig } from '../config/openclaw.config';

const DEFAULT_EVERY = '30m';
const DEFAULT_ACK_MAX_CHARS = 300;
export const DEFAULT_PROMPT =
  'Read HEARTBEAT.md and look after what it lists, nothing else. If nothing needs attention, answer HEARTBEAT_OK.';

export interface HeartbeatPlan {
  agentId: string;
  /** Milliseconds between two; 0: off. */
  everyMs: number;
  every: string;
  target: string;
  to?: string;
  model?: string;
  session?: string;
  prompt: string;
  ackMaxChars: number;
  activeHours?: { start?: string; end?: string; timezone?: string };
}

/** Heartbeats of an agent; its own keys go before the defaults. Pure. */
export function heartbeatPlan(config: OpenclawConfig, agentId: string): HeartbeatPlan {
  const agents = agentEntries(config);
  const own = agents.find(({ id }) => id === agentId)?.heartbeat;
  const isMeant = agents.some(({ heartbeat }) => heartbeat) ? own !== undefined : agentId === defaultAgentId(config);
  const rules: HeartbeatConfig = { ...config.agents?.defaults?.heartbeat, ...own };
  const every = rules.every ?? DEFAULT_EVERY;
  const everyMs = isMeant ? (durationMs(every, 'm') ?? 0) : 0;
  return {
    agentId,
    everyMs,
    every: everyMs === 0 ? '0m' : every,
    target: rules.target ?? 'last',
    ...(rules.to ? { to: rules.to } : {}),
    ...(rules.model ? { model: rules.model } : {}),
    ...(rules.session ? { session: rules.session } : {}),
    prompt: rules.prompt?.trim() || DEFAULT_PROMPT,
    ackMaxChars: rules.ackMaxChars ?? DEFAULT_ACK_MAX_CHARS,
    ...(rules.activeHours ? { activeHours: rules.activeHours } : {}),
  };
}

export const heartbeatPlans = (config: OpenclawConfig): HeartbeatPlan[] =>
  agentEntries(config).map(({ id }) => heartbeatPlan(config, id));

/** Whether a file of things to look after holds any: more than blank lines, headings, comments and empty items. Pure. */
export function hasContent(text: string): boolean {
  return text
    .replace(/<!--[\s\S]*?-->/g, '')
    .split('\n')
    .some((line) => !/^\s*(#.*|[-*+](\s*\[[ xX]?\])?|\d+[.)]|(-{3,}|\*{3,}))?\s*$/.test(line));
}

/**
 * Whether a moment lies within the hours of the day; a start after the end means over midnight.
 * Hours that can't be read allow everything. Pure.
 */
export function isActive(hours: HeartbeatPlan['activeHours'], now: number, userZone: string): boolean {
  const [start, end] = [minutesOf(hours?.start, 0), minutesOf(hours?.end, 24 * 60)];
  if (!hours || start === undefined || end === undefined || start === end) return true;
  const zone = !hours.timezone || hours.timezone === 'user' ? userZone : hours.timezone;
  const minute = minuteOfDay(now, zone === 'local' ? localTimeZone() : zone);
  return start < end ? minute >= start && minute < end : minute >= start || minute < end;
}

function minutesOf(text: string | undefined, otherwise: number): number | undefined {
  if (text === undefined) return otherwise;
  const [, hour, minute] = /^([01]?\d|2[0-4]):([0-5]\d)$/.exec(text.trim()) ?? [];
  return hour === undefined ? undefined : Number(hour) * 60 + Number(minute);
}

function minuteOfDay(now: number, timeZone: string): number {
  const at = new Date(wallTimeAt(now, isTimeZone(timeZone) ? timeZone : localTimeZone()));
  return at.getUTCHours() * 60 + at.getUTCMinutes();
}
