import { sql } from 'kysely';

/** What calls have used together. The parts of the cost are US dollars, too, and sum up to it. */
export interface UsageSum {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  totalTokens: number;
  /** US dollars. */
  totalCost: number;
  /** Calls from before the parts were kept are in `totalCost` alone; so it is with the other three. */
  inputCost: number;
  outputCost: number;
  cacheReadCost: number;
  cacheWriteCost: number;
  calls: number;
  /** Calls of models whose price is not known. */
  missingCostEntries: number;
}

export const NO_SUM: UsageSum = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 0,
  totalCost: 0,
  inputCost: 0,
  outputCost: 0,
  cacheReadCost: 0,
  cacheWriteCost: 0,
  calls: 0,
  missingCostEntries: 0,
};

const MICROS = 1_000_000;

/** Dollars added up, without the dust that such sums leave behind what is stored. */
export const addDollars = (a: number, b: number): number => Math.round((a + b) * MICROS) / MICROS;

export function addSums(a: UsageSum, b: UsageSum): UsageSum {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    totalTokens: a.totalTokens + b.totalTokens,
    totalCost: addDollars(a.totalCost, b.totalCost),
    inputCost: addDollars(a.inputCost, b.inputCost),
    outputCost: addDollars(a.outputCost, b.outputCost),
    cacheReadCost: addDollars(a.cacheReadCost, b.cacheReadCost),
    cacheWriteCost: addDollars(a.cacheWriteCost, b.cacheWriteCost),
    calls: a.calls + b.calls,
    missingCostEntries: a.missingCostEntries + b.missingCostEntries,
  };
}

/** A sum as clients see it, where they see how many calls it is of in another place or not at all. */
export const shownSum = ({ calls: _, ...sum }: UsageSum): Omit<UsageSum, 'calls'> => sum;

/** Selections of a query over `usage_calls`, whose row `sumOf` reads. */
export const SUMS = [
  sql<number>`coalesce(sum(input), 0)`.as('input'),
  sql<number>`coalesce(sum(output), 0)`.as('output'),
  sql<number>`coalesce(sum(cache_read), 0)`.as('cacheRead'),
  sql<number>`coalesce(sum(cache_write), 0)`.as('cacheWrite'),
  sql<number>`coalesce(sum(cost_micros), 0)`.as('micros'),
  sql<number>`coalesce(sum(input_micros), 0)`.as('inputMicros'),
  sql<number>`coalesce(sum(output_micros), 0)`.as('outputMicros'),
  sql<number>`coalesce(sum(cache_read_micros), 0)`.as('cacheReadMicros'),
  sql<number>`coalesce(sum(cache_write_micros), 0)`.as('cacheWriteMicros'),
  sql<number>`coalesce(sum(calls), 0)`.as('calls'),
  sql<number>`coalesce(sum((1 - priced) * calls), 0)`.as('missing'),
];

type SumName =
  | 'input'
  | 'output'
  | 'cacheRead'
  | 'cacheWrite'
  | 'micros'
  | 'inputMicros'
  | 'outputMicros'
  | 'cacheReadMicros'
  | 'cacheWriteMicros'
  | 'calls'
  | 'missing';
export type SumRow = Record<SumName, number | string>;

export function sumOf(row: SumRow | undefined): UsageSum {
  const number = (name: SumName): number => Number(row?.[name] ?? 0);
  const [input, output, cacheRead, cacheWrite] = [
    number('input'),
    number('output'),
    number('cacheRead'),
    number('cacheWrite'),
  ];
  return {
    input,
    output,
    cacheRead,
    cacheWrite,
    totalTokens: input + output + cacheRead + cacheWrite,
    totalCost: number('micros') / MICROS,
    inputCost: number('inputMicros') / MICROS,
    outputCost: number('outputMicros') / MICROS,
    cacheReadCost: number('cacheReadMicros') / MICROS,
    cacheWriteCost: number('cacheWriteMicros') / MICROS,
    calls: number('calls'),
    missingCostEntries: number('missing'),
  };
}
