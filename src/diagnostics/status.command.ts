import { Command } from 'nest-commander';
import { type GatewayOptions, GatewayCommandBase } from '../common/cli/cli-command';
import { printJson, printLine, relativeTime } from '../common/cli/output';
import { ExitCode } from '../common/exit-codes';
import { OpenclawError } from '../common/openclaw-error';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { loadConfig } from '../config/load-config';
import { resolveConfigPath } from '../config/state-paths';
import { withGateway } from '../gateway/client/with-gateway';
import { commandLine } from '../common/cli/own-commands';

interface StatusPayload {
  channelSummary: string[];
  sessions: {
    count: number;
    defaults: { model: string; contextTokens: number };
    recent: { key: string; updatedAt: number; model: string | null }[];
  };
}

interface HealthPayload {
  ok: boolean;
  durationMs: number;
  channels: Record<
    string,
    { configured?: boolean; state?: string; lastError?: string; probe?: { ok: boolean; error?: string } }
  >;
  sessions: { count: number };
}

const timeoutOf = (options: GatewayOptions): { timeoutMs?: number } =>
  options.timeout === undefined ? {} : { timeoutMs: options.timeout };

interface ModelRow {
  id: string;
  provider: string;
}

const HTTP_PATHS = { chatCompletions: '/v1/chat/completions', responses: '/v1/responses' } as const;
const HTTP_API = ['chatCompletions', 'responses'] as const;

interface LocalFacts {
  stateDir: string;
  configPath: string;
  configValid: boolean;
  /** Endpoints in OpenAI's formats that are on. */
  httpApi: (typeof HTTP_API)[number][];
}

@Command({ name: 'status', description: 'gateway, model, channels and sessions at a glance' })
export class StatusCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run(_: string[], options: GatewayOptions): Promise<void> {
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
      const gateway = await withGateway(
        target,
        async (client) => ({
          running: true,
          url: target.url,
          version: client.hello.server.version,
          uptimeMs: client.hello.snapshot.uptimeMs,
          status: await client.call<StatusPayload>('status'),
          models: (await client.call<{ models: ModelRow[] }>('models.list')).models,
        }),
        timeoutOf(options),
      );
      if (options.json)
        printJson({
          ...local,
          gateway: { running: true, url: gateway.url, version: gateway.version, uptimeMs: gateway.uptimeMs },
          ...gateway.status,
        });
      else this.print(local, gateway);
    } catch (error) {
      if (!(error instanceof OpenclawError) || error.exitCode !== ExitCode.gatewayUnreachable) throw error;
      if (options.json) printJson({ ...local, gateway: { running: false, url: target.url } });
      else {
        printLine(`Gateway:   not running (${target.url}); start it with: ${commandLine('gateway run')}`);
        this.printLocal(local);
      }
      process.exitCode = ExitCode.gatewayUnreachable;
    }
  }

  private print(
    local: LocalFacts,
    gateway: { url: string; version: string; uptimeMs: number; status: StatusPayload; models: ModelRow[] },
  ): void {
    const { sessions, channelSummary } = gateway.status;
    printLine(
      `Gateway:   running at ${gateway.url}, version ${gateway.version}, up ${Math.round(gateway.uptimeMs / 1000)} s`,
    );
    printLine(`Model:     ${fullName(sessions.defaults.model, gateway.models)}`);
    printLine(`Channels:  ${channelSummary.join(', ') || 'none configured'}`);
    printLine(`Sessions:  ${sessions.count}`);
    for (const session of sessions.recent.slice(0, 5))
      printLine(`           ${session.key} (${relativeTime(session.updatedAt)})`);
    this.printLocal(local);
  }

  private printLocal(local: LocalFacts): void {
    const paths = local.httpApi.map((endpoint) => HTTP_PATHS[endpoint]).join(', ');
    const way = commandLine('config set gateway.http.endpoints.chatCompletions.enabled true');
    printLine(`HTTP API:  ${paths === '' ? `off; turn it on with: ${way}` : paths}`);
    printLine(
      `Config:    ${local.configPath}${local.configValid ? '' : ` (invalid, see: ${commandLine('config validate')})`}`,
    );
    printLine(`State:     ${local.stateDir}`);
  }
}

/** With its provider, where only one offers a model of that id. */
function fullName(id: string, models: readonly ModelRow[]): string {
  const [row, ...others] = models.filter((model) => model.id === id);
  return row && others.length === 0 ? `${row.provider}/${id}` : id;
}

@Command({ name: 'health', description: 'ask the running gateway whether all is well' })
export class HealthCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run(_: string[], options: GatewayOptions): Promise<void> {
    const health = await withGateway(
      resolveGatewayTarget(this.env, options),
      (client) => client.call<HealthPayload>('health', { probe: true }),
      timeoutOf(options),
    );
    const bad = Object.entries(health.channels).filter(
      ([, channel]) => channel.configured && channel.probe?.ok === false,
    );
    if (options.json) printJson(health);
    else {
      printLine(`Gateway: ok (${health.durationMs} ms), ${health.sessions.count} sessions`);
      for (const [id, channel] of Object.entries(health.channels)) {
        const probe = channel.probe
          ? channel.probe.ok
            ? 'ok'
            : `failing: ${channel.probe.error ?? 'unknown'}`
          : (channel.state ?? 'unknown');
        printLine(`${id}: ${probe}${channel.lastError ? ` (${channel.lastError})` : ''}`);
      }
    }
    if (bad.length > 0) process.exitCode = ExitCode.failed;
  }
}
