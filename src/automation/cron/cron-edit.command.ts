import { Option, SubCommand } from 'nest-commander';
import { type GatewayOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { THINKING_LEVELS } from '../../agent/agents.config';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine } from '../../common/cli/output';
import { MISFIRE_POLICIES, OVERLAP_POLICIES } from './cron-job';
import { CronCommandBase, type JobView } from './cron-command-base';
import { zonedTime } from '../../common/zoned-time';
import { describeSchedule } from './cron-schedule';
import { lengthOf } from './cron-time';

interface JobOptions extends GatewayOptions {
  name?: string;
  description?: string;
  disabled?: boolean;
  deleteAfterRun?: boolean;
  agent?: string;
  session?: string;
  wake?: string;
  at?: string;
  every?: number;
  cron?: string;
  tz?: string;
  systemEvent?: string;
  message?: string;
  model?: string;
  thinking?: string;
  timeoutSeconds?: number;
  announce?: boolean;
  deliver?: boolean;
  webhook?: string;
  channel?: string;
  to?: string;
  bestEffortDeliver?: boolean;
  misfire?: string;
  overlap?: string;
  stagger?: number;
  retries?: number;
  alertAfter?: number;
  budgetTokens?: number;
  budgetUsd?: number;
  budgetWindow?: string;
}

function budgetOf({ budgetTokens, budgetUsd, budgetWindow }: JobOptions): { budget?: Record<string, unknown> } {
  if (budgetTokens === undefined && budgetUsd === undefined) {
    if (budgetWindow !== undefined) throw new UsageError('--budget-window needs --budget-tokens or --budget-usd');
    return {};
  }
  return {
    budget: {
      ...(budgetTokens === undefined ? {} : { tokens: budgetTokens }),
      ...(budgetUsd === undefined ? {} : { costUsd: budgetUsd }),
      ...(budgetWindow === undefined ? {} : { window: budgetWindow }),
    },
  };
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

  @Option({
    flags: '--at <time>',
    description: 'once: ISO 8601 time, where you live unless it says another zone, or a length such as 20m',
  })
  parseAt(value: string): string {
    return value;
  }

  @Option({ flags: '--every <length>', description: 'in equal steps, such as 30m' })
  parseEvery(value: string): number {
    return lengthIn('--every', value);
  }

  @Option({ flags: '--cron <expression>', description: 'five or six fields, such as "0 9 * * 1-5"' })
  parseCron(value: string): string {
    return value;
  }

  @Option({
    flags: '--tz <zone>',
    description: 'IANA zone of --cron or --at; agents.defaults.userTimezone, else that of the host',
  })
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

  @Option({ flags: '--thinking <level>', description: 'how much it thinks', choices: [...THINKING_LEVELS] })
  parseThinking(value: string): string {
    return value;
  }

  @Option({ flags: '--timeout-seconds <n>', description: 'how long the task may take' })
  parseTimeoutSeconds(value: string): number {
    return parseWholeNumber('--timeout-seconds', value, 1);
  }

  @Option({ flags: '--webhook <url>', description: 'post what came of it to an address' })
  parseWebhook(value: string): string {
    return value;
  }

  @Option({ flags: '--announce', description: 'send the answer to a chat' })
  parseAnnounce(): boolean {
    return true;
  }

  @Option({ flags: '--deliver', description: 'the same as --announce' })
  parseDeliver(): boolean {
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

  @Option({ flags: '--misfire <policy>', description: 'what becomes of missed times', choices: [...MISFIRE_POLICIES] })
  parseMisfire(value: string): string {
    return value;
  }

  @Option({
    flags: '--overlap <policy>',
    description: 'what becomes of a time while it still runs',
    choices: [...OVERLAP_POLICIES],
  })
  parseOverlap(value: string): string {
    return value;
  }

  @Option({ flags: '--stagger <length>', description: 'with --cron: up to so much later, for each job another time' })
  parseStagger(value: string): number {
    return lengthIn('--stagger', value);
  }

  @Option({ flags: '--retries <n>', description: 'how often a failed run is tried again; 3 for --at, else 0' })
  parseRetries(value: string): number {
    return parseWholeNumber('--retries', value, 0, 3);
  }

  @Option({ flags: '--alert-after <n>', description: 'say so after n failures in a row' })
  parseAlertAfter(value: string): number {
    return parseWholeNumber('--alert-after', value, 1, 100);
  }

  @Option({ flags: '--budget-tokens <n>', description: 'most tokens that it may use' })
  parseBudgetTokens(value: string): number {
    return parseWholeNumber('--budget-tokens', value, 1);
  }

  @Option({ flags: '--budget-usd <amount>', description: 'most dollars that it may cost' })
  parseBudgetUsd(value: string): number {
    const amount = Number(value);
    if (value.trim() === '' || !(amount >= 0))
      throw new UsageError(`--budget-usd must be an amount such as 0.25, got "${value}"`);
    return amount;
  }

  @Option({ flags: '--budget-window <window>', description: 'run, day, month or total; run by default' })
  parseBudgetWindow(value: string): string {
    return value;
  }

  /** The fields that were named. */
  protected fieldsOf(options: JobOptions): Record<string, unknown> {
    const { at, every, cron, tz, systemEvent, message, model, thinking, timeoutSeconds, announce, channel, to } =
      options;
    const schedules = [at, every, cron].filter((value) => value !== undefined);
    if (schedules.length > 1) throw new UsageError('one of --at, --every and --cron');
    if (options.stagger !== undefined && cron === undefined) throw new UsageError('--stagger needs --cron');
    if (systemEvent !== undefined && message !== undefined) throw new UsageError('one of --system-event and --message');
    return {
      ...(options.name ? { name: options.name } : {}),
      ...(options.description ? { description: options.description } : {}),
      ...(options.deleteAfterRun ? { deleteAfterRun: true } : {}),
      ...(options.session ? { sessionTarget: options.session } : {}),
      ...(options.wake ? { wakeMode: options.wake } : {}),
      ...(options.misfire ? { misfire: options.misfire } : {}),
      ...(options.overlap ? { overlap: options.overlap } : {}),
      ...(options.retries === undefined ? {} : { retries: options.retries }),
      ...(options.alertAfter === undefined ? {} : { alertAfter: options.alertAfter }),
      ...budgetOf(options),
      ...(schedules.length > 0 || tz !== undefined
        ? {
            schedule: {
              ...(at !== undefined ? { kind: 'at', at } : {}),
              ...(every !== undefined ? { kind: 'every', everyMs: every } : {}),
              ...(cron !== undefined ? { kind: 'cron', expr: cron } : {}),
              ...(options.stagger ? { staggerMs: options.stagger } : {}),
              ...(tz !== undefined ? { tz } : {}),
            },
          }
        : {}),
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
      ...(options.webhook ? { delivery: { mode: 'webhook', to: options.webhook } } : {}),
      ...(announce || options.deliver || channel || to
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

@SubCommand({ name: 'add', aliases: ['create'], description: 'make a job' })
export class CronAddCommand extends CronJobCommandBase {
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
    if ((options.at ?? options.every ?? options.cron) === undefined)
      throw new UsageError('when? --at, --every or --cron');
    if (!('payload' in fields)) throw new UsageError('what? --system-event or --message');
    const { answer: job, zone } = await this.callWithZone<JobView>(options, 'cron.add', {
      ...fields,
      ...(options.agent ? { agentId: options.agent } : {}),
      ...(options.disabled ? { enabled: false } : {}),
    });
    if (options.json) return printJson(job);
    printLine(told(job, zone));
  }
}

@SubCommand({ name: 'edit', arguments: '<id>', description: 'change a job' })
export class CronEditCommand extends CronJobCommandBase {
  async run(args: string[], options: JobOptions): Promise<void> {
    const patch = this.fieldsOf(options);
    if (Object.keys(patch).length === 0) throw new UsageError('nothing to change');
    const { answer: job, zone } = await this.callWithZone<JobView>(options, 'cron.update', {
      id: await this.idOf(args, options),
      patch,
    });
    if (options.json) return printJson(job);
    printLine(told(job, zone));
  }
}

function told({ id, schedule, state: { nextRunAtMs } }: JobView, zone: string): string {
  const next = nextRunAtMs === undefined ? 'switched off' : `next at ${zonedTime(nextRunAtMs, zone)}`;
  return `${id}: ${describeSchedule(schedule, zone)}, ${next}`;
}

/** @throws UsageError naming the flag */
export function lengthIn(flag: string, value: string): number {
  const length = lengthOf(value);
  if (length === undefined) throw new UsageError(`${flag} "${value}" is no length; write 30s, 20m, 6h or 1d`);
  return length;
}
