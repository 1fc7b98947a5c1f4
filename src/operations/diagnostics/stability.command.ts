import { Option, SubCommand } from 'nest-commander';
import { type GatewayOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { counted, printFacts, printJson, printLine, printNote, printTable, timeText } from '../../common/cli/output';
import { OpenclawError } from '../../common/openclaw-error';
import { CallingCommand } from '../../config/calling-command';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGateway } from '../../gateway/client/with-gateway';
import type { GatewayProblem } from './gateway-problem';
import { printProblems } from './print-problems';
import type { StabilityRecord } from './process-watch.service';
import { readNewestLog } from './read-newest-log';
import { type GatewayStart, startsInLog } from './starts-in-log';

const SHOWN = 25;
const MB = 1_048_576;
const LOG = { limit: 5000, maxBytes: 1_000_000 };

interface StabilityOptions extends GatewayOptions {
  limit?: number;
  type?: string;
  sinceSeq?: number;
}

/** What a gateway that runs tells of itself. */
interface Looks {
  capacity: number;
  count: number;
  dropped: number;
  events: StabilityRecord[];
  process: { pid: number; uptimeMs: number; eventLoop: unknown };
  problems: GatewayProblem[];
}

interface Stability {
  running: boolean;
  starts: GatewayStart[];
  /** Starts that nothing tells the end of. */
  lost: number;
  looks?: Looks;
}

@SubCommand({
  name: 'stability',
  description: 'starts, crashes, waits for the event loop and memory; without a gateway what its log tells',
})
export class GatewayStabilityCommand extends CallingCommand {
  @Option({ flags: '--limit <n>', description: `most starts and looks, ${SHOWN} by default` })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1, 1000);
  }

  @Option({ flags: '--type <type>', description: 'only looks of this type, such as diagnostic.liveness' })
  parseType(value: string): string {
    return value;
  }

  @Option({ flags: '--since-seq <n>', description: 'only looks after this one' })
  parseSince(value: string): number {
    return parseWholeNumber('--since-seq', value);
  }

  async run(_: string[], options: StabilityOptions): Promise<void> {
    const found = await this.look(options);
    const { limit = SHOWN } = options;
    const shown = { ...found, starts: found.starts.slice(-limit) };
    if (options.json) printJson(shown);
    else print(shown);
  }

  private async look({ limit = SHOWN, type, sinceSeq, ...options }: StabilityOptions): Promise<Stability> {
    const target = resolveGatewayTarget(this.env, options);
    const params = {
      limit,
      ...(type === undefined ? {} : { type }),
      ...(sinceSeq === undefined ? {} : { sinceSeq }),
    };
    try {
      return await withGateway(
        target,
        async (client) => {
          const { capacity, count, dropped, events } = await client.call<Looks>('diagnostics.stability', params);
          const { pid, uptimeMs, eventLoop } = await client.call<Looks['process']>('system.info');
          const { problems } = await client.call<Pick<Looks, 'problems'>>('system.problems');
          const { lines } = await client.call<{ lines: string[] }>('logs.tail', LOG);
          const looks = { capacity, count, dropped, events, process: { pid, uptimeMs, eventLoop }, problems };
          return { ...told(lines, true), looks };
        },
        options.timeout === undefined ? {} : { timeoutMs: options.timeout },
      );
    } catch (error) {
      if (!(error instanceof OpenclawError) || error.code !== 'GATEWAY_UNREACHABLE' || !target.isHere) throw error;
      printNote(`gateway: not running, so this is what its log tells (${target.stateDir})`);
      return told((await readNewestLog(target.stateDir, LOG)).lines, false);
    }
  }
}

function told(lines: readonly string[], running: boolean): Stability {
  const starts = startsInLog(lines, running);
  return { running, starts, lost: starts.filter(({ end }) => end === 'lost').length };
}

const ENDS = {
  running: 'running',
  stopped: 'stopped',
  lost: 'lost: killed, crashed or cut off',
  failed: 'did not start',
} as const;

function print({ starts, lost, looks }: Stability): void {
  printLine(`${counted(starts.length, 'start')} in the log, ${lost} without a proper end`);
  if (starts.length > 0)
    printTable(starts, [
      { title: 'Started', value: ({ at }) => timeText(at) },
      { title: 'Version', value: ({ version }) => version },
      { title: 'Process', value: ({ pid }) => pid },
      {
        title: 'End',
        value: ({ end }) => ENDS[end],
        tint: ({ end }) => (end === 'lost' || end === 'failed' ? 'bad' : undefined),
      },
      { title: 'Up', value: ({ upSeconds }) => (upSeconds === undefined ? '' : `${upSeconds} s`) },
      { title: 'Why', value: ({ reason }) => reason },
    ]);
  if (looks) printLooks(looks);
}

function printLooks({ process: { pid, uptimeMs }, count, capacity, dropped, events, problems }: Looks): void {
  const waits = events.map(({ eventLoopDelayMaxMs }) => eventLoopDelayMaxMs);
  printLine();
  printFacts({
    Process: `${pid}, up ${Math.round(uptimeMs / 1000)} s`,
    Looks: `${count} kept of at most ${capacity}, ${dropped} forgotten`,
    'Longest wait': waits.length === 0 ? undefined : `${Math.round(Math.max(...waits))} ms`,
  });
  if (events.length > 0)
    printTable(events, [
      { title: 'No.', value: ({ seq }) => seq },
      { title: 'At', value: ({ ts }) => timeText(ts) },
      { title: 'Level', value: ({ level }) => level, tint: ({ level }) => (level === 'warning' ? 'warn' : undefined) },
      { title: 'Longest wait', value: ({ eventLoopDelayMaxMs }) => `${Math.round(eventLoopDelayMaxMs)} ms` },
      { title: 'Memory', value: ({ rssBytes }) => `${Math.round(rssBytes / MB)} MB` },
      { title: 'Heap', value: ({ heapUsedBytes }) => `${Math.round(heapUsedBytes / MB)} MB` },
    ]);
  printProblems(problems);
}
