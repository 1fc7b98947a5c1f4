import { shownSum } from '../usage-sum';
import type { UsageCell } from '../usage.store';
import { byDay } from './grouped';
import { type Latency, dailyLatency, latencyOf, waitsIn } from './latency';
import { type MessageCounts, type ToolCounts, countMessages, countTools } from './message-counts';
import type { SaidMessage } from './said-message';
import {
  type ModelDay,
  type ShownSum,
  type UsedDay,
  type UsedModel,
  dailyModels,
  dailyUsage,
  modelUsage,
  sumOfCells,
} from './used-models';

/** What a conversation held and used in a range of days. */
export interface SessionUsage extends ShownSum {
  sessionId: string;
  /** Of the messages; milliseconds since 1970. */
  firstActivity?: number;
  lastActivity?: number;
  durationMs?: number;
  activityDates: string[];
  dailyBreakdown: UsedDay[];
  dailyMessageCounts: (MessageCounts & { date: string })[];
  dailyLatency: (Latency & { date: string })[];
  dailyModelUsage: ModelDay[];
  messageCounts: MessageCounts;
  toolUsage?: ToolCounts;
  modelUsage: UsedModel[];
  latency?: Latency;
}

/** Undefined where nothing happened. */
export function sessionUsage(
  sessionId: string,
  said: readonly SaidMessage[],
  cells: readonly UsageCell[],
): SessionUsage | undefined {
  if (said.length === 0 && cells.length === 0) return undefined;
  const waits = waitsIn(said);
  const latency = latencyOf(waits);
  const toolUsage = countTools(said);
  return {
    sessionId,
    ...activity(said),
    activityDates: [...new Set([...said, ...cells].map(({ day }) => day))].sort(),
    dailyBreakdown: dailyUsage(cells),
    dailyMessageCounts: byDay(said).map(([date, ofDay]) => ({ date, ...countMessages(ofDay) })),
    dailyLatency: dailyLatency(waits),
    dailyModelUsage: dailyModels(cells),
    messageCounts: countMessages(said),
    ...(toolUsage.totalCalls > 0 ? { toolUsage } : {}),
    modelUsage: modelUsage(cells),
    ...(latency ? { latency } : {}),
    ...shownSum(sumOfCells(cells)),
  };
}

function activity(said: readonly SaidMessage[]): Pick<SessionUsage, 'firstActivity' | 'lastActivity' | 'durationMs'> {
  if (said.length === 0) return {};
  let [firstActivity, lastActivity] = [Infinity, 0];
  for (const { at } of said) {
    firstActivity = Math.min(firstActivity, at);
    lastActivity = Math.max(lastActivity, at);
  }
  return { firstActivity, lastActivity, durationMs: lastActivity - firstActivity };
}
