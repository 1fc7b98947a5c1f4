import { momentOf, wallTimeAt } from '../common/zoned-time';
import type { OpenclawConfig } from '../config/openclaw.config';
import type { SessionEntry } from './session-entry';
import { sessionKind, splitSessionKey } from './session-key';

const DAY_MS = 86_400_000;
const DEFAULT_HOUR = 4;
const DEFAULT_IDLE_MINUTES = 60;

type ResetRule = NonNullable<NonNullable<OpenclawConfig['session']>['reset']>;

/** When a session starts over by itself. */
export interface ResetPolicy {
  /** Hour of the day, where the person lives. */
  dailyAt?: number;
  idleMinutes?: number;
  /** Key of the configuration that decided. */
  because: string;
}

/** Rule of a session: by channel, by kind of chat, for all; the first that stands in the configuration. */
export function resetPolicy(
  config: OpenclawConfig,
  entry: Pick<SessionEntry, 'key' | 'chatType' | 'channel' | 'lastChannel'>,
): ResetPolicy {
  const session = config.session ?? {};
  const channel = entry.channel ?? entry.lastChannel;
  const byChannel = channel === undefined ? undefined : session.resetByChannel?.[channel];
  if (byChannel && channel !== undefined) return policyOf(byChannel, `session.resetByChannel.${channel}`);
  const types = session.resetByType;
  const kind = kindOf(entry);
  const byType = kind === 'dm' ? (types?.dm ?? types?.direct) : types?.[kind];
  if (byType) return policyOf(byType, `session.resetByType.${kind}`);
  if (session.reset) return policyOf(session.reset, 'session.reset');
  if (session.idleMinutes !== undefined) return { idleMinutes: session.idleMinutes, because: 'session.idleMinutes' };
  return { dailyAt: DEFAULT_HOUR, because: 'default' };
}

/** Why a session starts over with the next message; undefined while it goes on. */
export function staleReason(
  config: OpenclawConfig,
  entry: Pick<SessionEntry, 'key' | 'chatType' | 'channel' | 'lastChannel' | 'updatedAt'>,
  now: number,
  timeZone: string,
): string | undefined {
  // Tasks of the gateway begin and end by themselves.
  if (/^(subagent|cron|hook|acp|openai|openresponses)[:-]/.test(splitSessionKey(entry.key).rest)) return undefined;
  const { dailyAt, idleMinutes } = resetPolicy(config, entry);
  if (idleMinutes !== undefined && now - entry.updatedAt > idleMinutes * 60_000)
    return `idle for ${idleMinutes} minutes`;
  if (dailyAt !== undefined && entry.updatedAt < lastTimeAt(dailyAt, now, timeZone))
    return `a new day since ${dailyAt}:00`;
  return undefined;
}

function policyOf(rule: ResetRule, because: string): ResetPolicy {
  const mode = rule.mode ?? (rule.atHour === undefined && rule.idleMinutes !== undefined ? 'idle' : 'daily');
  return {
    because,
    ...(mode === 'daily' ? { dailyAt: rule.atHour ?? DEFAULT_HOUR } : {}),
    ...(mode === 'idle' || rule.idleMinutes !== undefined
      ? { idleMinutes: rule.idleMinutes ?? DEFAULT_IDLE_MINUTES }
      : {}),
  };
}

function kindOf(entry: Pick<SessionEntry, 'key' | 'chatType'>): 'dm' | 'group' | 'thread' {
  if (/:(thread|topic):/.test(entry.key)) return 'thread';
  return sessionKind(entry.key, entry.chatType) === 'group' ? 'group' : 'dm';
}

/** The last moment at which a clock in this zone showed that hour. */
function lastTimeAt(hour: number, now: number, timeZone: string): number {
  const wall = wallTimeAt(now, timeZone);
  const today = wall - (((wall % DAY_MS) + DAY_MS) % DAY_MS) + hour * 3_600_000;
  const moment = momentOf(today, timeZone);
  return moment <= now ? moment : momentOf(today - DAY_MS, timeZone);
}
