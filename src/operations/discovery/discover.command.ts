import { Option, SubCommand } from 'nest-commander';
import { CliCommand, type JsonOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { printJson, printLine, printTable } from '../../common/cli/output';
import { Environment } from '../../config/environment';
import { loadConfig } from '../../config/load-config';
import { resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import { addressOf, beaconsView } from './beacons-view';

const LISTEN_MS = 2000;
const MAX_LISTEN_MS = 60_000;

@SubCommand({ name: 'discover', description: 'gateways in the local network' })
export class GatewayDiscoverCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--timeout <ms>', description: 'how long to listen; 2000 by default' })
  parseTimeout(value: string): number {
    return parseWholeNumber('--timeout', value, 100, MAX_LISTEN_MS);
  }

  async run(_: string[], options: JsonOptions & { timeout?: number }): Promise<void> {
    const { config } = loadConfig(resolveConfigPath(this.env, resolveStateDir(this.env)), this.env);
    const timeoutMs = options.timeout ?? LISTEN_MS;
    const { discover } = await import('./mdns');
    const gateways = (await discover(config.discovery?.mdns ?? {}, timeoutMs)).map((gateway) => ({
      ...gateway,
      url: addressOf(gateway),
    }));
    if (options.json) printJson({ ...beaconsView(gateways, timeoutMs), gateways });
    else if (gateways.length === 0) printLine('no gateway answered; one that listens on loopback only does not tell');
    else
      printTable(gateways, [
        { title: 'Gateway', value: (row) => row.txt['displayName'] ?? row.name },
        { title: 'Address', value: (row) => row.url },
        { title: 'Host', value: (row) => row.host },
        { title: 'TLS fingerprint', value: (row) => row.txt['gatewayTlsSha256'] ?? '' },
      ]);
  }
}
