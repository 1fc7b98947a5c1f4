import { type UsageSum, shownSum } from '../usage-sum';
import type { UsageCell } from '../usage.store';
import { groupBy } from './grouped';
import { dailyLatency, latencyOf, waitsIn } from './latency';
import { countMessages, countTools } from './message-counts';
import type { SaidMessage } from './said-message';
import { agentUsage, dailyModels, dailyUsage, modelUsage, providerUsage } from './used-models';

export interface Reported {
  /** What was said in each conversation of the report. */
  conversations: readonly (readonly SaidMessage[])[];
  /** What was used, also beside these conversations. */
  cells: readonly UsageCell[];
  channels: readonly (UsageSum & { key: string })[];
}

/** What all conversations of a report come to together. */
export function aggregates({ conversations, cells, channels }: Reported): Record<string, unknown> {
  const said = conversations.flat();
  const waits = conversations.flatMap(waitsIn);
  const latency = latencyOf(waits);
  return {
    sessionCount: conversations.filter(({ length }) => length > 0).length,
    messages: countMessages(said),
    tools: countTools(said),
    byModel: modelUsage(cells),
    byProvider: providerUsage(cells),
    byAgent: agentUsage(cells),
    // Of people who share a gateway, whom there are none of.
    byCreator: [],
    byChannel: channels.flatMap(({ key, ...sum }) => (key === '' ? [] : [{ channel: key, totals: shownSum(sum) }])),
    costDaily: dailyUsage(cells),
    ...(latency ? { latency } : {}),
    dailyLatency: dailyLatency(waits),
    modelDaily: dailyModels(cells),
    daily: daily(said, cells),
  };
}

function daily(said: readonly SaidMessage[], cells: readonly UsageCell[]): Record<string, unknown>[] {
  const messages = groupBy(said, ({ day }) => day);
  const used = new Map(dailyUsage(cells).map((day) => [day.date, day]));
  return [...new Set([...messages.keys(), ...used.keys()])].sort().map((date) => {
    const { total, toolCalls, errors } = countMessages(messages.get(date) ?? []);
    const { tokens = 0, cost = 0 } = used.get(date) ?? {};
    return { date, tokens, cost, messages: total, toolCalls, errors };
  });
}
