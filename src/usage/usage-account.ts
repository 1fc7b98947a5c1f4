export const USAGE_PURPOSES = [
  'turn',
  'subagent',
  'cron',
  'heartbeat',
  'compaction',
  'memory',
  'image',
  'audio',
  'speech',
] as const;
export type UsagePurpose = (typeof USAGE_PURPOSES)[number];

export const JOB_BUDGET_WINDOWS = ['run', 'day', 'month', 'total'] as const;

/** What a job may use by itself, beside the budgets of the configuration. */
export interface JobBudget {
  tokens?: number;
  costUsd?: number;
  /** Each run by itself, or all runs of a day, of a month, or of all time. */
  window: (typeof JOB_BUDGET_WINDOWS)[number];
}

/** On whose account a model call goes. */
export interface UsageAccount {
  purpose: UsagePurpose;
  agentId: string;
  runId?: string;
  sessionKey?: string;
  /** Who asked, where that is not the owner at a client. */
  sender?: string;
  jobId?: string;
  jobBudget?: JobBudget;
}

/** US dollars per million tokens; all zero for models whose price nobody told. */
export interface ModelPrice {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

export const isPriced = (price: ModelPrice): boolean => price.input > 0 || price.output > 0;

/** Millionths of a US dollar. */
export const costMicros = (tokens: number, perMillion: number): number => Math.round(tokens * perMillion);
