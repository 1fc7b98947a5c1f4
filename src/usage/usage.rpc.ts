import { Injectable } from '@nestjs/common';
import { refusals } from '../config/config-refusal';
import { ConfigService } from '../config/config.service';
import { defaultAgentId } from '../config/agent-entries';
import { RpcMethod } from '../rpc/rpc-method';
import { canonicalSessionKey } from '../sessions/session-key';
import { forecastMonth } from './forecast';
import { ProviderLimits } from './provider-limits.service';
import { SessionsUsageParams, UsageBudgetsSetParams, UsageCostParams } from './usage.dto';
import { shareOf } from './budget-state';
import { UsageService } from './usage.service';
import { type UsageFilter, UsageStore, type UsageSum } from './usage.store';

const DEFAULT_DAYS = 30;
/** A month and the week before it. */
const FORECAST_DAYS = 38;
const DEFAULT_LIMIT = 200;
const DAY_MS = 86_400_000;

@Injectable()
export class UsageRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly store: UsageStore,
    private readonly usage: UsageService,
    private readonly limits: ProviderLimits,
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
    summary: 'Tokens and cost by day.',
  })
  async cost({ days = DEFAULT_DAYS }: UsageCostParams): Promise<unknown> {
    const now = Date.now();
    const filter: UsageFilter = { fromDay: this.usage.today(now - (days - 1) * DAY_MS) };
    const [daily, totals] = await Promise.all([this.store.groups(filter, 'day'), this.store.sum(filter)]);
    return {
      updatedAt: now,
      days,
      daily: daily.map(({ key, ...sum }) => ({ date: key, ...shown(sum) })),
      totals: shown(totals),
    };
  }

  @RpcMethod({
    name: 'sessions.usage',
    scope: 'operator.read',
    params: SessionsUsageParams,
    unlisted: true,
    summary: 'Tokens and cost by session, day, model, agent, purpose or channel.',
  })
  async bySession(params: SessionsUsageParams): Promise<unknown> {
    const filter = this.filterOf(params);
    const groupBy = params.groupBy ?? 'session';
    const [rows, totals] = await Promise.all([this.store.groups(filter, groupBy), this.store.sum(filter)]);
    const sorted = rows.sort((a, b) => b.totalTokens - a.totalTokens).slice(0, params.limit ?? DEFAULT_LIMIT);
    return {
      updatedAt: Date.now(),
      groupBy,
      rows: sorted.map(({ key, ...sum }) => ({ key, calls: sum.calls, ...shown(sum) })),
      totals: shown(totals),
    };
  }

  @RpcMethod({
    name: 'sessions.usage.timeseries',
    scope: 'operator.read',
    params: SessionsUsageParams,
    unlisted: true,
    summary: 'Tokens and cost of a session by day.',
  })
  async series(params: SessionsUsageParams): Promise<unknown> {
    const rows = await this.store.groups(this.filterOf(params), 'day');
    return { updatedAt: Date.now(), points: rows.map(({ key, ...sum }) => ({ date: key, ...shown(sum) })) };
  }

  @RpcMethod({
    name: 'sessions.usage.logs',
    scope: 'operator.read',
    params: SessionsUsageParams,
    unlisted: true,
    summary: 'Single model calls, newest first.',
  })
  async log(params: SessionsUsageParams): Promise<unknown> {
    const calls = await this.store.calls(this.filterOf(params), params.limit ?? DEFAULT_LIMIT);
    return {
      updatedAt: Date.now(),
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

  private filterOf({ key, agentId, startDate, endDate }: SessionsUsageParams): UsageFilter {
    return {
      ...(key === undefined ? {} : { sessionKey: canonicalSessionKey(this.config.config, key, agentId) }),
      ...(agentId === undefined || key !== undefined ? {} : { agentId }),
      ...(startDate === undefined ? {} : { fromDay: startDate }),
      ...(endDate === undefined ? {} : { toDay: endDate }),
    };
  }
}

const shown = ({ calls: _, ...sum }: UsageSum): Omit<UsageSum, 'calls'> => sum;
