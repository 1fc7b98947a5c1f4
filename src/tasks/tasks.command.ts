import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, type GatewayOptions, parseWholeNumber } from '../common/cli/cli-command';
import { idByPrefix } from '../common/cli/id-by-prefix';
import { counted, printFacts, printJson, printLine, printTable, timeText } from '../common/cli/output';
import { commandLine } from '../common/cli/own-commands';
import { cutText } from '../common/cut-text';
import { ExitCode } from '../common/exit-codes';
import { OpenclawError } from '../common/openclaw-error';
import { CallingCommand } from '../config/calling-command';
import { AUDIT_CODES, AUDIT_SEVERITIES, auditTasks } from './task-audit';
import type { TaskSummary } from './task-summary';
import { TASK_STATUSES, type TaskStatus } from './tasks.dto';

const RUNTIMES = ['subagent', 'cron', 'cli'] as const;
/** As OpenClaw calls what is `completed` in the answers of its own gateway. */
const SUCCEEDED = 'succeeded';
const PAGE = 500;

interface ListOptions extends GatewayOptions {
  status?: TaskStatus;
  runtime?: string;
  agent?: string;
  session?: string;
  limit?: number;
}

interface AuditOptions extends GatewayOptions {
  severity?: string;
  code?: string;
  limit?: number;
}

/** A command about work beside the conversations. */
abstract class TasksCommandBase extends CallingCommand {
  /** All pages of `tasks.list`, what changed last first. */
  protected async all(options: GatewayOptions, params: Readonly<Record<string, unknown>> = {}): Promise<TaskSummary[]> {
    const found: TaskSummary[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.call<{ tasks: TaskSummary[]; nextCursor?: string }>(options, 'tasks.list', {
        ...params,
        limit: PAGE,
        cursor,
      });
      found.push(...page.tasks);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return found;
  }

  /**
   * A task by its id or the beginning of that, by its run, or the latest one of a conversation.
   * @throws OpenclawError TASK_NOT_FOUND
   */
  protected async find(typed: string, options: GatewayOptions): Promise<TaskSummary> {
    const tasks = await this.all(options);
    const of = ({ runId, childSessionKey, sessionKey }: TaskSummary): boolean =>
      [runId, childSessionKey, sessionKey].includes(typed);
    const id = idByPrefix(typed, tasks, 'task');
    const task = tasks.find((each) => each.id === id) ?? tasks.find(of);
    if (task) return task;
    throw new OpenclawError('TASK_NOT_FOUND', `there is no task "${typed}"; see: ${commandLine('tasks list')}`);
  }
}

@SubCommand({ name: 'list', description: 'work beside the conversations, what changed last first' })
export class TasksListCommand extends TasksCommandBase {
  @Option({ flags: '--status <status>', description: 'only these', choices: [...TASK_STATUSES, SUCCEEDED] })
  parseStatus(value: string): string {
    return value === SUCCEEDED ? 'completed' : value;
  }

  @Option({ flags: '--runtime <kind>', description: 'only what was started so', choices: [...RUNTIMES] })
  parseRuntime(value: string): string {
    return value;
  }

  @Option({ flags: '--agent <id>', description: 'only of this agent' })
  parseAgent(value: string): string {
    return value;
  }

  @Option({ flags: '--session <key>', description: 'only what was begun in this conversation, or works in it' })
  parseSession(value: string): string {
    return value;
  }

  @Option({ flags: '--limit <n>', description: 'how many, all by default' })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1);
  }

  async run(_: string[], options: ListOptions): Promise<void> {
    const { status, runtime, agent: agentId, session: sessionKey, limit } = options;
    const found = await this.all(options, { status, agentId, sessionKey });
    const fitting = found.filter((task) => runtime === undefined || task.runtime === runtime);
    const tasks = fitting.slice(0, limit);
    if (options.json) return printJson({ count: fitting.length, tasks });
    if (tasks.length === 0) return printLine('no tasks');
    printTable(tasks, [
      { title: 'Id', value: ({ id }) => id },
      { title: 'Runtime', value: (task) => task.runtime },
      { title: 'Status', value: (task) => task.status },
      { title: 'Changed', value: ({ updatedAt }) => timeText(updatedAt) },
      { title: 'What', value: ({ title }) => title },
      { title: 'Error', value: ({ error }) => cutText((error ?? '').replace(/\s+/g, ' '), 80) },
    ]);
    if (tasks.length < fitting.length) printLine(`${fitting.length - tasks.length} more`);
  }
}

@SubCommand({ name: 'show', arguments: '<task>', description: 'one task, by its id, its run or its conversation' })
export class TasksShowCommand extends TasksCommandBase {
  async run([typed = '']: string[], options: GatewayOptions): Promise<void> {
    const task = await this.find(typed, options);
    if (options.json) return printJson(task);
    const at = (time: number | undefined): string | undefined => (time === undefined ? undefined : timeText(time));
    printFacts({
      Task: task.id,
      What: task.title,
      Runtime: task.runtime,
      Kind: task.kind,
      Status: task.status,
      Agent: task.agentId,
      'Begun in': task.sessionKey,
      'Works in': task.childSessionKey,
      Run: task.runId,
      Job: task.runtime === 'cron' ? task.sourceId : undefined,
      Created: at(task.createdAt),
      Started: at(task.startedAt),
      Ended: at(task.endedAt),
      Progress: task.progressSummary,
      Result: task.terminalSummary,
      Error: task.error,
      Delivery: task.deliveryStatus,
    });
  }
}

@SubCommand({ name: 'cancel', arguments: '<task>', description: 'end a task, or take it back where it waits' })
export class TasksCancelCommand extends TasksCommandBase {
  async run([typed = '']: string[], options: GatewayOptions): Promise<void> {
    const { id: taskId } = await this.find(typed, options);
    const answer = await this.call<{ cancelled: boolean; reason?: string }>(options, 'tasks.cancel', { taskId });
    if (!answer.cancelled) process.exitCode = ExitCode.failed;
    if (options.json) return printJson(answer);
    printLine(answer.cancelled ? `${taskId} is cancelled` : `${taskId} was not cancelled: ${answer.reason ?? ''}`);
  }
}

@SubCommand({
  name: 'audit',
  description: 'tasks that hang, have failed, or whose result nobody has; exit code 1 with errors',
})
export class TasksAuditCommand extends TasksCommandBase {
  @Option({ flags: '--severity <level>', description: 'only these', choices: [...AUDIT_SEVERITIES] })
  parseSeverity(value: string): string {
    return value;
  }

  @Option({ flags: '--code <code>', description: 'only these', choices: [...AUDIT_CODES] })
  parseCode(value: string): string {
    return value;
  }

  @Option({ flags: '--limit <n>', description: 'most findings, all by default' })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1);
  }

  async run(_: string[], { severity, code, limit, ...options }: AuditOptions): Promise<void> {
    const tasks = await this.all(options);
    const fitting = auditTasks(tasks, Date.now()).filter(
      (finding) =>
        (severity === undefined || finding.severity === severity) && (code === undefined || finding.code === code),
    );
    const findings = fitting.slice(0, limit);
    const errors = fitting.filter((finding) => finding.severity === 'error').length;
    if (errors > 0) process.exitCode = ExitCode.failed;
    if (options.json) return printJson({ tasks: tasks.length, count: fitting.length, errors, findings });
    if (findings.length > 0)
      printTable(findings, [
        {
          title: 'Severity',
          value: (row) => row.severity,
          tint: (row) => (row.severity === 'error' ? 'bad' : 'faint'),
        },
        { title: 'Code', value: (row) => row.code },
        { title: 'Task', value: ({ taskId }) => taskId },
        { title: 'What', value: ({ title }) => title },
        { title: 'Problem', value: ({ message }) => message },
      ]);
    printLine(`${counted(tasks.length, 'task')}, ${counted(fitting.length, 'finding')}, ${counted(errors, 'error')}`);
  }
}

const LEAVES = [TasksListCommand, TasksShowCommand, TasksCancelCommand, TasksAuditCommand];

@Command({ name: 'tasks', description: 'work beside the conversations', subCommands: LEAVES })
export class TasksCommand extends CommandGroup {}

export const TASKS_COMMANDS = [TasksCommand, ...LEAVES] as const;
