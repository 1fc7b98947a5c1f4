import type { ContentOrigin } from '../../common/content-parts';
import type { DeliveryRoute } from '../../common/delivery-route';
import type { GrantedRule } from '../../common/granted-rule';
import type { JobBudget } from '../../usage/usage-account';

/** When a job is due. Times in milliseconds, as Unix time or as a length. */
export type CronSchedule =
  | { kind: 'at'; atMs: number }
  | { kind: 'every'; everyMs: number; anchorMs?: number }
  /** Five or six fields; `tz` is a zone of the IANA list, that of the person by default. */
  | { kind: 'cron'; expr: string; tz?: string; staggerMs?: number };

/** `systemEvent`: a text in a conversation. `agentTurn`: a task in a conversation of the job's own. */
export type CronPayload =
  | { kind: 'systemEvent'; text: string }
  | { kind: 'agentTurn'; message: string; model?: string; thinking?: string; timeoutSeconds?: number };

/** Where the answer of a job of its own goes. */
export interface CronDelivery {
  /** `announce`: to a chat; `webhook`: posted to the address in `to`. */
  mode: 'none' | 'announce' | 'webhook';
  /** A channel, or `last`: where the owner last wrote. */
  channel?: string;
  account?: string;
  to?: string;
  /** Without a place to go the answer stays in the job's own conversation. */
  bestEffort?: boolean;
}

/** Whom a job that fails again and again is told to. */
export interface CronFailureAlert {
  /** Failures in a row. */
  after: number;
  /** Told again after so long, in milliseconds; without it once, until it has gone well. */
  cooldownMs?: number;
  /** `announce`: to a chat, the main conversation of the agent where none is known; `webhook`: posted to the address in `to`. */
  mode?: 'announce' | 'webhook';
  /** A channel, or `last`: where the owner last wrote. */
  channel?: string;
  account?: string;
  to?: string;
}

/** What happens to times that passed while nothing ran. */
export const MISFIRE_POLICIES = ['none', 'last', 'all'] as const;
/** What happens when a job is due while its last run goes on. */
export const OVERLAP_POLICIES = ['forbid', 'queue', 'replace'] as const;

/** What is known of a job's past. */
export interface CronState {
  runningAtMs?: number;
  lastRunAtMs?: number;
  lastStatus?: 'ok' | 'error' | 'skipped';
  lastError?: string;
  lastDurationMs?: number;
  /** Failures in a row. */
  consecutiveErrors?: number;
  /** The chat that waits for its answers has been told that it fails. */
  failureTold?: true;
  /** When it was last told that it fails again and again. */
  lastFailureAlertAtMs?: number;
}

/** A job as stored. */
export interface CronJob {
  id: string;
  agentId: string;
  name: string;
  description?: string;
  enabled: boolean;
  deleteAfterRun: boolean;
  schedule: CronSchedule;
  sessionTarget: 'main' | 'isolated';
  wakeMode: 'now' | 'next-heartbeat';
  payload: CronPayload;
  delivery?: CronDelivery;
  misfire?: (typeof MISFIRE_POLICIES)[number];
  overlap?: (typeof OVERLAP_POLICIES)[number];
  /** How often a run that failed is tried again, with pauses of 1, 5 and 25 minutes; 3 for one-shot jobs, else 0. */
  retries?: number;
  /** After so many failures in a row the owner is told. */
  alertAfter?: number;
  /** The same, with the place to tell it. */
  failureAlert?: CronFailureAlert;
  /** What its model calls may use. */
  budget?: JobBudget;
  /** Conversation in which it speaks up. */
  sessionKey: string;
  /** Chat of that conversation, if it was not a client. */
  route?: DeliveryRoute;
  /** What it may do unasked: the rules that held when it was made. Absent in older jobs, which have those of their agent. */
  rules?: readonly GrantedRule[];
  /** Whose text may be in the payload. */
  origin: ContentOrigin;
  state: CronState;
  /** When it is due next; null when it is not. */
  nextRunAtMs: number | null;
  createdAtMs: number;
  updatedAtMs: number;
}

export type CronRunState = 'running' | 'ok' | 'error' | 'skipped';

/** One planned time of a job and what became of it. */
export interface CronRun {
  jobId: string;
  slot: number;
  state: CronRunState;
  reason: string | null;
  runId: string | null;
  summary: string | null;
  claimedAt: number;
  finishedAt: number | null;
}

/** The conversation of a job: of its own, or the one it speaks up in. */
export const sessionOf = (job: CronJob): string =>
  job.sessionTarget === 'isolated' ? `agent:${job.agentId}:cron:${job.id}` : job.sessionKey;
