import { mkdirSync } from 'node:fs';
import { isReallyWithin } from '../../common/paths/path-place';
import type { Environment } from '../../config/environment';
import { analyseCommand } from '../../tools/approvals/analyse-command';
import type { ApprovalsFileOf } from '../../tools/approvals/exec-approvals-file';
import { splitEntries } from '../../tools/approvals/exec-approvals-file';
import { checkAllowlist, findExecutable } from '../../tools/approvals/exec-allowlist';
import { RunningCommand } from '../../tools/processes/running-command';
import type { BubblewrapDriver } from '../../tools/sandbox/bubblewrap.driver';
import { childEnvironment, unusualVariables } from '../../tools/sandbox/child-environment';
import type { SpawnPlan } from '../../tools/sandbox/sandbox';
import type { SystemRunParams } from '../../gateway/protocol/node-command-params.dto';
import { HostError } from './host-error';

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_TIMEOUT_MS = 3_600_000;
const MOST_AT_ONCE = 8;
/** Rules that hold for whatever a gateway sends, beside those of the agent it names. */
const ANY_AGENT = 'main';
const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', '/bin/sh', '/bin/bash', '/usr/bin/sh', '/usr/bin/bash']);

/** What became of a command. */
export interface HostRun {
  exitCode: number | null;
  timedOut: boolean;
  success: boolean;
  /** What it has written, errors too. */
  stdout: string;
  stderr: string;
  error: string | null;
  /** `host`: by a rule of this machine's owner; `sandbox`: walled off, without network. */
  ranIn: 'host' | 'sandbox';
}

/**
 * Commands of the gateway on this machine. Its owner's rules alone say what runs on it; everything else runs behind a
 * sandbox in a folder of its own, without network, or not at all.
 */
export class HostExec {
  private running = 0;

  constructor(
    private readonly env: Environment,
    private readonly rules: ApprovalsFileOf,
    private readonly sandbox: BubblewrapDriver,
    /** Where sandboxed commands work. */
    readonly workspace: string,
  ) {}

  /** Paths of programs; those that are not here are left out. */
  which(bins: readonly string[]): Record<string, string> {
    const path = childEnvironment(this.env.all())['PATH'] ?? '';
    const found = bins.flatMap((name) => {
      const at = name.includes('/') ? undefined : findExecutable(name, path, this.workspace);
      return at === undefined ? [] : [[name, at] as const];
    });
    return Object.fromEntries(found);
  }

  /** @throws HostError SYSTEM_RUN_DENIED, SYSTEM_RUN_BUSY, INVALID_PARAMS */
  async run(params: SystemRunParams & { agentId?: string }, signal: AbortSignal): Promise<HostRun> {
    if (this.running >= MOST_AT_ONCE)
      throw new HostError('SYSTEM_RUN_BUSY', `${MOST_AT_ONCE} commands run already; try again when one has ended`);
    mkdirSync(this.workspace, { recursive: true, mode: 0o700 });
    const { plan, ranIn } = await this.judge(params);
    this.running++;
    try {
      return await ended(new RunningCommand(plan, timeoutOf(params)), ranIn, signal);
    } finally {
      this.running--;
    }
  }

  private async judge(
    params: SystemRunParams & { agentId?: string },
  ): Promise<{ plan: SpawnPlan; ranIn: HostRun['ranIn'] }> {
    const { command: argv, env: wanted = {}, agentId = ANY_AGENT } = params;
    const cwd = params.cwd ?? this.workspace;
    const { security = 'allowlist', ask, allowlist } = this.rules.rulesFor(agentId);
    const env = childEnvironment(this.env.all(), wanted);
    if (security === 'deny') throw denied('exec-approvals.json of this node denies all commands');
    const verdict = checkAllowlist(
      lineOf(argv),
      { ...splitEntries(allowlist), safeBins: [], workspace: this.workspace },
      env['PATH'] ?? '',
      cwd,
    );
    const unusual = unusualVariables(wanted);
    const isListed = verdict.allowed && unusual.length === 0;
    if ((security === 'full' || isListed) && ask !== 'always') {
      const [file = '', ...args] = argv;
      return { plan: { file, args, env, cwd, ordinaryRights: true }, ranIn: 'host' };
    }
    const why =
      ask === 'always'
        ? 'its rules want a question for each command'
        : (verdict.reason ?? `it sets ${unusual.join(', ')}`);
    const unusable = await this.sandbox.unusableReason();
    if (unusable !== undefined) throw denied(`${why}, and there is no sandbox on this node (${unusable})`);
    if (!isReallyWithin(this.workspace, cwd))
      throw denied(`${why}, and a sandboxed command works below ${this.workspace} only`);
    const timeoutSeconds = Math.ceil(timeoutOf(params) / 1000);
    const plan = this.sandbox.plan({
      argv,
      cwd,
      workspace: this.workspace,
      writable: true,
      env,
      network: false,
      timeoutSeconds,
    });
    return { plan, ranIn: 'sandbox' };
  }
}

async function ended(command: RunningCommand, ranIn: HostRun['ranIn'], signal: AbortSignal): Promise<HostRun> {
  const stop = (): void => command.stop('killed');
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  command.closeInput();
  try {
    const end = await command.ended;
    return {
      exitCode: end.exitCode,
      timedOut: end.stopped === 'timeout',
      success: end.exitCode === 0 && end.stopped === undefined,
      stdout: command.output.text(),
      stderr: '',
      error: end.stopped === 'limits' ? `it was stopped: ${end.limit ?? 'a limit'}` : null,
      ranIn,
    };
  } catch (error) {
    throw new HostError('SYSTEM_RUN_FAILED', (error as Error).message, { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const denied = (why: string): HostError =>
  new HostError(
    'SYSTEM_RUN_DENIED',
    `SYSTEM_RUN_DENIED: ${why}. The owner can list it: openclaw approvals allowlist add --node <this node> <program>`,
  );

const timeoutOf = ({ timeoutMs }: SystemRunParams): number => Math.min(timeoutMs ?? DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS);

/** The line that a shell is given; of one program, its words quoted. */
function lineOf(argv: readonly string[]): string {
  const [shell = '', flag, line, ...more] = argv;
  if (line !== undefined && more.length === 0 && SHELLS.has(shell) && (flag === '-c' || flag === '-lc')) return line;
  const quoted = argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return analyseCommand(quoted).ok ? quoted : '';
}
