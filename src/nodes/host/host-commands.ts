import { cutText } from '../../common/cut-text';
import { isPlainObject } from '../../common/plain-object';
import type { Environment } from '../../config/environment';
import { paramsFault } from '../../gateway/protocol/node-commands';
import type {
  DirListParams,
  FileFetchParams,
  FileWriteParams,
  SystemNotifyParams,
  SystemRunParams,
} from '../../gateway/protocol/node-command-params.dto';
import type { ApprovalsFileOf } from '../../tools/approvals/exec-approvals-file';
import { replaceApprovals, showApprovals } from '../../tools/approvals/shown-approvals';
import type { BubblewrapDriver } from '../../tools/sandbox/bubblewrap.driver';
import { HostError } from './host-error';
import { HostExec, type HostRun } from './host-exec';
import { HostFiles } from './host-files';
import { HostNotify } from './host-notify';

interface HostCall {
  signal: AbortSignal;
  /** Tells the gateway something beside the answer. */
  tell(event: string, payload: unknown): Promise<void>;
}

const MAX_TOLD = 20_000;

type Params = Record<string, unknown>;

/** For whom a command runs. */
interface RunContext {
  agentId?: string;
  sessionKey?: string;
  runId?: string;
}

/** Everything this machine does for a gateway. */
export class HostCommands {
  private readonly exec: HostExec;
  private readonly files: HostFiles;
  private readonly notify: HostNotify;
  private readonly table: Readonly<Record<string, (params: Params, call: HostCall) => unknown>>;

  constructor(
    env: Environment,
    private readonly rules: ApprovalsFileOf,
    sandbox: BubblewrapDriver,
    folders: { workspace: string; open: readonly string[] },
  ) {
    this.exec = new HostExec(env, rules, sandbox, folders.workspace);
    this.files = new HostFiles([folders.workspace, ...folders.open]);
    this.notify = new HostNotify(env);
    this.table = {
      'system.run': (params, call) => this.system(params, call),
      'system.which': ({ bins }) => ({ bins: this.exec.which(bins as string[]) }),
      'system.execApprovals.get': () => showApprovals(this.rules),
      'system.execApprovals.set': ({ file, baseHash }) =>
        replaceApprovals(this.rules, file as Params, baseHash as string | undefined),
      'dir.list': (params) => this.files.list(params as unknown as DirListParams),
      'file.fetch': (params) => this.files.read(params as unknown as FileFetchParams),
      'file.write': (params) => this.files.write(params as unknown as FileWriteParams),
      ...(this.notify.canNotify
        ? { 'system.notify': (params) => this.notify.notify(params as unknown as SystemNotifyParams) }
        : {}),
    };
  }

  names(): string[] {
    return Object.keys(this.table).sort();
  }

  /** @throws HostError, or OpenclawError of the rules, where it can't or may not be done */
  async run(command: string, params: unknown, call: HostCall): Promise<unknown> {
    const handler = Object.hasOwn(this.table, command) ? this.table[command] : undefined;
    if (!handler) throw new HostError('UNKNOWN_COMMAND', `this node does not offer ${command}`);
    const given = isPlainObject(params) ? params : {};
    const own = command === 'system.run' ? commandAlone(given) : given;
    const fault = paramsFault(command, own);
    if (fault !== undefined) throw new HostError('INVALID_PARAMS', `invalid ${command} params: ${fault}`);
    return handler(given, call);
  }

  private async system(params: Params, { signal, tell }: HostCall): Promise<HostRun> {
    const context = contextOf(params);
    const wish = commandAlone(params) as unknown as SystemRunParams;
    const facts = { ...context, host: 'node', command: wish.command.join(' ') };
    // Only a gateway that names the conversation wants to hear of it beside the answer.
    const note = (event: string, more: Params): Promise<void> =>
      context.sessionKey === undefined ? Promise.resolve() : tell(event, { ...facts, ...more });
    try {
      const end = await this.exec.run({ ...wish, ...context }, signal);
      const { exitCode, timedOut, success } = end;
      await note('exec.finished', {
        exitCode,
        timedOut,
        success,
        output: cutText(end.stdout, MAX_TOLD, { keep: 'end' }),
      });
      return end;
    } catch (error) {
      await note('exec.denied', { reason: error instanceof HostError ? error.code : 'failed' });
      throw error;
    }
  }
}

/** What a gateway says of a command. Whatever says that somebody has approved it goes no further. */
const commandAlone = ({ command, cwd, env, timeoutMs }: Params): Params => ({
  command,
  // OpenClaw sends what is not there as null.
  ...(cwd ? { cwd } : {}),
  ...(env ? { env } : {}),
  ...(timeoutMs ? { timeoutMs } : {}),
});

const contextOf = ({ agentId, sessionKey, runId }: Params): RunContext => ({
  ...(typeof agentId === 'string' ? { agentId } : {}),
  ...(typeof sessionKey === 'string' ? { sessionKey } : {}),
  ...(typeof runId === 'string' ? { runId } : {}),
});
