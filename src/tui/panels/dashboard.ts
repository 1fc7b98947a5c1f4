import { relativeTime } from '../../common/cli/output';
import { tableLines } from '../../common/cli/table';
import { type Tint, tintOfState } from '../../common/cli/terminal-style';
import type { GatewayProblem } from '../../operations/diagnostics/gateway-problem';
import { dollars } from '../../usage/dollars';
import { prose } from '../conversation/block-lines';
import { type Line, lineOf } from '../../common/cli/line';

type Call = <T>(method: string, params?: unknown) => Promise<T>;

/** What the gateway tells about itself, by the method that tells it. */
interface Facts {
  'system.info': { uptimeMs: number; processMemory: { rssBytes: number } };
  'system.problems': { problems: GatewayProblem[] };
  'channels.status': {
    channelAccounts: Record<string, { accountId: string; state: string; lastError?: string }[]>;
  };
  'usage.status': {
    month: { usedUsd: number; usedTokens: number; forecastUsd: number };
    budgets: { name: string; usedUsd: number; costUsd?: number; usedTokens: number; tokens?: number; state: string }[];
  };
  'usage.cost': { totals: { totalTokens: number; totalCost: number } };
  'cron.list': {
    jobs: { name: string; enabled: boolean; nextRunAtMs?: number | null; state: { lastStatus?: string } }[];
    total: number;
  };
}

const ASKED: readonly [method: keyof Facts, params: Readonly<Record<string, unknown>>][] = [
  ['system.info', {}],
  ['system.problems', {}],
  ['channels.status', {}],
  ['usage.status', {}],
  ['usage.cost', { days: 1 }],
  ['cron.list', { sortBy: 'nextRunAtMs', limit: 20 }],
];
const MIB = 1024 * 1024;

/** State of the gateway at a glance: what runs, what does not, what it costs, what comes next. */
export class Dashboard {
  private facts: Partial<Facts> = {};
  private refused: string[] = [];
  private isRead = false;

  /** Reads everything again; what can't be read is told of, and the rest is shown. */
  async read(call: Call): Promise<void> {
    const facts: Record<string, unknown> = {};
    const refused: string[] = [];
    await Promise.all(
      ASKED.map(async ([method, params]) => {
        try {
          facts[method] = await call(method, params);
        } catch (error) {
          refused.push(`${method}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }),
    );
    this.facts = facts as Partial<Facts>;
    this.refused = refused;
    this.isRead = true;
  }

  lines(columns: number, version: string): Line[] {
    if (!this.isRead) return [lineOf('reading …', 'faint')];
    return [
      ...this.gateway(version),
      ...section('What does not work', this.problems(columns)),
      ...section('Channels', this.channels()),
      ...section('Usage', this.usage(columns)),
      ...section('Jobs', this.jobs(columns)),
      ...this.refused.map((text) => lineOf(`  ${text}`, 'bad')),
    ];
  }

  private gateway(version: string): Line[] {
    const info = this.facts['system.info'];
    const facts = info
      ? `, started ${relativeTime(Date.now() - info.uptimeMs)}, ${Math.round(info.processMemory.rssBytes / MIB)} MB`
      : '';
    return [[{ text: 'Gateway', tint: 'title' }, { text: `  ${version}${facts}` }]];
  }

  private problems(columns: number): Line[] {
    const { problems } = this.facts['system.problems'] ?? { problems: [] };
    if (problems.length === 0) return [lineOf('nothing is known to be wrong', 'good')];
    return problems.flatMap(({ level, area, message, fix }) =>
      prose(`${area}: ${message}${fix === undefined ? '' : ` (${fix})`}`, Math.max(1, columns - 2)).map((row) =>
        lineOf(row, level === 'problem' ? 'bad' : 'warn'),
      ),
    );
  }

  private channels(): Line[] {
    const rows = Object.entries(this.facts['channels.status']?.channelAccounts ?? {}).flatMap(([channel, accounts]) =>
      accounts.map((account) => ({ channel, ...account })),
    );
    if (rows.length === 0) return [lineOf('none is configured', 'faint')];
    return rows.map(({ channel, accountId, state, lastError }) => {
      const tint: Tint | undefined = tintOfState(state);
      const error = lastError === undefined || lastError === '' ? '' : `  ${lastError}`;
      return [
        { text: `${channel}/${accountId}  ` },
        { text: state, ...(tint === undefined ? {} : { tint }) },
        { text: error, tint: 'bad' },
      ];
    });
  }

  private usage(columns: number): Line[] {
    const today = this.facts['usage.cost']?.totals;
    const { month, budgets } = this.facts['usage.status'] ?? {};
    return [
      ...(today ? [lineOf(`today       ${today.totalTokens} tokens, ${dollars(today.totalCost)}`)] : []),
      ...(month
        ? [
            lineOf(
              `this month  ${month.usedTokens} tokens, ${dollars(month.usedUsd)}, ${dollars(month.forecastUsd)} expected`,
            ),
          ]
        : []),
      ...table(
        budgets ?? [],
        [
          { title: 'Budget', value: ({ name }) => name },
          { title: 'Used', value: ({ usedUsd }) => dollars(usedUsd) },
          { title: 'Of', value: ({ costUsd }) => (costUsd === undefined ? '' : dollars(costUsd)) },
          { title: 'State', value: ({ state }) => state },
        ],
        columns,
      ),
    ];
  }

  private jobs(columns: number): Line[] {
    const { jobs, total } = this.facts['cron.list'] ?? { jobs: [], total: 0 };
    if (jobs.length === 0) return [lineOf('none', 'faint')];
    const rows = table(
      jobs,
      [
        { title: 'Job', value: ({ name }) => name },
        { title: 'Next', value: ({ nextRunAtMs }) => (nextRunAtMs ? relativeTime(nextRunAtMs) : 'off') },
        { title: 'Last', value: ({ state }) => state.lastStatus ?? '' },
      ],
      columns,
    );
    return total > jobs.length ? [...rows, lineOf(`and ${total - jobs.length} more`, 'faint')] : rows;
  }
}

/** Tinted by the screen alone: a line of a table is text here. */
function table<T>(rows: readonly T[], columns: Parameters<typeof tableLines<T>>[1], width: number): Line[] {
  if (rows.length === 0) return [];
  return tableLines(rows, columns, Math.max(1, width - 2), (text) => text).map((line, index) =>
    lineOf(line, index === 0 ? 'faint' : undefined),
  );
}

const section = (title: string, lines: readonly Line[]): Line[] => [
  [],
  lineOf(title, 'title'),
  ...lines.map((line) => [{ text: '  ' }, ...line]),
];
