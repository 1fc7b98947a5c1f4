import { NO_SUM, type UsageSum, addSums, shownSum } from '../usage-sum';
import type { UsageCell } from '../usage.store';
import { byDay, groupBy } from './grouped';

export type ShownSum = Omit<UsageSum, 'calls'>;

export interface UsedProvider {
  provider: string;
  /** Calls. */
  count: number;
  totals: ShownSum;
}

export interface UsedModel extends UsedProvider {
  model: string;
}

export interface ModelDay {
  date: string;
  provider: string;
  model: string;
  tokens: number;
  cost: number;
  count: number;
}

export interface UsedDay extends ShownSum {
  date: string;
  tokens: number;
  cost: number;
}

export const sumOfCells = (cells: readonly UsageSum[]): UsageSum => cells.reduce(addSums, NO_SUM);

/** What costs or holds most first. */
const byWeight = (a: { totals: ShownSum }, b: { totals: ShownSum }): number =>
  b.totals.totalCost - a.totals.totalCost || b.totals.totalTokens - a.totals.totalTokens;

function apart<T extends object>(
  cells: readonly UsageCell[],
  facts: (cell: UsageCell) => T,
): (T & { sum: UsageSum })[] {
  return [...groupBy(cells, (cell) => JSON.stringify(facts(cell))).values()].flatMap((group) =>
    group[0] ? [{ ...facts(group[0]), sum: sumOfCells(group) }] : [],
  );
}

export const modelUsage = (cells: readonly UsageCell[]): UsedModel[] =>
  apart(cells, ({ provider, model }) => ({ provider, model }))
    .map(({ sum, ...model }) => ({ ...model, count: sum.calls, totals: shownSum(sum) }))
    .sort(byWeight);

export const providerUsage = (cells: readonly UsageCell[]): UsedProvider[] =>
  apart(cells, ({ provider }) => ({ provider }))
    .map(({ sum, provider }) => ({ provider, count: sum.calls, totals: shownSum(sum) }))
    .sort(byWeight);

export const agentUsage = (cells: readonly UsageCell[]): { agentId: string; totals: ShownSum }[] =>
  apart(cells, ({ agentId }) => ({ agentId }))
    .map(({ sum, agentId }) => ({ agentId, totals: shownSum(sum) }))
    .sort(byWeight);

export const dailyUsage = (cells: readonly UsageCell[]): UsedDay[] =>
  byDay(cells).map(([date, ofDay]) => {
    const sum = shownSum(sumOfCells(ofDay));
    return { date, tokens: sum.totalTokens, cost: sum.totalCost, ...sum };
  });

export const dailyModels = (cells: readonly UsageCell[]): ModelDay[] =>
  byDay(cells).flatMap(([date, ofDay]) =>
    modelUsage(ofDay).map(({ provider, model, count, totals }) => ({
      date,
      provider,
      model,
      tokens: totals.totalTokens,
      cost: totals.totalCost,
      count,
    })),
  );
