import { Option, SubCommand } from 'nest-commander';
import { type GatewayOptions, parseWholeNumber } from '../common/cli/cli-command';
import { printJson, printTable } from '../common/cli/output';
import { ExitCode } from '../common/exit-codes';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { CallingCommand } from '../config/calling-command';
import { resolveGatewayTarget } from '../config/gateway-target';
import { loadConfig } from '../config/load-config';
import { gatewayPort } from '../config/ports';
import { resolveConfigPath } from '../config/state-paths';
import { withGateway } from '../gateway/client/with-gateway';

interface Probed {
  url: string;
  /** Why it is asked. */
  from: string;
  ok: boolean;
  ms: number;
  version?: string;
  error?: string;
}

const PROBE_MS = 3000;

@SubCommand({
  name: 'probe',
  description: 'try every gateway that is configured or announces itself; exit code 1 when none answers',
})
export class GatewayProbeCommand extends CallingCommand {
  @Option({ flags: '--no-discover', description: 'do not listen for gateways in the local network' })
  parseDiscover(): boolean {
    return false;
  }

  @Option({ flags: '--timeout <ms>', description: `milliseconds for each, ${PROBE_MS} by default` })
  override parseTimeout(value: string): number {
    return parseWholeNumber('--timeout', value, 1);
  }

  async run(_: string[], options: GatewayOptions & { discover?: boolean }): Promise<void> {
    const target = resolveGatewayTarget(this.env, options);
    const { config } = loadConfig(resolveConfigPath(this.env, target.stateDir), this.env);
    const secure = config.gateway?.tls?.enabled ? 'wss' : 'ws';
    const places = new Map<string, string>([
      [target.url, options.url === undefined ? 'configuration' : '--url'],
      [`${secure}://127.0.0.1:${gatewayPort(config, this.env)}`, 'this machine'],
    ]);
    if (options.discover !== false) {
      const { discover } = await import('../operations/discovery/mdns');
      for (const { txt, addresses, host, port } of await discover(config.discovery?.mdns ?? {}, PROBE_MS / 2))
        places.set(`${txt['gatewayTls'] ? 'wss' : 'ws'}://${addresses[0] ?? host}:${port}`, 'announced');
    }
    const timeoutMs = options.timeout ?? PROBE_MS;
    const gateways = await Promise.all(
      [...places].map(async ([url, from]): Promise<Probed> => {
        const since = performance.now();
        const ms = (): number => Math.round(performance.now() - since);
        // What announces itself may be anybody: it is not shown the token.
        const known = from === 'announced' ? { url, stateDir: target.stateDir } : { ...target, url };
        try {
          return await withGateway(
            known,
            (client) => Promise.resolve({ url, from, ok: true, ms: ms(), version: client.hello.server.version }),
            { timeoutMs },
          );
        } catch (error) {
          if (!(error instanceof OpenclawError)) throw error;
          return { url, from, ok: false, ms: ms(), error: messageOf(error) };
        }
      }),
    );
    const ok = gateways.some((gateway) => gateway.ok);
    if (options.json) printJson({ ok, gateways });
    else
      printTable(gateways, [
        { title: 'Address', value: ({ url }) => url },
        { title: 'From', value: ({ from }) => from },
        { title: 'State', value: (row) => (row.ok ? 'ok' : 'failed'), tint: (row) => (row.ok ? 'good' : 'bad') },
        { title: 'ms', value: ({ ms }) => ms },
        { title: 'Version', value: ({ version }) => version },
        { title: 'Error', value: ({ error }) => error },
      ]);
    if (!ok) process.exitCode = ExitCode.failed;
  }
}
