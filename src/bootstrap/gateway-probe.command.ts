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
import { addressOf } from '../operations/discovery/beacons-view';
import type { FoundGateway } from '../operations/discovery/mdns';
import { type Attempt, probeView } from './probe-view';

const PROBE_MS = 3000;
const LISTEN_MS = 1500;

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
    const localUrl = `${secure}://127.0.0.1:${gatewayPort(config, this.env)}`;
    const places = new Map<string, string>([
      [target.url, options.url === undefined ? 'configuration' : '--url'],
      [localUrl, 'this machine'],
    ]);
    const began = performance.now();
    const listened = options.discover !== false;
    const found: FoundGateway[] = [];
    if (listened) {
      const { discover } = await import('../operations/discovery/mdns');
      found.push(...(await discover(config.discovery?.mdns ?? {}, LISTEN_MS)));
      for (const gateway of found) places.set(addressOf(gateway), 'announced');
    }
    const timeoutMs = options.timeout ?? PROBE_MS;
    const gateways = await Promise.all(
      [...places].map(async ([url, from]): Promise<Attempt> => {
        const since = performance.now();
        const ms = (): number => Math.round(performance.now() - since);
        // What announces itself may be anybody: it is not shown the token.
        const known = from === 'announced' ? { url, stateDir: target.stateDir } : { ...target, url };
        try {
          return await withGateway(
            known,
            ({ hello }) => Promise.resolve({ url, from, ok: true, ms: ms(), version: hello.server.version, hello }),
            { timeoutMs },
          );
        } catch (error) {
          if (!(error instanceof OpenclawError)) throw error;
          return { url, from, ok: false, ms: ms(), error: messageOf(error) };
        }
      }),
    );
    const ok = gateways.some((gateway) => gateway.ok);
    if (options.json)
      printJson(
        probeView(gateways, {
          timeoutMs,
          durationMs: Math.round(performance.now() - began),
          found: listened ? { gateways: found, timeoutMs: LISTEN_MS } : undefined,
          localUrl,
        }),
      );
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
