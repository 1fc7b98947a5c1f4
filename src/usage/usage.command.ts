import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions, parseWholeNumber } from '../common/cli/cli-command';
import { WatchingCommand } from '../common/cli/watching';
import { counted, printJson, printLine, printTable, timeText } from '../common/cli/output';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { withGatewayOrDisk } from '../gateway/client/with-gateway';
import { dollars } from './dollars';
import type { LimitWindow } from './provider-limits.service';

interface Sum {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  totalTokens: number;
  totalCost: number;
  missingCostEntries: number;
}

@SubCommand({ name: 'cost', description: 'tokens and cost by day' })
export class UsageCostCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--days <n>', description: 'days back from today, 30 by default' })
  parseDays(value: string): number {
    return parseWholeNumber('--days', value, 1);
  }

  async run(_: string[], options: GatewayOptions & { days?: number }): Promise<void> {
    const params = options.days === undefined ? {} : { days: options.days };
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ daily: (Sum & { date: string })[]; totals: Sum; days: number }>('usage.cost', params),
    );
    if (options.json) return printJson(answer);
    if (answer.daily.length === 0) return printLine(`no model was called in the last ${answer.days} days`);
    printTable(
      [...answer.daily, { date: 'total', ...answer.totals }],
      [
        { title: 'Day', value: (row) => row.date },
        { title: 'Input', value: (row) => row.input },
        { title: 'Output', value: (row) => row.output },
        { title: 'From cache', value: (row) => row.cacheRead },
        { title: 'Into cache', value: (row) => row.cacheWrite },
        { title: 'Cost', value: (row) => dollars(row.totalCost) },
      ],
    );
    if (answer.totals.missingCostEntries > 0)
      printLine(
        `Not in the cost: ${counted(answer.totals.missingCostEntries, 'call')} of models without a known price.`,
      );
  }
}

@SubCommand({ name: 'usage-cost', description: 'the same as "usage cost"' })
export class GatewayUsageCostCommand extends UsageCostCommand {}

@SubCommand({ name: 'status', description: 'limits of the providers and state of the budgets' })
export class UsageStatusCommand extends WatchingCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  protected async once(options: GatewayOptions): Promise<void> {
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{
        providers: { provider: string; windows: LimitWindow[]; updatedAt: number }[];
        budgets: {
          name: string;
          subject: string;
          usedTokens: number;
          usedUsd: number;
          tokens?: number;
          costUsd?: number;
          state: string;
        }[];
      }>('usage.status', {}),
    );
    if (options.json) return printJson(answer);
    if (answer.budgets.length === 0) printLine('no budgets (usage.budgets)');
    else
      printTable(answer.budgets, [
        { title: 'Budget', value: (row) => row.name },
        { title: 'Of', value: (row) => row.subject },
        { title: 'Tokens', value: (row) => `${row.usedTokens}${row.tokens === undefined ? '' : ` of ${row.tokens}`}` },
        {
          title: 'Cost',
          value: (row) => `${dollars(row.usedUsd)}${row.costUsd === undefined ? '' : ` of ${dollars(row.costUsd)}`}`,
        },
        { title: 'State', value: (row) => row.state },
      ]);
    for (const { provider, windows, updatedAt } of answer.providers) {
      const parts = windows.map(({ label, usedPercent }) => `${label} ${usedPercent} %`);
      printLine(`${provider}: ${parts.join(', ')} used (told ${timeText(updatedAt)})`);
    }
  }
}

@Command({
  name: 'usage',
  description: 'tokens, cost, limits and budgets',
  subCommands: [UsageCostCommand, UsageStatusCommand],
})
export class UsageCommand extends CommandGroup {}
