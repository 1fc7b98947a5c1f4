import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import { dayIn } from '../common/zoned-time';
import { type Logger, LoggerFactory } from '../common/logger';
import { OpenclawError } from '../common/openclaw-error';
import { ConfigService } from '../config/config.service';
import { EventBus } from '../events/event-bus';
import { userTimeZone } from '../config/user-zone';
import type { Usage } from '../sessions/transcript-event';
import type { Schema } from '../storage/schema';
import { type BudgetState, RESPECTS, shareOf, unusedBudgets } from './budget-state';
import { type HoldingBudget, budgetPath, budgetsFor, sinceOf } from './budget-rules';
import { type ModelPrice, type UsageAccount, costMicros, isPriced } from './usage-account';
import { type NewUsageRow, UsageStore } from './usage.store';

/** Subjects of each budget that are told of. */
const MOST_SUBJECTS = 20;

/** A call that is about to be made. */
export interface PlannedCall {
  account: UsageAccount;
  provider: string;
  model: string;
  price: ModelPrice;
  /** Tokens of the request, rather too many than too few. */
  readonly inputTokens: number;
  /** Most tokens of the answer. */
  outputTokens: number;
  /** False: the call gives no text (embeddings). */
  needsOutput?: boolean;
}

/** Room for one call; give it back by settling or releasing it. */
export interface Reservation {
  id: string;
  call: PlannedCall;
  /** Most tokens of the answer that the budgets leave room for. */
  outputTokens: number;
  /** A row holds the room; without budgets there is none yet. */
  isStored: boolean;
}

/** A budget is used up. */
export class BudgetError extends OpenclawError {
  constructor(message: string) {
    super('BUDGET_USED_UP', message);
  }
}

/** An answer shorter than this is not worth the call. */
const LEAST_OUTPUT = 64;

/**
 * Counts what model calls use, and holds the budgets of `usage.budgets`: room is reserved before a call and the truth
 * is written after it, so that calls side by side can't overspend together.
 */
@Injectable()
export class UsageService {
  private readonly log: Logger;
  /** Days on which it was said, by budget. */
  private readonly warned = new Map<string, string>();

  constructor(
    private readonly config: ConfigService,
    private readonly store: UsageStore,
    private readonly events: EventBus,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.log = loggers.child('usage');
  }

  /** Today where the person lives, YYYY-MM-DD. */
  today(at = this.clock.now()): string {
    return dayIn(at, userTimeZone(this.config.config));
  }

  /** @throws BudgetError naming the budget, what is used and the way out */
  async reserve(call: PlannedCall): Promise<Reservation> {
    const id = randomUUID();
    const budgets = this.budgetsOf(call.account);
    if (budgets.length === 0) return { id, call, outputTokens: call.outputTokens, isStored: false };
    return this.store.write('usage.reserve', async (transaction) => {
      await this.store.lockIn(transaction);
      let outputTokens = call.outputTokens;
      for (const budget of budgets) outputTokens = Math.min(outputTokens, await this.roomIn(transaction, budget, call));
      const reservation = { id, call, outputTokens, isStored: true };
      await this.store.insertIn(
        transaction,
        this.row(reservation, 'reserved', {
          input: call.inputTokens,
          output: outputTokens,
          cacheRead: 0,
          cacheWrite: 0,
        }),
      );
      return reservation;
    });
  }

  /** Writes what a call really used, together with other writes of the caller. */
  async settleIn(transaction: Transaction<Schema>, reservation: Reservation, usage: Tokens): Promise<void> {
    const row = this.row(reservation, 'settled', usage);
    if (reservation.isStored) await this.store.settleIn(transaction, row);
    else await this.store.insertIn(transaction, row);
  }

  async settle(reservation: Reservation, usage: Tokens): Promise<void> {
    await this.store.write('usage.settle', (transaction) => this.settleIn(transaction, reservation, usage));
    this.tell(reservation, usage);
  }

  /** Tells of what a call has used; for callers of {@link settleIn}, once the call has ended. */
  tell({ call: { provider, model, price } }: Reservation, { input, output, cacheRead, cacheWrite }: Tokens): void {
    const tokens = { input, output, cacheRead, cacheWrite };
    const cost =
      costMicros(input, price.input) +
      costMicros(output, price.output) +
      costMicros(cacheRead, price.cacheRead) +
      costMicros(cacheWrite, price.cacheWrite);
    this.events.emit('model.used', { provider, model, tokens, costMicros: cost });
  }

  /** The call was not made, or failed before it cost anything. */
  async release(reservation: Reservation): Promise<void> {
    if (reservation.isStored)
      await this.store.write('usage.release', (transaction) => this.store.removeIn(transaction, reservation.id));
  }

  /** A call that was paid for, but whose answer a crash took away: counted by what was sent. */
  async recordLost(call: PlannedCall): Promise<void> {
    const reservation = { id: randomUUID(), call, outputTokens: 0, isStored: false };
    const usage = { input: call.inputTokens, output: 0, cacheRead: 0, cacheWrite: 0 };
    await this.store.write('usage.lost', (transaction) =>
      this.store.insertIn(transaction, this.row(reservation, 'lost', usage)),
    );
  }

  /** Every budget that holds for somebody now, with what is used of it. */
  async budgetStates(account: UsageAccount): Promise<BudgetState[]> {
    return Promise.all(
      this.budgetsOf(account).map(async (budget) => {
        const used = await this.store.sum(budget.filter);
        return { ...budget, usedTokens: used.totalTokens, usedUsd: used.totalCost };
      }),
    );
  }

  /** State of every budget of the configuration, of whoever used most of it first; one that nobody has used is there, too. */
  async allBudgetStates(agentId: string): Promise<BudgetState[]> {
    const budgets = this.config.config.usage?.budgets ?? [];
    const day = this.today();
    const states = await Promise.all(
      budgets.map(async ({ scope, window = 'day' }, index) => {
        const path = budgetPath(index);
        const respect = RESPECTS[scope];
        const purpose = scope === 'heartbeat' ? 'heartbeat' : 'turn';
        const filter = {
          ...sinceOf(scope === 'run' ? 'day' : window, day),
          ...(scope === 'heartbeat' ? { purpose } : {}),
        };
        const subjects = respect ? await this.store.heaviest(filter, respect, MOST_SUBJECTS) : [''];
        const used = await Promise.all(
          subjects.map((subject) =>
            this.budgetStates({ purpose, agentId, ...(respect ? { [respect]: subject } : {}) }),
          ),
        );
        const own = used.flat().filter((state) => state.path === path);
        if (own.length > 0) return own.sort((a, b) => shareOf(b) - shareOf(a));
        return unusedBudgets(budgets, agentId, day).filter((state) => state.path === path);
      }),
    );
    return states.flat();
  }

  private budgetsOf(account: UsageAccount): HoldingBudget[] {
    const budgets = this.config.config.usage?.budgets ?? [];
    return budgets.length > 0 || account.jobBudget ? budgetsFor(budgets, account, this.today()) : [];
  }

  /** Tokens of an answer that a budget leaves room for. @throws BudgetError */
  private async roomIn(transaction: Transaction<Schema>, budget: HoldingBudget, call: PlannedCall): Promise<number> {
    const used = await this.store.sum(budget.filter, transaction);
    const { inputTokens, price } = call;
    let room = Infinity;
    if (budget.tokens !== undefined) {
      this.warn(budget, used.totalTokens / budget.tokens);
      room = budget.tokens - used.totalTokens - inputTokens;
    }
    if (budget.costUsd !== undefined && isPriced(price)) {
      this.warn(budget, used.totalCost / budget.costUsd);
      const left = (budget.costUsd - used.totalCost) * 1_000_000 - inputTokens * price.input;
      room = Math.min(room, price.output > 0 ? left / price.output : left >= 0 ? Infinity : 0);
    }
    if (room >= (call.needsOutput === false ? 0 : LEAST_OUTPUT))
      return Math.floor(Math.min(room, Number.MAX_SAFE_INTEGER));
    throw new BudgetError(describeFull(budget, used.totalTokens, used.totalCost));
  }

  private warn(budget: HoldingBudget, share: number): void {
    const key = `${budget.path} ${budget.subject}`;
    const today = this.today();
    if (share < budget.warnAt || this.warned.get(key) === today) return;
    for (const [known, day] of this.warned) if (day !== today) this.warned.delete(known);
    this.warned.set(key, today);
    this.log.warn(
      { budget: budget.path, subject: budget.subject },
      `${Math.round(share * 100)} % of the ${budget.name} is used`,
    );
  }

  private row(
    { id, call }: Reservation,
    state: NewUsageRow['state'],
    usage: Pick<Usage, 'input' | 'output' | 'cacheRead' | 'cacheWrite'>,
  ): NewUsageRow {
    const { account, price } = call;
    const at = this.clock.now();
    const cost = {
      input_micros: costMicros(usage.input, price.input),
      output_micros: costMicros(usage.output, price.output),
      cache_read_micros: costMicros(usage.cacheRead, price.cacheRead),
      cache_write_micros: costMicros(usage.cacheWrite, price.cacheWrite),
    };
    return {
      id,
      at,
      day: this.today(at),
      purpose: account.purpose,
      run_id: account.runId ?? null,
      session_key: account.sessionKey ?? null,
      agent_id: account.agentId,
      sender: account.sender ?? null,
      job_id: account.jobId ?? null,
      provider: call.provider,
      model: call.model,
      state,
      input: usage.input,
      output: usage.output,
      cache_read: usage.cacheRead,
      cache_write: usage.cacheWrite,
      cost_micros: cost.input_micros + cost.output_micros + cost.cache_read_micros + cost.cache_write_micros,
      ...cost,
      priced: isPriced(price) ? 1 : 0,
    };
  }
}

type Tokens = Pick<Usage, 'input' | 'output' | 'cacheRead' | 'cacheWrite'>;

function describeFull(
  { name, subject, path, tokens, costUsd }: HoldingBudget,
  usedTokens: number,
  usedUsd: number,
): string {
  const limits = [
    ...(tokens === undefined ? [] : [`${usedTokens} of ${tokens} tokens`]),
    ...(costUsd === undefined ? [] : [`${usedUsd.toFixed(4)} of ${costUsd.toFixed(4)} USD`]),
  ];
  return `the ${name} (${subject}) leaves no room for another model call: ${limits.join(', ')} used or reserved; raise ${path} or wait until its window is over`;
}
