import { Command, Option } from 'nest-commander';
import { type GatewayOptions } from '../common/cli/cli-command';
import { WatchingCommand } from '../common/cli/watching';
import { printJson, printLine, timeText } from '../common/cli/output';
import { commandLine, withOwnCommands } from '../common/cli/own-commands';
import { ExitCode } from '../common/exit-codes';
import { OpenclawError } from '../common/openclaw-error';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { loadConfig } from '../config/load-config';
import { resolveConfigPath } from '../config/state-paths';
import type { GatewayClient } from '../gateway/client/gateway-client';
import type { PresenceEntry } from '../gateway/protocol/hello';
import { withGateway } from '../gateway/client/with-gateway';
import type { GatewayProblem } from '../operations/diagnostics/gateway-problem';
import { printProblems } from '../operations/diagnostics/print-problems';
import { type ToldAgents, type ToldSessions, agentsSummary, gatewayView, machineView } from './status-view';
import type { SystemFacts } from '../operations/diagnostics/system-facts';

const MIB = 1024 * 1024;
const RECENT_SESSIONS = 5;

interface StatusOptions extends GatewayOptions {
  all?: boolean;
  deep?: boolean;
  usage?: boolean;
}

interface StatusPayload {
  channelSummary: string[];
  sessions: {
    count: number;
    defaults: { model: string; contextTokens: number | null };
    recent: { key: string; updatedAt: number; model: string | null }[];
    byAgent?: NonNullable<ToldSessions['byAgent']>;
  };
}

interface Probe {
  channel: string;
  account: string;
  ok: boolean;
  error?: string;
}

/** What a running gateway answered. */
interface Answers {
  url: string;
  version: string;
  uptimeMs: number;
  connectLatencyMs: number;
  presence: readonly PresenceEntry[];
  /** For programs alone. */
  agents?: ToldAgents;
  status: StatusPayload;
  models: { id: string; provider: string }[];
  problems: GatewayProblem[];
  approvals: number;
  probes?: Probe[];
  usage?: { today: unknown; updatedAt: number; providers: unknown[] };
  lastHeartbeat?: unknown;
  health?: object;
  facts?: SystemFacts;
}

const HTTP_PATHS = { chatCompletions: '/v1/chat/completions', responses: '/v1/responses' } as const;
const HTTP_API = ['chatCompletions', 'responses'] as const;

interface Local {
  stateDir: string;
  configPath: string;
  configValid: boolean;
  /** Endpoints in OpenAI's formats that are on. */
  httpApi: (typeof HTTP_API)[number][];
}

@Command({ name: 'status', description: 'gateway, model, channels, sessions, and what does not work' })
export class StatusCommand extends WatchingCommand<StatusOptions> {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--all', description: 'all of it, to be pasted into a report; without secrets' })
  parseAll(): boolean {
    return true;
  }

  @Option({ flags: '--deep', description: 'ask the platforms, too' })
  parseDeep(): boolean {
    return true;
  }

  @Option({ flags: '--usage', description: 'with tokens and cost of today' })
  parseUsage(): boolean {
    return true;
  }

  protected async once(options: StatusOptions): Promise<void> {
    const target = resolveGatewayTarget(this.env, options);
    const configPath = resolveConfigPath(this.env, target.stateDir);
    const { issues, config } = loadConfig(configPath, this.env);
    const local = {
      stateDir: target.stateDir,
      configPath,
      configValid: issues.length === 0,
      httpApi: HTTP_API.filter((endpoint) => config.gateway?.http?.endpoints?.[endpoint]?.enabled === true),
    };
    try {
      const since = performance.now();
      const answers = await withGateway(
        target,
        (client) => this.ask(client, target.url, Math.round(performance.now() - since), options),
        options.timeout === undefined ? {} : { timeoutMs: options.timeout },
      );
      if (options.json) printJson(await this.asJson(local, answers, options));
      else print(local, answers);
    } catch (error) {
      if (!(error instanceof OpenclawError) || error.exitCode !== ExitCode.gatewayUnreachable) throw error;
      if (options.json)
        printJson({
          ...local,
          gateway: gatewayView(
            this.env,
            { url: target.url, flag: options.url },
            { error: withOwnCommands(error.message) },
          ),
          ...(await machineView(this.env, { audited: options.all === true || options.deep === true })),
        });
      else {
        printLine(`Gateway:   not running (${target.url}); start it with: ${commandLine('gateway run')}`);
        printLocal(local);
      }
      process.exitCode = ExitCode.gatewayUnreachable;
    }
  }

  private async asJson(local: Local, answers: Answers, options: StatusOptions): Promise<object> {
    const { url, version, uptimeMs, connectLatencyMs, presence, status, problems, approvals, agents, ...more } =
      answers;
    const { models: _, ...extras } = more;
    return {
      ...local,
      gateway: gatewayView(
        this.env,
        { url, flag: options.url },
        { url, version, uptimeMs, connectLatencyMs, presence },
      ),
      ...(await machineView(this.env, { audited: options.all === true || options.deep === true })),
      ...status,
      ...(agents ? { agents: agentsSummary(agents, status.sessions) } : {}),
      problems,
      approvals,
      ...extras,
    };
  }

  private async ask(
    client: GatewayClient,
    url: string,
    connectLatencyMs: number,
    { all, deep, usage, json }: StatusOptions,
  ): Promise<Answers> {
    const [status, { models }, { problems }, approvals, agents] = await Promise.all([
      client.call<StatusPayload>('status'),
      client.call<Pick<Answers, 'models'>>('models.list'),
      client.call<Pick<Answers, 'problems'>>('system.problems'),
      client.call<unknown[]>('exec.approval.list', {}),
      json ? client.call<ToldAgents>('agents.list', {}) : undefined,
    ]);
    return {
      url,
      version: client.hello.server.version,
      uptimeMs: client.hello.snapshot.uptimeMs,
      connectLatencyMs,
      presence: client.hello.snapshot.presence,
      ...(agents ? { agents } : {}),
      status,
      models,
      problems,
      approvals: approvals.length,
      ...(all || deep ? { probes: await probesOf(client) } : {}),
      ...(all || usage ? { usage: await usageOf(client) } : {}),
      ...(json && (deep || usage) ? { lastHeartbeat: await client.call('last-heartbeat', {}) } : {}),
      ...(json && deep ? { health: await client.call<object>('health', {}) } : {}),
      ...(all ? { facts: await client.call<SystemFacts>('system.facts') } : {}),
    };
  }
}

async function usageOf(client: GatewayClient): Promise<NonNullable<Answers['usage']>> {
  const { updatedAt, providers } = await client.call<{ updatedAt: number; providers: unknown[] }>('usage.status', {});
  return { updatedAt, providers, today: await client.call('usage.cost', { days: 1 }) };
}

async function probesOf(client: GatewayClient): Promise<Probe[]> {
  const { channelAccounts } = await client.call<{
    channelAccounts: Record<string, { accountId: string; probe?: { ok: boolean; error?: string } }[]>;
  }>('channels.status', { probe: true });
  return Object.entries(channelAccounts).flatMap(([channel, accounts]) =>
    accounts.flatMap(({ accountId, probe }) => (probe ? [{ channel, account: accountId, ...probe }] : [])),
  );
}

function print(local: Local, answers: Answers): void {
  const { status, models, probes = [], usage, facts, approvals } = answers;
  const { sessions, channelSummary } = status;
  const line = (title: string, text: string): void =>
    printLine(`${(title === '' ? '' : `${title}:`).padEnd(10)} ${text}`);
  line('Gateway', `running at ${answers.url}, version ${answers.version}, up ${Math.round(answers.uptimeMs / 1000)} s`);
  line('Model', fullName(sessions.defaults.model, models));
  line('Channels', channelSummary.join(', ') || 'none configured');
  for (const { channel, account, ok, error } of probes)
    line('', `${channel}/${account}: ${ok ? 'answers' : (error ?? 'does not answer')}`);
  line('Sessions', String(sessions.count));
  for (const { key, updatedAt } of sessions.recent.slice(0, RECENT_SESSIONS))
    line('', `${key} (${timeText(updatedAt)})`);
  if (approvals > 0) line('Approvals', `${approvals} waiting; see: ${commandLine('approvals pending')}`);
  if (usage) line('Today', costOf(usage.today));
  if (facts) {
    const { node, platform, pid, memory, database, waiting } = facts;
    line('Process', `${pid}, Node ${node} on ${platform}, ${Math.round(memory.rss / MIB)} MiB`);
    line(
      'Database',
      `${database.dialect}${database.bytes === undefined ? '' : `, ${(database.bytes / MIB).toFixed(1)} MiB`}`,
    );
    line('Waiting', `${waiting.messages} messages, ${waiting.deliveries} deliveries`);
  }
  printLocal(local);
  printProblems(answers.problems);
}

function printLocal({ stateDir, configPath, configValid, httpApi }: Local): void {
  const paths = httpApi.map((endpoint) => HTTP_PATHS[endpoint]).join(', ');
  const way = commandLine('config set gateway.http.endpoints.chatCompletions.enabled true');
  printLine(`HTTP API:  ${paths === '' ? `off; turn it on with: ${way}` : paths}`);
  printLine(`Config:    ${configPath}${configValid ? '' : ` (invalid, see: ${commandLine('config validate')})`}`);
  printLine(`State:     ${stateDir}`);
}

function costOf(today: unknown): string {
  const { totals = {} } = today as { totals?: { totalTokens?: number; totalCost?: number } };
  return `${totals.totalTokens ?? 0} tokens, $${(totals.totalCost ?? 0).toFixed(2)}`;
}

/** With its provider, where only one offers a model of that id. */
function fullName(id: string, models: readonly { id: string; provider: string }[]): string {
  const [row, ...others] = models.filter((model) => model.id === id);
  return row && others.length === 0 ? `${row.provider}/${id}` : id;
}
