import { Command, Option, SubCommand } from 'nest-commander';
import { cutText } from '../../common/cut-text';
import { CommandGroup, type GatewayOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { WatchingCommand } from '../../common/cli/watching';
import { printJson, printLine, printTable, timeText } from '../../common/cli/output';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGatewayOrDisk } from '../../gateway/client/with-gateway';
import type { RunSummary } from './trace-facts';

interface RunsListOptions extends GatewayOptions {
  limit?: number;
  session?: string;
  state?: string;
}

@SubCommand({ name: 'list', description: 'the latest runs with state, times and error' })
export class RunsListCommand extends WatchingCommand<RunsListOptions> {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--limit <n>', description: 'how many, 20 by default' })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1);
  }

  @Option({ flags: '--session <key>', description: 'of one session' })
  parseSession(value: string): string {
    return value;
  }

  @Option({ flags: '--state <state>', description: 'waiting, running, answered, failed or dropped' })
  parseState(value: string): string {
    return value;
  }

  protected async once(options: RunsListOptions): Promise<void> {
    const params = {
      ...(options.limit === undefined ? {} : { limit: options.limit }),
      ...(options.session === undefined ? {} : { sessionKey: options.session }),
      ...(options.state === undefined ? {} : { state: options.state }),
    };
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ runs: RunSummary[] }>('runs.list', params),
    );
    if (options.json) return printJson(answer);
    if (answer.runs.length === 0) return printLine('no runs');
    printTable(answer.runs, [
      { title: 'Id', value: (run) => run.id },
      { title: 'Received', value: (run) => timeText(run.receivedAt) },
      { title: 'Took', value: (run) => took(run) },
      { title: 'From', value: (run) => run.origin },
      { title: 'Session', value: (run) => run.sessionKey ?? '' },
      { title: 'State', value: (run) => `${run.state}${run.kind === 'command' ? ' (command)' : ''}` },
      { title: 'Error', value: (run) => cutText((run.error ?? '').replace(/\s+/g, ' '), 80) },
    ]);
  }
}

const took = ({ startedAt, endedAt }: RunSummary): string =>
  startedAt === undefined || endedAt === undefined ? '' : `${((endedAt - startedAt) / 1000).toFixed(1)} s`;

@Command({ name: 'runs', description: 'what the assistant has worked on', subCommands: [RunsListCommand] })
export class RunsCommand extends CommandGroup {}
