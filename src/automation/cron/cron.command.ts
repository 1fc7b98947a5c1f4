import { Command, Option, SubCommand } from 'nest-commander';
import { cutText } from '../../common/cut-text';
import { CommandGroup, type GatewayOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printAnswer, printJson, printLine, printTable } from '../../common/cli/output';
import { WATCH_FLAG, type WatchOptions, watching } from '../../common/cli/watching';
import { ExitCode } from '../../common/exit-codes';
import { OpenclawError } from '../../common/openclaw-error';
import { zonedTime } from '../../common/zoned-time';
import { CronCommandBase, type JobView } from './cron-command-base';
import { CronAddCommand, CronEditCommand, lengthIn } from './cron-edit.command';
import { endOfRun } from './cron-run-end';
import { describeSchedule, nextSlot } from './cron-schedule';

const DEFAULT_NEXT = 5;

/** A job with its state in one word. */
const jobForPrograms = (job: JobView): object => ({
  ...job,
  status: job.state.runningAtMs !== undefined ? 'running' : job.enabled ? (job.state.lastStatus ?? 'idle') : 'disabled',
});

@SubCommand({ name: 'list', description: 'jobs, the next one first' })
export class CronListCommand extends CronCommandBase {
  @Option({ flags: '--all', description: 'also those that are switched off' })
  parseAll(): boolean {
    return true;
  }

  @Option(WATCH_FLAG)
  parseWatch(): boolean {
    return true;
  }

  run(_: string[], options: GatewayOptions & { all?: boolean } & WatchOptions): Promise<void> {
    return watching(options, () => this.once(options));
  }

  private async once(options: GatewayOptions & { all?: boolean }): Promise<void> {
    const { answer, zone } = await this.callWithZone<{ jobs: JobView[] }>(options, 'cron.list', {
      includeDisabled: options.all === true,
    });
    if (options.json) return printJson({ ...answer, jobs: answer.jobs.map(jobForPrograms) });
    if (answer.jobs.length === 0) return printLine('no jobs');
    printTable(answer.jobs, [
      { title: 'Id', value: (job) => job.id },
      { title: 'Name', value: (job) => job.name },
      { title: 'When', value: (job) => describeSchedule(job.schedule, zone) },
      {
        title: 'Next',
        value: (job) => (job.state.nextRunAtMs ? zonedTime(job.state.nextRunAtMs, zone) : 'off'),
      },
      { title: 'Last', value: (job) => job.state.lastStatus },
      { title: 'Error', value: (job) => job.state.lastError },
      { title: 'Unasked', value: (job) => job.rules?.map(({ text }) => text).join('; ') },
    ]);
  }
}

@SubCommand({ name: 'show', aliases: ['get'], arguments: '<id>', description: 'everything about one job' })
export class CronShowCommand extends CronCommandBase {
  async run(args: string[], options: GatewayOptions): Promise<void> {
    const id = await this.idOf(args, options);
    const { answer: job, zone } = await this.callWithZone<JobView>(options, 'cron.get', { id });
    if (options.json) return printJson(jobForPrograms(job));
    const line = (title: string, value: string | undefined): void => {
      if (value) printLine(`${title.padEnd(10)} ${value}`);
    };
    line('Id', job.id);
    line('Name', job.name);
    line('When', describeSchedule(job.schedule, zone));
    line('Next', job.state.nextRunAtMs ? zonedTime(job.state.nextRunAtMs, zone) : 'off');
    line('Last', job.state.lastStatus);
    line('Error', job.state.lastError);
    line('Does', JSON.stringify((job as unknown as { payload: unknown }).payload));
    line('Delivers', JSON.stringify((job as unknown as { delivery?: unknown }).delivery));
    line('Unasked', job.rules?.map(({ text }) => text).join('; '));
  }
}

@SubCommand({ name: 'status', description: 'whether jobs run, and when the next one does' })
export class CronStatusCommand extends CronCommandBase {
  async run(_: string[], options: GatewayOptions): Promise<void> {
    const status = await this.call<{ enabled: boolean; jobs: number; nextWakeAtMs: number | null; timeZone: string }>(
      options,
      'cron.status',
      {},
    );
    if (options.json) return printJson(status);
    const next =
      status.nextWakeAtMs === null
        ? 'nothing is planned'
        : `next at ${zonedTime(status.nextWakeAtMs, status.timeZone)}`;
    printLine(`${status.enabled ? 'on' : 'off'}, ${status.jobs} jobs, ${next}`);
  }
}

@SubCommand({ name: 'rm', aliases: ['remove', 'delete'], arguments: '<id>', description: 'remove a job' })
export class CronRemoveCommand extends CronCommandBase {
  async run(args: string[], options: GatewayOptions): Promise<void> {
    const id = await this.idOf(args, options);
    const answer = await this.call<{ removed: boolean }>(options, 'cron.remove', { id });
    if (!answer.removed) throw new OpenclawError('JOB_UNKNOWN', `there is no job ${id}; openclaw cron list shows them`);
    if (options.json) printJson(answer);
    else printLine(`removed ${id}`);
  }
}

abstract class CronSwitchCommand extends CronCommandBase {
  protected abstract readonly enabled: boolean;

  async run(args: string[], options: GatewayOptions): Promise<void> {
    const job = await this.call<JobView>(options, 'cron.update', {
      id: await this.idOf(args, options),
      patch: { enabled: this.enabled },
    });
    if (options.json) return printJson(job);
    printLine(`${job.name} is ${job.enabled ? 'on' : 'off'}`);
  }
}

@SubCommand({ name: 'enable', arguments: '<id>', description: 'switch a job on' })
export class CronEnableCommand extends CronSwitchCommand {
  protected readonly enabled = true;
}

@SubCommand({ name: 'disable', arguments: '<id>', description: 'switch a job off' })
export class CronDisableCommand extends CronSwitchCommand {
  protected readonly enabled = false;
}

interface RunOptions extends GatewayOptions {
  due?: boolean;
  wait?: boolean;
  waitTimeout?: number;
}

@SubCommand({ name: 'run', arguments: '<id>', description: 'run a job now' })
export class CronRunCommand extends CronCommandBase {
  @Option({ flags: '--force', description: 'also when its time has not come, as without --due' })
  parseForce(): boolean {
    return true;
  }

  @Option({ flags: '--due', description: 'only when its time has come' })
  parseDue(): boolean {
    return true;
  }

  @Option({ flags: '--wait', description: 'until it has ended; exit code 1 when it fails' })
  parseWait(): boolean {
    return true;
  }

  @Option({ flags: '--wait-timeout <length>', description: 'with --wait: how long, 10m by default' })
  parseWaitTimeout(value: string): number {
    return lengthIn('--wait-timeout', value);
  }

  async run(args: string[], options: RunOptions): Promise<void> {
    const { due, wait, waitTimeout } = options;
    if (waitTimeout !== undefined && !wait) throw new UsageError('--wait-timeout needs --wait');
    const id = await this.idOf(args, options);
    const answer = await this.call<{ ran: boolean; reason?: string; runId?: string }>(options, 'cron.run', {
      id,
      mode: due ? 'due' : 'force',
    });
    const { ran, runId = '', reason } = answer;
    if (!ran) process.exitCode = ExitCode.failed;
    if (!wait || !ran) {
      if (options.json) printJson(answer);
      else printLine(ran ? `started as ${runId}` : `not started: ${reason}`);
      return;
    }
    const run = await endOfRun((params) => this.call(options, 'cron.runs', params), { id, runId }, waitTimeout);
    if (run.status === 'error') process.exitCode = ExitCode.failed;
    if (options.json) return printJson({ ...answer, run });
    printLine(`${run.status}${run.error === undefined ? '' : `: ${run.error}`}`);
    if (run.summary !== undefined) printAnswer(run.summary);
  }
}

@SubCommand({ name: 'runs', arguments: '[id]', description: 'what became of the planned times of a job' })
export class CronRunsCommand extends CronCommandBase {
  @Option({ flags: '--id <id>', description: 'the job, instead of the argument' })
  parseId(value: string): string {
    return value;
  }

  @Option({ flags: '--limit <n>', description: 'how many' })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1, 5000);
  }

  async run(args: string[], options: GatewayOptions & { limit?: number; id?: string }): Promise<void> {
    const given = args.length > 0 || options.id === undefined ? args : [options.id];
    if (given.length === 0) throw new UsageError('which job? Write its id; openclaw cron list shows them');
    const params = { id: await this.idOf(given, options), ...(options.limit ? { limit: options.limit } : {}) };
    const { answer, zone } = await this.callWithZone<{
      entries: { runAtMs: number; action: string; status?: string; error?: string; summary?: string }[];
    }>(options, 'cron.runs', params);
    if (options.json) return printJson(answer);
    if (answer.entries.length === 0) return printLine('it has not run');
    printTable(answer.entries, [
      { title: 'Planned', value: (entry) => zonedTime(entry.runAtMs, zone) },
      { title: 'Ended', value: (entry) => entry.status ?? 'running' },
      { title: 'Why', value: (entry) => entry.error },
      { title: 'Said', value: (entry) => cutText(entry.summary?.split('\n')[0] ?? '', 60) },
    ]);
  }
}

@SubCommand({ name: 'next', arguments: '<id>', description: 'the next planned times of a job' })
export class CronNextCommand extends CronCommandBase {
  @Option({ flags: '--count <n>', description: 'how many' })
  parseCount(value: string): number {
    return parseWholeNumber('--count', value, 1, 100);
  }

  async run(args: string[], options: GatewayOptions & { count?: number }): Promise<void> {
    const { answer: job, zone } = await this.callWithZone<JobView>(options, 'cron.get', {
      id: await this.idOf(args, options),
    });
    const times: number[] = [];
    for (
      let at: number | undefined = job.state.nextRunAtMs;
      at !== undefined && times.length < (options.count ?? DEFAULT_NEXT);
    ) {
      times.push(at);
      at = nextSlot(job.schedule, at, job.createdAtMs, zone, job.id);
    }
    if (options.json)
      return printJson({ id: job.id, next: times.map((time) => new Date(time).toISOString()), timeZone: zone });
    for (const time of times) printLine(zonedTime(time, zone));
    if (times.length === 0) printLine('it is not planned');
  }
}

export const CRON_LEAVES = [
  CronShowCommand,
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

@Command({ name: 'cron', description: 'scheduled jobs', subCommands: CRON_LEAVES })
export class CronCommand extends CommandGroup {}
