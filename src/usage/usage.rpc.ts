import { Injectable } from '@nestjs/common';
import { dayIn } from '../common/zoned-time';
import { refusals } from '../config/config-refusal';
import { ConfigService } from '../config/config.service';
import { defaultAgentId } from '../config/agent-entries';
import { RpcMethod } from '../rpc/rpc-method';
import { canonicalSessionKey } from '../sessions/session-key';
import { SessionStore } from '../sessions/session.store';
import { forecastMonth } from './forecast';
import { ProviderLimits } from './provider-limits.service';
import { ConversationLog } from './report/conversation-log.service';
import { UsageReport } from './report/usage-report.service';
import { SessionsUsageParams, UsageBudgetsSetParams, UsageCallsParams, UsageCostParams } from './usage.dto';
import { shareOf } from './budget-state';
import { UsageService } from './usage.service';
import { addDollars, shownSum } from './usage-sum';
import { type UsageFilter, type UsageGroup, UsageStore } from './usage.store';

const DEFAULT_DAYS = 30;
/** A month and the week before it. */
const FORECAST_DAYS = 38;
const DEFAULT_LIMIT = 200;
/** Points of a line. */
const DEFAULT_POINTS = 200;
const DAY_MS = 86_400_000;

/** Calls are counted as they end: nothing waits to be read. */
const counted = (): unknown => ({
  status: 'fresh',
  cachedFiles: 0,
  pendingFiles: 0,
  staleFiles: 0,
  refreshedAt: Date.now(),
});

@Injectable()
export class UsageRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly store: UsageStore,
    private readonly usage: UsageService,
    private readonly limits: ProviderLimits,
    private readonly sessions: SessionStore,
    private readonly reports: UsageReport,
    private readonly conversations: ConversationLog,
  ) {}

  @RpcMethod({
    name: 'usage.status',
    scope: 'operator.read',
    summary:
      'Limits of the model providers as they told them last, the state of the budgets, and what the month will come to.',
  })
  async status(): Promise<unknown> {
    const agentId = defaultAgentId(this.config.config);
    const now = Date.now();
    const [budgets, days] = await Promise.all([
      this.usage.allBudgetStates(agentId),
      this.store.groups({ fromDay: this.usage.today(now - FORECAST_DAYS * DAY_MS) }, 'day'),
    ]);
    const today = this.usage.today(now);
    return {
      updatedAt: now,
      today,
      month: forecastMonth(
        days.map(({ key, totalCost, totalTokens }) => ({ day: key, usd: totalCost, tokens: totalTokens })),
        today,
      ),
      providers: this.limits.all().map(({ provider, windows, at }) => ({
        provider,
        displayName: provider,
        windows,
        updatedAt: at,
      })),
      budgets: budgets.map((budget) => {
        const { path, name, scope, subject, tokens, costUsd, usedTokens, usedUsd, warnAt } = budget;
        const share = shareOf(budget);
        return {
          path,
          name,
          scope,
          subject,
          usedTokens,
          usedUsd,
          ...(tokens === undefined ? {} : { tokens }),
          ...(costUsd === undefined ? {} : { costUsd }),
          state: share >= 1 ? 'used up' : share >= warnAt ? 'warning' : 'ok',
        };
      }),
    };
  }

  @RpcMethod({
    name: 'usage.cost',
    scope: 'operator.read',
    params: UsageCostParams,
    summary:
      'Tokens and cost by day. The cost has its parts beside it; calls from before these were kept are in the total alone.',
  })
  async cost({ days = DEFAULT_DAYS, startDate, endDate, agentId }: UsageCostParams): Promise<unknown> {
    const { from, to } = this.daysOf({ startDate, endDate, days });
    const filter: UsageFilter = { fromDay: from, toDay: to, agentId };
    const [daily, totals] = await Promise.all([this.store.groups(filter, 'day'), this.store.sum(filter)]);
    return {
      updatedAt: Date.now(),
      days: Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1),
      daily: daily.map(({ key, ...sum }) => ({ date: key, ...shownSum(sum) })),
      totals: shownSum(totals),
      cacheStatus: counted(),
    };
  }

  @RpcMethod({
    name: 'sessions.usage',
    scope: 'operator.read',
    params: SessionsUsageParams,
    unlisted: true,
    summary:
      'Tokens and cost by session, day, model, agent, purpose or channel; or a report of sessions: messages, tools, models, how long answers took, of the newest 5000 messages of each.',
  })
  async bySession(params: SessionsUsageParams): Promise<unknown> {
    const { groupBy, limit } = params;
    if (groupBy !== undefined && groupBy !== 'instance' && groupBy !== 'family')
      return this.sums(this.filterOf(params), groupBy, limit);
    const { from, to } = this.daysOf(params);
    const filter = { ...this.filterOf(params), fromDay: from, toDay: to };
    const [sums, report] = await Promise.all([
      this.sums(filter, 'session', limit),
      this.reports.read({ startDate: from, endDate: to, filter, limit }),
    ]);
    // Those who began sessions, among whom one can choose: there is one owner.
    return { ...sums, ...report, creatorOptions: [], cacheStatus: counted() };
  }

  private async sums(
    filter: UsageFilter,
    groupBy: UsageGroup,
    limit = DEFAULT_LIMIT,
  ): Promise<Record<string, unknown>> {
    const [rows, totals] = await Promise.all([this.store.groups(filter, groupBy), this.store.sum(filter)]);
    const sorted = rows.sort((a, b) => b.totalTokens - a.totalTokens).slice(0, limit);
    return {
      updatedAt: Date.now(),
      groupBy,
      rows: sorted.map(({ key, ...sum }) => ({ key, calls: sum.calls, ...shownSum(sum) })),
      totals: shownSum(totals),
    };
  }

  @RpcMethod({
    name: 'sessions.usage.timeseries',
    scope: 'operator.read',
    params: UsageCallsParams,
    unlisted: true,
    summary:
      'How tokens and cost of a session have grown, call by call, or several calls a point where there are many.',
  })
  async series(params: UsageCallsParams): Promise<unknown> {
    const filter = this.filterOf(params);
    const [points, session] = await Promise.all([
      this.store.points(filter, params.limit ?? DEFAULT_POINTS),
      filter.sessionKey === undefined ? undefined : this.sessions.find(filter.sessionKey),
    ]);
    let [cumulativeTokens, cumulativeCost] = [0, 0];
    return {
      updatedAt: Date.now(),
      ...(session ? { sessionId: session.sessionId } : {}),
      points: points.map(({ at, day, ...sum }) => {
        cumulativeTokens += sum.totalTokens;
        cumulativeCost = addDollars(cumulativeCost, sum.totalCost);
        return { timestamp: at, date: day, ...shownSum(sum), cost: sum.totalCost, cumulativeTokens, cumulativeCost };
      }),
    };
  }

  @RpcMethod({
    name: 'sessions.usage.logs',
    scope: 'operator.read',
    params: UsageCallsParams,
    unlisted: true,
    summary: 'Single model calls, newest first; of a session also its newest messages, the earliest of them first.',
  })
  async log(params: UsageCallsParams): Promise<unknown> {
    const filter = this.filterOf(params);
    const limit = params.limit ?? DEFAULT_LIMIT;
    const [calls, logs] = await Promise.all([
      this.store.calls(filter, limit),
      filter.sessionKey === undefined ? [] : this.conversations.read(filter.sessionKey, limit),
    ]);
    return {
      updatedAt: Date.now(),
      logs,
      calls: calls.map((call) => ({
        at: Number(call.at),
        purpose: call.purpose,
        runId: call.run_id,
        sessionKey: call.session_key,
        agentId: call.agent_id,
        provider: call.provider,
        model: call.model,
        state: call.state,
        input: Number(call.input),
        output: Number(call.output),
        cacheRead: Number(call.cache_read),
        cacheWrite: Number(call.cache_write),
        cost: Number(call.cost_micros) / 1_000_000,
      })),
    };
  }

  @RpcMethod({
    name: 'usage.budgets.set',
    scope: 'operator.admin',
    params: UsageBudgetsSetParams,
    unlisted: true,
    summary: 'Replaces the budgets in the configuration; they hold from the next model call on.',
  })
  async setBudgets({ budgets, baseHash }: UsageBudgetsSetParams): Promise<{ ok: true; hash?: string }> {
    const path = ['usage', 'budgets'];
    const { hash } = await refusals(() =>
      this.config.edit(
        [budgets.length > 0 ? { path, value: budgets.map((budget) => ({ ...budget })) } : { path, unset: true }],
        baseHash === undefined ? {} : { baseHash },
      ),
    );
    return { ok: true, ...(hash === undefined ? {} : { hash }) };
  }

  /** The first and the last day of a range; without a first one so many days until the last. */
  private daysOf({ startDate, endDate, days = DEFAULT_DAYS }: UsageDays): { from: string; to: string } {
    const to = endDate ?? this.usage.today();
    return { from: startDate ?? dayIn(Date.parse(to) - (days - 1) * DAY_MS, 'UTC'), to };
  }

  private filterOf({ key, agentId, startDate, endDate }: UsageCallsParams): UsageFilter {
    return {
      ...(key === undefined ? {} : { sessionKey: canonicalSessionKey(this.config.config, key, agentId) }),
      ...(agentId === undefined || key !== undefined ? {} : { agentId }),
      ...(startDate === undefined ? {} : { fromDay: startDate }),
      ...(endDate === undefined ? {} : { toDay: endDate }),
    };
  }
}

interface UsageDays {
  startDate?: string;
  endDate?: string;
  days?: number;
}
