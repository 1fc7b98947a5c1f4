import { SubCommand } from 'nest-commander';
import { GatewayCommandBase, type GatewayOptions } from '../common/cli/cli-command';
import { printJson, printLine } from '../common/cli/output';
import { withOwnCommands } from '../common/cli/own-commands';
import { ExitCode } from '../common/exit-codes';
import { readLockOwner } from '../common/lock-file';
import { OpenclawError } from '../common/openclaw-error';
import { isAlive } from '../common/process-identity';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { gatewayLockPath, resolveConfigPath } from '../config/state-paths';
import type { ControlUiPlace } from '../control-ui/control-ui.rpc';
import type { GatewayClient } from '../gateway/client/gateway-client';
import { withGateway } from '../gateway/client/with-gateway';
import { gatewayStatusView } from './gateway-status-view';

@SubCommand({ name: 'status', description: 'whether the gateway runs, and where' })
export class GatewayStatusCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run(_: string[], options: GatewayOptions): Promise<void> {
    const target = resolveGatewayTarget(this.env, options);
    const configPath = resolveConfigPath(this.env, target.stateDir);
    const owner = readLockOwner(gatewayLockPath(target.stateDir, configPath));
    const pid = owner && isAlive(owner) ? owner.pid : undefined;
    const facts = { url: target.url, configPath, stateDir: target.stateDir, ...(pid === undefined ? {} : { pid }) };
    try {
      const { hello, place } = await withGateway(
        target,
        async (client) => ({ hello: client.hello, place: options.json ? await placeOf(client) : undefined }),
        options.timeout === undefined ? {} : { timeoutMs: options.timeout },
      );
      const { version } = hello.server;
      const { uptimeMs } = hello.snapshot;
      if (options.json)
        printJson({
          running: true,
          ...facts,
          version,
          uptimeMs,
          ...(await gatewayStatusView(this.env, facts, { hello, ...(place ? { place } : {}) })),
        });
      else
        printLine(
          `running at ${target.url}${pid === undefined ? '' : ` as process ${pid}`}, version ${version}, up ${Math.round(uptimeMs / 1000)} s`,
        );
    } catch (error) {
      if (!(error instanceof OpenclawError)) throw error;
      const reason = error.exitCode === ExitCode.gatewayUnreachable ? 'not running' : error.message;
      if (options.json)
        printJson({
          running: false,
          reason,
          ...facts,
          ...(await gatewayStatusView(this.env, facts, { error: withOwnCommands(error.message) })),
        });
      else printLine(`${reason} (${target.url})${pid === undefined ? '' : `, though process ${pid} holds its lock`}`);
      process.exitCode = error.exitCode ?? ExitCode.failed;
    }
  }
}

/** Where its page is; undefined for a gateway that does not say. */
const placeOf = (client: GatewayClient): Promise<ControlUiPlace | undefined> =>
  client.call<ControlUiPlace>('controlUi.place').catch(() => undefined);
