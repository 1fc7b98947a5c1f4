import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option, SubCommand } from 'nest-commander';
import { appVersion } from '../../common/app-root';
import { CliCommand, CommandGroup, parseWholeNumber } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printNote } from '../../common/cli/output';
import { isFileSystemRoot } from '../../common/paths/path-place';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { loadDeviceIdentity } from '../../gateway/client/device-identity-file';
import { type NodeSettings, readNodeSettings, writeNodeSettings } from './node-settings';

interface NodeRunOptions {
  host?: string;
  port?: number;
  tls?: boolean;
  url?: string;
  token?: string;
  password?: string;
  displayName?: string;
  files?: string[];
}

const DEFAULT_PORT = 18_789;

@SubCommand({ name: 'run', description: 'do what a gateway asks, as far as the rules of this machine let it' })
export class NodeRunCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--host <host>', description: 'machine that the gateway runs on' })
  parseHost(value: string): string {
    return value;
  }

  @Option({ flags: '--port <port>', description: `its port, ${DEFAULT_PORT} by default` })
  parsePort(value: string): number {
    return parseWholeNumber('--port', value, 1, 65_535);
  }

  @Option({ flags: '--tls', description: 'connect by TLS' })
  parseTls(): boolean {
    return true;
  }

  @Option({ flags: '--url <url>', description: 'address of the gateway, in place of the three above' })
  parseUrl(value: string): string {
    return value;
  }

  @Option({ flags: '--token <token>', description: 'gateway token; needed once, to be paired' })
  parseToken(value: string): string {
    return value;
  }

  @Option({ flags: '--password <password>', description: 'gateway password, in place of a token' })
  parsePassword(value: string): string {
    return value;
  }

  @Option({ flags: '--display-name <name>', description: 'what the gateway calls this machine' })
  parseDisplayName(value: string): string {
    return value;
  }

  @Option({ flags: '--files <folder>', description: 'a folder whose files the gateway may read and write; repeatable' })
  parseFiles(value: string, earlier: string[] = []): string[] {
    const folder = resolve(value);
    if (isFileSystemRoot(folder))
      throw new UsageError(`--files must be a folder, not everything there is, got "${value}"`);
    return [...earlier, folder];
  }

  async run(_: string[], options: NodeRunOptions): Promise<void> {
    const target = resolveGatewayTarget(this.env, options);
    const { stateDir } = target;
    const stored = readNodeSettings(stateDir);
    const url = addressOf(options) ?? stored.url ?? target.url;
    const displayName = options.displayName ?? stored.displayName ?? hostname();
    const deviceToken = url === stored.url ? stored.deviceToken : undefined;
    let settings: NodeSettings = { displayName, url, ...(deviceToken ? { deviceToken } : {}) };
    writeNodeSettings(stateDir, settings);
    const workspace = join(stateDir, 'node-workspace');
    mkdirSync(workspace, { recursive: true, mode: 0o700 });
    const { HostCommands } = await import('./host-commands');
    const { NodeHost } = await import('./node-host');
    const { ApprovalsFileOf } = await import('../../tools/approvals/exec-approvals-file');
    const { BubblewrapDriver } = await import('../../tools/sandbox/bubblewrap.driver');
    const commands = new HostCommands(this.env, new ApprovalsFileOf(stateDir), new BubblewrapDriver(), {
      workspace,
      open: options.files ?? [],
    });
    // The secret of a gateway on this machine is no business of another one.
    const isOwn = url === target.url;
    const token = options.token ?? (isOwn ? target.token : this.env.get('OPENCLAW_GATEWAY_TOKEN'));
    const host = new NodeHost({
      client: {
        url,
        version: appVersion(),
        identity: loadDeviceIdentity(stateDir),
        ...(token ? { token } : {}),
        ...(isOwn && target.trust ? { trust: target.trust } : {}),
        ...(target.password && (isOwn || options.password) ? { password: target.password } : {}),
      },
      displayName,
      commands,
      ...(deviceToken ? { deviceToken } : {}),
      note: printNote,
      keepToken: (issued) => writeNodeSettings(stateDir, (settings = { ...settings, deviceToken: issued })),
    });
    const control = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => control.abort());
    await host.run(control.signal);
  }
}

function addressOf({ url, host, port, tls }: NodeRunOptions): string | undefined {
  if (url !== undefined) return url;
  if (host === undefined && port === undefined) return undefined;
  return `${tls ? 'wss' : 'ws'}://${host ?? '127.0.0.1'}:${port ?? DEFAULT_PORT}`;
}

@Command({ name: 'node', description: 'this machine as a node of a gateway', subCommands: [NodeRunCommand] })
export class NodeCommand extends CommandGroup {}
