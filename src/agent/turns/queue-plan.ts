import type { QueueMode } from '../../config/sections/messages.config';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { targetKey } from '../../common/delivery-route';
import type { InboxRow } from '../../inbox/inbox-row';
import type { SessionEntry } from '../../sessions/session-entry';

export type EffectiveQueueMode = 'collect' | 'followup' | 'steer' | 'steer-backlog' | 'interrupt';

export interface QueueSettings {
  mode: EffectiveQueueMode;
  debounceMs: number;
  cap: number;
  drop: 'old' | 'new' | 'summarize';
}

const DEFAULT_DEBOUNCE_MS = 1000;
const DEFAULT_CAP = 20;

export function queueSettings(
  config: OpenclawConfig,
  channel: string,
  session: SessionEntry | undefined,
  /** As the newest message asks for. */
  asked?: QueueMode,
): QueueSettings {
  const queue = config.messages?.queue ?? {};
  const chosen = asked ?? (session?.queueMode as QueueMode | undefined);
  return {
    mode: effectiveMode(chosen ?? queue.byChannel?.[channel] ?? queue.mode ?? 'collect'),
    debounceMs:
      session?.queueDebounceMs ?? queue.debounceMsByChannel?.[channel] ?? queue.debounceMs ?? DEFAULT_DEBOUNCE_MS,
    cap: session?.queueCap ?? queue.cap ?? DEFAULT_CAP,
    drop: (session?.queueDrop as QueueSettings['drop'] | undefined) ?? queue.drop ?? 'summarize',
  };
}

export function effectiveMode(mode: QueueMode): EffectiveQueueMode {
  return mode === 'queue' ? 'steer' : mode === 'steer+backlog' ? 'steer-backlog' : mode;
}

export interface QueuePlan {
  /** Messages that the next turn answers, in order. */
  take: InboxRow[];
  /** Messages of `take` that are only mentioned in short, because there are too many. */
  summarised: InboxRow[];
  /** Messages that end without a turn, with the reason. */
  drop: { row: InboxRow; reason: string }[];
}

/** Which of the waiting messages the next turn answers. Pure. */
export function planQueue(waiting: readonly InboxRow[], settings: QueueSettings): QueuePlan {
  const [first, ...rest] = waiting;
  if (!first) return { take: [], summarised: [], drop: [] };
  if (settings.mode === 'interrupt') {
    const newest = waiting.at(-1) as InboxRow;
    const start = waiting.findIndex((_, index) => companions(waiting.slice(index)).at(-1) === newest);
    const take = waiting.slice(start);
    const superseded = waiting.filter((row) => !take.includes(row) && sameRoute(row, newest));
    return {
      take,
      summarised: [],
      drop: superseded.map((row) => ({ row, reason: 'superseded by a newer message' })),
    };
  }
  if (settings.mode === 'followup' || first.message.isSystemEvent)
    return { take: companions(waiting), summarised: [], drop: [] };

  const batch = [first];
  for (const row of rest) {
    if (!sameRoute(row, first) || row.message.isSystemEvent) break;
    batch.push(row);
  }
  const excess = batch.length - settings.cap;
  if (excess <= 0) return { take: batch, summarised: [], drop: [] };
  switch (settings.drop) {
    case 'summarize':
      return { take: batch, summarised: batch.slice(0, excess), drop: [] };
    case 'old':
      return {
        take: batch.slice(excess),
        summarised: [],
        drop: batch.slice(0, excess).map((row) => ({ row, reason: 'queue full, oldest dropped' })),
      };
    case 'new':
      return {
        take: batch.slice(0, settings.cap),
        summarised: [],
        drop: batch.slice(settings.cap).map((row) => ({ row, reason: 'queue full, newest dropped' })),
      };
  }
}

/** The first of the waiting messages and those that belong to it: an album, or what one person writes in a row. */
export function companions(waiting: readonly InboxRow[]): InboxRow[] {
  const [first, ...rest] = waiting;
  if (!first) return [];
  const group = [first];
  for (const row of rest) {
    const key = group.at(-1)?.message.together?.key;
    if (key === undefined || !sameRoute(row, first)) break;
    if (row.message.together?.key !== key && key !== senderKey(row.message.sender?.id)) break;
    group.push(row);
  }
  return group;
}

/** Key of {@link companions} for all that one person writes. */
export const senderKey = (senderId = ''): string => `from:${senderId}`;

/** Milliseconds until the first of the waiting messages is complete; zero or less when it is. */
export function untilComplete(waiting: readonly InboxRow[], now: number): number {
  const last = companions(waiting).at(-1);
  return last?.message.together ? restOf(last.message.together.waitMs, last.receivedAt, now) : 0;
}

/** What is left of a wait that began with a message. A clock that was set back since makes it none, instead of an hour. */
export function restOf(waitMs: number, receivedAt: number, now: number): number {
  return now < receivedAt ? 0 : Math.max(0, receivedAt + waitMs - now);
}

/** Answers of one turn go to one place. */
export function sameRoute(a: InboxRow, b: InboxRow): boolean {
  const key = (row: InboxRow): string =>
    [
      row.channel,
      row.account,
      row.message.route ? targetKey(row.message.route) : '',
      row.message.isOwner,
      row.message.model ?? '',
      row.message.extraSystemPrompt ?? '',
    ].join('\n');
  return key(a) === key(b);
}
