import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions, parseWholeNumber } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { printJson, printLine, printTable } from '../common/cli/output';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { withGateway } from '../gateway/client/with-gateway';
import type { CronSchedule } from './cron-job';
import { describeSchedule, nextSlot } from './cron-schedule';

const LENGTH = /^(\d+)(s|m|h|d)$/;
const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DEFAULT_NEXT = 5;

interface JobView {
  id: string;
  name: string;
  enabled: boolean;
  schedule: CronSchedule;
  sessionTarget: string;
  createdAtMs: number;
  state: { nextRunAtMs?: number; lastStatus?: string; lastError?: string };
}

abstract class CronCommandBase extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  protected call<T>(method: string, params: Record<string, unknown>, options: GatewayOptions): Promise<T> {
    return withGateway(resolveGatewayTarget(this.env, options), (client) => client.call<T>(method, params));
  }

  protected idOf([id]: string[]): string {
    if (id === undefined) throw new UsageError('which job? openclaw cron list shows their ids');
    return id;
  }
}

@SubCommand({ name: 'list', description: 'jobs, the next one first' })
export class CronListCommand extends CronCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--all', description: 'also those that are switched off' })
  parseAll(): boolean {
    return true;
  }

  async run(_: string[], options: GatewayOptions & { all?: boolean }): Promise<void> {
    const answer = await this.call<{ jobs: JobView[] }>(
      'cron.list',
      { includeDisabled: options.all === true },
      options,
    );
    if (options.json) return printJson(answer);
    if (answer.jobs.length === 0) return printLine('no jobs');
    printTable(answer.jobs, [
      { title: 'Id', value: (job) => job.id },
      { title: 'Name', value: (job) => job.name },
      { title: 'When', value: (job) => describeSchedule(job.schedule) },
      {
        title: 'Next',
        value: (job) => (job.state.nextRunAtMs ? new Date(job.state.nextRunAtMs).toISOString() : 'off'),
      },
      { title: 'Last', value: (job) => job.state.lastStatus },
      { title: 'Error', value: (job) => job.state.lastError },
    ]);
  }
}

@SubCommand({ name: 'status', description: 'whether jobs run, and when the next one does' })
export class CronStatusCommand extends CronCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(_: string[], options: GatewayOptions): Promise<void> {
    const status = await this.call<{ enabled: boolean; jobs: number; nextWakeAtMs: number | null }>(
      'cron.status',
      {},
      options,
    );
    if (options.json) return printJson(status);
    const next =
      status.nextWakeAtMs === null ? 'nothing is planned' : `next at ${new Date(status.nextWakeAtMs).toISOString()}`;
    printLine(`${status.enabled ? 'on' : 'off'}, ${status.jobs} jobs, ${next}`);
  }
}

interface JobOptions extends GatewayOptions {
  name?: string;
  description?: string;
  disabled?: boolean;
  deleteAfterRun?: boolean;
  agent?: string;
  session?: string;
  wake?: string;
  at?: number;
  every?: number;
  cron?: string;
  tz?: string;
  systemEvent?: string;
  message?: string;
  model?: string;
  thinking?: string;
  timeoutSeconds?: number;
  announce?: boolean;
  channel?: string;
  to?: string;
  bestEffortDeliver?: boolean;
  misfire?: string;
  overlap?: string;
}

abstract class CronJobCommandBase extends CronCommandBase {
  @Option({ flags: '--name <text>', description: 'what it is called' })
  parseName(value: string): string {
    return value;
  }

  @Option({ flags: '--description <text>', description: 'what it is for' })
  parseDescription(value: string): string {
    return value;
  }

  @Option({ flags: '--delete-after-run', description: 'remove it once it has run' })
  parseDelete(): boolean {
    return true;
  }

  @Option({ flags: '--session <target>', description: 'main, or isolated for a conversation of its own' })
  parseSession(value: string): string {
    return value;
  }

  @Option({ flags: '--wake <mode>', description: 'now or next-heartbeat' })
  parseWake(value: string): string {
    return value;
  }

  @Option({ flags: '--at <time>', description: 'once: ISO 8601 time, or a length such as 20m' })
  parseAt(value: string): number {
    const length = LENGTH.exec(value);
    const time = length ? Date.now() + lengthOf(value) : Date.parse(value);
    if (!Number.isFinite(time))
      throw new UsageError(`--at must be an ISO 8601 time or a length such as 20m, got "${value}"`);
    return time;
  }

  @Option({ flags: '--every <length>', description: 'in equal steps, such as 30m' })
  parseEvery(value: string): number {
    return lengthOf(value);
  }

  @Option({ flags: '--cron <expression>', description: 'five or six fields, such as "0 9 * * 1-5"' })
  parseCron(value: string): string {
    return value;
  }

  @Option({ flags: '--tz <zone>', description: 'IANA zone of the expression' })
  parseTz(value: string): string {
    return value;
  }

  @Option({ flags: '--system-event <text>', description: 'what the assistant is told in its main conversation' })
  parseEvent(value: string): string {
    return value;
  }

  @Option({ flags: '-m, --message <text>', description: 'task for a conversation of its own' })
  parseMessage(value: string): string {
    return value;
  }

  @Option({ flags: '--model <name>', description: 'model of the task' })
  parseModel(value: string): string {
    return value;
  }

  @Option({ flags: '--thinking <level>', description: 'how much it thinks' })
  parseThinking(value: string): string {
    return value;
  }

  @Option({ flags: '--timeout-seconds <n>', description: 'how long the task may take' })
  parseTimeoutSeconds(value: string): number {
    return parseWholeNumber('--timeout-seconds', value, 1);
  }

  @Option({ flags: '--announce', description: 'send the answer to a chat' })
  parseAnnounce(): boolean {
    return true;
  }

  @Option({ flags: '--channel <id>', description: 'channel of that chat; where you last wrote by default' })
  parseChannel(value: string): string {
    return value;
  }

  @Option({ flags: '--to <chat>', description: 'that chat' })
  parseTo(value: string): string {
    return value;
  }

  @Option({ flags: '--best-effort-deliver', description: 'run also where there is no chat to send to' })
  parseBestEffort(): boolean {
    return true;
  }

  @Option({ flags: '--misfire <policy>', description: 'missed times: none, last or all' })
  parseMisfire(value: string): string {
    return value;
  }

  @Option({ flags: '--overlap <policy>', description: 'still running: forbid, queue or replace' })
  parseOverlap(value: string): string {
    return value;
  }

  /** The fields that were named. */
  protected fieldsOf(options: JobOptions): Record<string, unknown> {
    const { at, every, cron, tz, systemEvent, message, model, thinking, timeoutSeconds, announce, channel, to } =
      options;
    const schedules = [at, every, cron].filter((value) => value !== undefined);
    if (schedules.length > 1) throw new UsageError('one of --at, --every and --cron');
    if (systemEvent !== undefined && message !== undefined) throw new UsageError('one of --system-event and --message');
    return {
      ...(options.name ? { name: options.name } : {}),
      ...(options.description ? { description: options.description } : {}),
      ...(options.deleteAfterRun ? { deleteAfterRun: true } : {}),
      ...(options.session ? { sessionTarget: options.session } : {}),
      ...(options.wake ? { wakeMode: options.wake } : {}),
      ...(options.misfire ? { misfire: options.misfire } : {}),
      ...(options.overlap ? { overlap: options.overlap } : {}),
      ...(at !== undefined ? { schedule: { kind: 'at', atMs: at } } : {}),
      ...(every !== undefined ? { schedule: { kind: 'every', everyMs: every } } : {}),
      ...(cron !== undefined ? { schedule: { kind: 'cron', expr: cron, ...(tz ? { tz } : {}) } } : {}),
      ...(systemEvent !== undefined ? { payload: { kind: 'systemEvent', text: systemEvent } } : {}),
      ...(message !== undefined
        ? {
            payload: {
              kind: 'agentTurn',
              message,
              ...(model ? { model } : {}),
              ...(thinking ? { thinking } : {}),
              ...(timeoutSeconds ? { timeoutSeconds } : {}),
            },
          }
        : {}),
      ...(announce || channel || to
        ? {
            delivery: {
              mode: 'announce',
              ...(channel ? { channel } : {}),
              ...(to ? { to } : {}),
              ...(options.bestEffortDeliver ? { bestEffort: true } : {}),
            },
          }
        : {}),
    };
  }
}

@SubCommand({ name: 'add', description: 'make a job' })
export class CronAddCommand extends CronJobCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--agent <id>', description: 'agent' })
  parseAgent(value: string): string {
    return value;
  }

  @Option({ flags: '--disabled', description: 'make it, but do not switch it on' })
  parseDisabled(): boolean {
    return true;
  }

  async run(_: string[], options: JobOptions): Promise<void> {
    const fields = this.fieldsOf(options);
    if (!('schedule' in fields)) throw new UsageError('when? --at, --every or --cron');
    if (!('payload' in fields)) throw new UsageError('what? --system-event or --message');
    const job = await this.call<JobView>(
      'cron.add',
      {
        ...fields,
        ...(options.agent ? { agentId: options.agent } : {}),
        ...(options.disabled ? { enabled: false } : {}),
      },
      options,
    );
    if (options.json) return printJson(job);
    const next = job.state.nextRunAtMs;
    printLine(`${job.id}: ${describeSchedule(job.schedule)}${next ? `, next at ${new Date(next).toISOString()}` : ''}`);
  }
}

@SubCommand({ name: 'edit', arguments: '<id>', description: 'change a job' })
export class CronEditCommand extends CronJobCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(args: string[], options: JobOptions): Promise<void> {
    const patch = this.fieldsOf(options);
    if (Object.keys(patch).length === 0) throw new UsageError('nothing to change');
    const job = await this.call<JobView>('cron.update', { id: this.idOf(args), patch }, options);
    if (options.json) return printJson(job);
    printLine(`${job.id}: ${describeSchedule(job.schedule)}`);
  }
}

@SubCommand({ name: 'rm', arguments: '<id>', description: 'remove a job' })
export class CronRemoveCommand extends CronCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(args: string[], options: GatewayOptions): Promise<void> {
    const id = this.idOf(args);
    const answer = await this.call<{ removed: boolean }>('cron.remove', { id }, options);
    if (options.json) return printJson(answer);
    printLine(answer.removed ? `removed ${id}` : `there is no job ${id}`);
  }
}

abstract class CronSwitchCommand extends CronCommandBase {
  protected abstract readonly enabled: boolean;

  async run(args: string[], options: GatewayOptions): Promise<void> {
    const job = await this.call<JobView>(
      'cron.update',
      { id: this.idOf(args), patch: { enabled: this.enabled } },
      options,
    );
    if (options.json) return printJson(job);
    printLine(`${job.name} is ${job.enabled ? 'on' : 'off'}`);
  }
}

@SubCommand({ name: 'enable', arguments: '<id>', description: 'switch a job on' })
export class CronEnableCommand extends CronSwitchCommand {
  protected readonly enabled = true;
  constructor(env: Environment) {
    super(env);
  }
}

@SubCommand({ name: 'disable', arguments: '<id>', description: 'switch a job off' })
export class CronDisableCommand extends CronSwitchCommand {
  protected readonly enabled = false;
  constructor(env: Environment) {
    super(env);
  }
}

@SubCommand({ name: 'run', arguments: '<id>', description: 'run a job now' })
export class CronRunCommand extends CronCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--due', description: 'only when its time has come' })
  parseDue(): boolean {
    return true;
  }

  async run(args: string[], options: GatewayOptions & { due?: boolean }): Promise<void> {
    const params = { id: this.idOf(args), mode: options.due ? 'due' : 'force' };
    const answer = await this.call<{ ran: boolean; reason?: string; runId?: string }>('cron.run', params, options);
    if (options.json) return printJson(answer);
    printLine(answer.ran ? `started as ${answer.runId}` : `not started: ${answer.reason}`);
  }
}

@SubCommand({ name: 'runs', arguments: '<id>', description: 'what became of the planned times of a job' })
export class CronRunsCommand extends CronCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--limit <n>', description: 'how many' })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1, 5000);
  }

  async run(args: string[], options: GatewayOptions & { limit?: number }): Promise<void> {
    const params = { id: this.idOf(args), ...(options.limit ? { limit: options.limit } : {}) };
    const answer = await this.call<{
      entries: { runAtMs: number; action: string; status?: string; error?: string; summary?: string }[];
    }>('cron.runs', params, options);
    if (options.json) return printJson(answer);
    if (answer.entries.length === 0) return printLine('it has not run');
    printTable(answer.entries, [
      { title: 'Planned', value: (entry) => new Date(entry.runAtMs).toISOString() },
      { title: 'Ended', value: (entry) => entry.status ?? 'running' },
      { title: 'Why', value: (entry) => entry.error },
      { title: 'Said', value: (entry) => entry.summary?.split('\n')[0]?.slice(0, 60) },
    ]);
  }
}

@SubCommand({ name: 'next', arguments: '<id>', description: 'the next planned times of a job' })
export class CronNextCommand extends CronCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--count <n>', description: 'how many' })
  parseCount(value: string): number {
    return parseWholeNumber('--count', value, 1, 100);
  }

  async run(args: string[], options: GatewayOptions & { count?: number }): Promise<void> {
    const job = await this.call<JobView>('cron.get', { id: this.idOf(args) }, options);
    const times: number[] = [];
    for (
      let at: number | undefined = job.state.nextRunAtMs;
      at !== undefined && times.length < (options.count ?? DEFAULT_NEXT);
    ) {
      times.push(at);
      at = nextSlot(job.schedule, at, job.createdAtMs, job.id);
    }
    const shown = times.map((time) => new Date(time).toISOString());
    if (options.json) return printJson({ id: job.id, next: shown });
    for (const time of shown) printLine(time);
    if (shown.length === 0) printLine('it is not planned');
  }
}

function lengthOf(value: string): number {
  const [, number, unit] = LENGTH.exec(value) ?? [];
  if (!number || !unit) throw new UsageError(`"${value}" is no length; write 30s, 20m, 6h or 1d`);
  return Number(number) * UNITS[unit as keyof typeof UNITS];
}

export const CRON_LEAVES = [
  CronListCommand,
  CronStatusCommand,
  CronAddCommand,
  CronEditCommand,
  CronRemoveCommand,
  CronEnableCommand,
  CronDisableCommand,
  CronRunCommand,
  CronRunsCommand,
  CronNextCommand,
];

@Command({ name: 'cron', description: 'jobs that run by the clock', subCommands: CRON_LEAVES })
export class CronCommand extends CommandGroup {}
