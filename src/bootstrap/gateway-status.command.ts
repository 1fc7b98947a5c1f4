import { Option, SubCommand } from 'nest-commander';
import { GatewayCommandBase, type GatewayOptions } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { printJson, printLine } from '../common/cli/output';
import { withOwnCommands } from '../common/cli/own-commands';
import { ExitCode } from '../common/exit-codes';
import { readLockOwner } from '../common/lock-file';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { hostOf, isLocalHost } from '../common/net/host';
import { isAlive } from '../common/process-identity';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { gatewayLockPath, resolveConfigPath } from '../config/state-paths';
import type { ControlUiPlace } from '../control-ui/control-ui.rpc';
import { withGateway } from '../gateway/client/with-gateway';
import type { HelloOk } from '../gateway/protocol/hello';
import type { GatewayProblem } from '../operations/diagnostics/gateway-problem';
import { printProblems } from '../operations/diagnostics/print-problems';
import { serviceManager } from '../operations/service/install-service';
import { gatewayStatusView } from './gateway-status-view';

interface StatusOptions extends GatewayOptions {
  probe?: boolean;
  deep?: boolean;
}

interface Answer {
  hello: HelloOk;
  place?: ControlUiPlace | undefined;
  problems?: GatewayProblem[];
}

interface Service {
  scope: 'user' | 'system';
  manager?: string;
  file?: string;
  state: string;
}

@SubCommand({ name: 'status', description: 'whether the gateway runs, and where' })
export class GatewayStatusCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--no-probe', description: 'do not connect; say what its lock tells' })
  parseProbe(): boolean {
    return false;
  }

  @Option({ flags: '--deep', description: 'also services of this machine, and what does not work in the gateway' })
  parseDeep(): boolean {
    return true;
  }

  async run(_: string[], options: StatusOptions): Promise<void> {
    const target = resolveGatewayTarget(this.env, options);
    if (options.probe === false && (options.url !== undefined || !isLocalHost(hostOf(new URL(target.url)))))
      throw new UsageError(`--no-probe: a gateway that is elsewhere (${target.url}) has no lock here; leave it out`);
    const configPath = resolveConfigPath(this.env, target.stateDir);
    const owner = readLockOwner(gatewayLockPath(target.stateDir, configPath));
    const pid = owner && isAlive(owner) ? owner.pid : undefined;
    const services = options.deep ? await this.services() : undefined;
    const facts = {
      url: target.url,
      configPath,
      stateDir: target.stateDir,
      ...(pid === undefined ? {} : { pid }),
      ...(services ? { services } : {}),
    };
    if (options.probe === false) {
      if (pid === undefined) process.exitCode = ExitCode.gatewayUnreachable;
      if (options.json) return printJson({ running: pid !== undefined, probed: false, ...facts });
      printLine(pid === undefined ? 'not running' : `process ${pid} holds the lock; it was not asked`);
      return printServices(services);
    }
    try {
      const { hello, place, problems } = await this.ask(target, options);
      const { version } = hello.server;
      const { uptimeMs } = hello.snapshot;
      if (options.json)
        return printJson({
          running: true,
          ...facts,
          version,
          uptimeMs,
          ...(problems ? { problems } : {}),
          ...(await gatewayStatusView(this.env, facts, { hello, ...(place ? { place } : {}) })),
        });
      printLine(
        `running at ${target.url}${pid === undefined ? '' : ` as process ${pid}`}, version ${version}, up ${Math.round(uptimeMs / 1000)} s`,
      );
      printServices(services);
      printProblems(problems ?? []);
    } catch (error) {
      if (!(error instanceof OpenclawError)) throw error;
      const reason = error.exitCode === ExitCode.gatewayUnreachable ? 'not running' : error.message;
      process.exitCode = error.exitCode ?? ExitCode.failed;
      if (options.json)
        return printJson({
          running: false,
          reason,
          ...facts,
          ...(await gatewayStatusView(this.env, facts, { error: withOwnCommands(error.message) })),
        });
      printLine(`${reason} (${target.url})${pid === undefined ? '' : `, though process ${pid} holds its lock`}`);
      printServices(services);
    }
  }

  private ask(target: Parameters<typeof withGateway>[0], { deep, json, timeout }: StatusOptions): Promise<Answer> {
    return withGateway(
      target,
      async (client) => ({
        hello: client.hello,
        // A gateway of another version may not say.
        ...(json ? { place: await client.call<ControlUiPlace>('controlUi.place').catch(() => undefined) } : {}),
        ...(deep ? await client.call<{ problems: GatewayProblem[] }>('system.problems') : {}),
      }),
      timeout === undefined ? {} : { timeoutMs: timeout },
    );
  }

  /** What the managers of services know, where there are such. */
  private services(): Promise<Service[]> {
    return Promise.all(
      (['user', 'system'] as const).map(async (scope): Promise<Service> => {
        try {
          const { manager, file, installed, state } = await serviceManager(this.env, scope).status();
          return { scope, manager, file, state: installed ? state : 'not installed' };
        } catch (error) {
          return { scope, state: messageOf(error) };
        }
      }),
    );
  }
}

function printServices(services: readonly Service[] = []): void {
  for (const { scope, state, file } of services)
    printLine(`service (${scope}): ${state}${file === undefined ? '' : ` (${file})`}`);
}
