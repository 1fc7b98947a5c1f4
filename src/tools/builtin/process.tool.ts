import { Injectable } from '@nestjs/common';
import { cutText } from '../../common/cut-text';
import { Bool, Doc, Int, OneOf, Opt, Str, StrList, Text } from '../../common/validation/fields';
import { sleep } from '../../common/sleep';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import type { ApprovalQuestion } from '../approvals/approval-question';
import type { TypedInput } from '../exec/command-question';
import { ExecPermit } from '../exec/exec-permit.service';
import { type BackgroundProcess, ProcessRegistry } from '../processes/process-registry.service';
import { withOrigin, worstOrigin } from '../provenance/taint';
import { keyBytes, pasted } from '../processes/terminal-keys';
import { type CallSinks, Leaves } from '../provenance/sinks';

const ACTIONS = ['list', 'poll', 'log', 'write', 'send-keys', 'submit', 'paste', 'kill', 'clear', 'remove'] as const;
const DEFAULT_LOG_LINES = 200;
const MAX_WAIT_MS = 120_000;
const LOOK_EVERY_MS = 100;
/** What a program gets to react to its input before its output is looked at. */
const SETTLE_MS = 150;

@Leaves<ProcessParams>({
  action: 'none',
  sessionId: 'none',
  data: 'host',
  eof: 'none',
  keys: 'host',
  hex: 'host',
  literal: 'host',
  text: 'host',
  bracketed: 'none',
  offset: 'none',
  limit: 'none',
  timeoutMs: 'none',
})
export class ProcessParams {
  @OneOf(ACTIONS)
  @Doc(
    'list: all of them. poll: new output, and whether it has ended. log: output by lines. The others write to it or end it.',
  )
  action!: (typeof ACTIONS)[number];
  @Opt() @Text() @Doc('Id that exec gave; needed for all actions but list.') sessionId?: string;
  @Opt() @Str() @Doc('write: text for standard input.') data?: string;
  @Opt() @Bool() @Doc('write: close standard input afterwards.') eof?: boolean;
  @Opt() @StrList({ max: 100 }) @Doc('send-keys: names such as Enter, C-c, Up, Escape.') keys?: string[];
  @Opt() @StrList({ max: 1000 }) @Doc('send-keys: bytes as two hex digits each.') hex?: string[];
  @Opt() @Str() @Doc('send-keys: text typed as it stands.') literal?: string;
  @Opt() @Str() @Doc('paste, submit: the text.') text?: string;
  @Opt() @Bool() @Doc('paste: mark it as pasted; true by default.') bracketed?: boolean;
  @Opt() @Int({ min: 0 }) @Doc('log: first line, counted from 0; the last lines by default.') offset?: number;
  @Opt() @Int({ min: 1 }) @Doc(`log: most lines, ${DEFAULT_LOG_LINES} by default.`) limit?: number;
  @Opt()
  @Int({ min: 0, max: MAX_WAIT_MS })
  @Doc('poll: wait so many milliseconds for new output or its end; not at all by default.')
  timeoutMs?: number;
}

@Injectable()
@AgentTool({
  name: 'process',
  description: 'Look after commands that exec left running: list them, read their output, write to them, end them.',
  params: ProcessParams,
  paramAliases: { timeout: 'timeoutMs', waitMs: 'timeoutMs' },
  idempotent: false,
  core: true,
  rare: 'background commands',
  origin: 'gateway',
})
export class ProcessTool {
  constructor(
    private readonly processes: ProcessRegistry,
    private readonly permits: ExecPermit,
  ) {}

  /** What is written to a program on the machine itself is asked for where commands there are; see `questionOf`. */
  sinksOf(): CallSinks {
    return { data: 'none', keys: 'none', hex: 'none', literal: 'none', text: 'none' };
  }

  /** @throws ToolError denied_by_policy, invalid_args */
  questionOf(params: ProcessParams, context: ToolContext): Promise<ApprovalQuestion | undefined> {
    const typed = this.typedBy(params, context);
    return Promise.resolve(typed && this.permits.inputQuestion(typed, context));
  }

  /** What a call types into a program on the machine; undefined where it types nothing, or into one in the sandbox. */
  private typedBy(params: ProcessParams, { agentId }: ToolContext): TypedInput | undefined {
    const process = params.sessionId === undefined ? undefined : this.processes.find(agentId, params.sessionId);
    const data = process?.host === 'gateway' ? inputOf(params) : undefined;
    return process && data !== undefined && data.length > 0 ? { process, text: data.toString('utf8') } : undefined;
  }

  async execute(params: ProcessParams, context: ToolContext): Promise<ToolResult> {
    if (params.action === 'list') return this.list(context.agentId);
    const process = this.find(params.sessionId, context.agentId);
    const typed = this.typedBy(params, context);
    if (typed) await this.permits.permitInput(typed, context);
    const data = inputOf(params);
    if (data !== undefined) {
      // What the model has read may stand in what it types.
      await process.heard(worstOrigin(context.provenance.origins, 'workspace'));
      return this.write(process, data, params.action === 'write' && params.eof === true);
    }
    switch (params.action) {
      case 'poll':
        await news(process, params.timeoutMs ?? 0, context.signal);
        return this.poll(process);
      case 'log':
        return labelled(process, log(process, params));
      case 'kill':
        return kill(process);
      case 'clear':
        process.running.output.clear();
        process.read = process.running.output.total;
        return textResult(`The output of ${process.id} was cleared.`);
      default:
        if (!process.running.end) await kill(process);
        this.processes.remove(process.id);
        return textResult(`Removed ${process.id}.`);
    }
  }

  private async list(agentId: string): Promise<ToolResult> {
    const processes = this.processes.list(agentId);
    // A command line may say what its model had read.
    const origin = worstOrigin(await Promise.all(processes.map((process) => process.output())));
    const lines = processes.map((process) => `${process.id}  ${stateOf(process)}  ${cutText(process.command, 120)}`);
    return textResult(
      lines.length > 0 ? lines.join('\n') : 'No commands in the background.',
      {
        sessions: processes.map((process) => ({
          sessionId: process.id,
          status: stateOf(process),
          command: process.command,
          cwd: process.cwd,
          pid: process.running.pid,
          startedAtMs: process.running.startedAt,
        })),
      },
      origin,
    );
  }

  private poll(process: BackgroundProcess): Promise<ToolResult> {
    const { output, end } = process.running;
    const fresh = output.since(process.read);
    process.read = output.total;
    if (end) process.seenEnd = true;
    const text = [fresh.trimEnd() || '(no new output)', `(${stateOf(process)})`].join('\n');
    return labelled(process, textResult(text, facts(process)));
  }

  private async write(process: BackgroundProcess, data: Buffer, eof: boolean): Promise<ToolResult> {
    if (data.length === 0 && !eof) throw new ToolError('invalid_args', 'there is nothing to write');
    if (process.running.end || (data.length > 0 && !process.running.write(data)))
      throw new ToolError('invalid_args', `${process.id} takes no input any more (${stateOf(process)})`);
    if (eof) process.running.closeInput();
    await sleep(SETTLE_MS);
    return this.poll(process);
  }

  private find(id: string | undefined, agentId: string): BackgroundProcess {
    if (id === undefined) throw new ToolError('invalid_args', 'this action needs sessionId; action list shows them');
    const process = this.processes.find(agentId, id);
    if (!process)
      throw new ToolError('not_found', `there is no command ${id} in the background; action list shows them`);
    return process;
  }
}

/** Resolves when there is output that nobody has seen, when the command has ended, or when the time is up. */
async function news({ running, read }: BackgroundProcess, ms: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + ms;
  while (!running.end && running.output.total === read && performance.now() < until && !signal.aborted)
    await sleep(Math.min(LOOK_EVERY_MS, until - performance.now()), signal);
}

/** What a command prints is not the gateway's word. */
async function labelled(process: BackgroundProcess, result: ToolResult): Promise<ToolResult> {
  return { ...result, content: withOrigin(result.content, await process.output()) };
}

function log(process: BackgroundProcess, params: ProcessParams): ToolResult {
  const lines = process.running.output.text().split('\n');
  if (lines.at(-1) === '') lines.pop();
  const limit = params.limit ?? DEFAULT_LOG_LINES;
  const offset = params.offset ?? Math.max(0, lines.length - limit);
  const slice = lines.slice(offset, offset + limit);
  const note = offset + slice.length < lines.length ? `\n[go on with offset=${offset + slice.length}]` : '';
  return textResult(`${slice.join('\n')}${note}\n(${stateOf(process)})`, {
    ...facts(process),
    totalLines: lines.length,
  });
}

async function kill(process: BackgroundProcess): Promise<ToolResult> {
  process.seenEnd = true;
  process.running.stop('killed');
  await process.running.ended.catch(() => undefined);
  return textResult(`Ended ${process.id} (${stateOf(process)}).`, facts(process));
}

/** What a call types; undefined where its action types nothing. */
function inputOf(params: ProcessParams): Buffer | undefined {
  switch (params.action) {
    case 'write':
      return Buffer.from(params.data ?? '');
    case 'send-keys':
      return keysOf(params);
    case 'submit':
      return Buffer.from(`${params.text ?? ''}\r`);
    case 'paste':
      return Buffer.from((params.bracketed ?? true) ? pasted(params.text ?? '') : (params.text ?? ''));
    default:
      return undefined;
  }
}

function keysOf(params: ProcessParams): Buffer {
  const parts: Buffer[] = [];
  if (params.literal) parts.push(Buffer.from(params.literal));
  for (const name of params.keys ?? []) {
    const bytes = keyBytes(name);
    if (bytes === undefined)
      throw new ToolError(
        'invalid_args',
        `"${name}" is no key; use names such as Enter, Tab, Escape, Up, C-c, M-x, F5`,
      );
    parts.push(Buffer.from(bytes));
  }
  for (const byte of params.hex ?? []) {
    if (!/^[0-9a-fA-F]{2}$/.test(byte)) throw new ToolError('invalid_args', `hex "${byte}" must be two hex digits`);
    parts.push(Buffer.from(byte, 'hex'));
  }
  return Buffer.concat(parts);
}

function stateOf({ running }: BackgroundProcess): string {
  const { end } = running;
  if (!end) return 'running';
  if (end.stopped === 'timeout') return 'stopped: its time was up';
  if (end.stopped === 'limits') return `stopped: ${end.limit ?? 'it used too much'}`;
  if (end.stopped === 'killed') return 'killed';
  return end.exitCode === null ? `ended by ${end.signal ?? 'a signal'}` : `exit code ${end.exitCode}`;
}

function facts(process: BackgroundProcess): Record<string, unknown> {
  const { end, pid } = process.running;
  return {
    sessionId: process.id,
    status: end ? (end.exitCode === 0 && !end.stopped ? 'completed' : 'failed') : 'running',
    ...(end ? { exitCode: end.exitCode, durationMs: end.durationMs } : { pid }),
  };
}
