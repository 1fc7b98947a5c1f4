import { Command, Option } from 'nest-commander';
import { GatewayCommandBase, type GatewayOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { printJson, printLine, printNote } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { OpenclawError } from '../../common/openclaw-error';
import { sleep } from '../../common/sleep';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import { withGateway } from '../../gateway/client/with-gateway';
import { formatForConsole } from '../../logging/console-format';
import type { LogTail } from './log-tail.service';
import { readNewestLog } from './read-newest-log';

interface LogsOptions extends GatewayOptions {
  limit?: number;
  maxBytes?: number;
  follow?: boolean;
  interval?: number;
  plain?: boolean;
}

const DEFAULT_LIMIT = 200;
const DEFAULT_MAX_BYTES = 250_000;
const DEFAULT_INTERVAL_MS = 1000;

@Command({ name: 'logs', description: 'show the gateway log' })
export class LogsCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--limit <lines>', description: `newest lines to show, ${DEFAULT_LIMIT} by default` })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1, 5000);
  }

  @Option({ flags: '--max-bytes <bytes>', description: 'most bytes to read' })
  parseMaxBytes(value: string): number {
    return parseWholeNumber('--max-bytes', value, 1, 1_000_000);
  }

  @Option({ flags: '--follow', description: 'go on as lines come' })
  parseFollow(): boolean {
    return true;
  }

  @Option({ flags: '--interval <ms>', description: 'milliseconds between two looks with --follow' })
  parseInterval(value: string): number {
    return parseWholeNumber('--interval', value, 100);
  }

  @Option({ flags: '--plain', description: 'lines as they are in the file' })
  parsePlain(): boolean {
    return true;
  }

  async run(_: string[], options: LogsOptions): Promise<void> {
    const target = resolveGatewayTarget(this.env, options);
    const limits = { limit: options.limit ?? DEFAULT_LIMIT, maxBytes: options.maxBytes ?? DEFAULT_MAX_BYTES };
    try {
      await withGateway(target, (client) => this.show(client, limits, options));
    } catch (error) {
      const isAway = error instanceof OpenclawError && error.exitCode === ExitCode.gatewayUnreachable;
      if (!isAway || options.follow) throw error;
      printNote('gateway: not running, so this is what the log file holds');
      this.print(await readNewestLog(target.stateDir, limits), options);
    }
  }

  private async show(
    client: GatewayClient,
    limits: { limit: number; maxBytes: number },
    options: LogsOptions,
  ): Promise<void> {
    let tail = await client.call<LogTail>('logs.tail', limits);
    this.print(tail, options);
    while (options.follow) {
      await sleep(options.interval ?? DEFAULT_INTERVAL_MS);
      tail = await client.call<LogTail>('logs.tail', { ...limits, cursor: tail.cursor });
      if (tail.lines.length > 0) this.print(tail, options);
    }
  }

  private print(tail: LogTail, options: LogsOptions): void {
    if (options.json) {
      printJson(tail);
      return;
    }
    for (const line of tail.lines) printLine(options.plain ? line : readable(line));
  }
}

/** A line of the file as the console shows it; foreign lines stay as they are. */
function readable(line: string): string {
  try {
    return formatForConsole(line, 'compact', false).trimEnd();
  } catch {
    return line;
  }
}
