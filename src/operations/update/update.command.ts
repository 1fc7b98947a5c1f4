import { createInterface } from 'node:readline/promises';
import { Command, Option, SubCommand } from 'nest-commander';
import { shortId } from '../../common/short-id';
import { CliCommand, type JsonOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine, printLines } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { readLockOwner } from '../../common/lock-file';
import { isAlive } from '../../common/process-identity';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { loadConfig } from '../../config/load-config';
import { gatewayLockPath, resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import type { UpdateAnswer } from '../../events/update-port';
import { withGateway } from '../../gateway/client/with-gateway';
import type { UpdateChannel } from './git-checkout';
import { UPDATE_REASONS, isSuccess, type UpdateState, checkForUpdate, obstacleTo } from './update-check';
import { type UpdateResult, runUpdate } from './update-run';
import { updateView } from './update-view';
import { commandLine } from '../../common/cli/own-commands';

const CHANNELS = ['stable', 'beta', 'dev'] as const;
const WAIT_MS = 3_600_000;

interface UpdateOptions extends JsonOptions {
  channel?: UpdateChannel;
  yes?: boolean;
  tag?: string;
  dryRun?: boolean;
  restart?: boolean;
}

abstract class UpdateCommandBase extends CliCommand {
  constructor(protected readonly env: Environment) {
    super();
  }

  @Option({
    flags: '--channel <channel>',
    description: 'which releases; else update.channel, else dev',
    choices: [...CHANNELS],
  })
  parseChannel(value: string): UpdateChannel {
    return value as UpdateChannel;
  }

  protected settings(options: UpdateOptions) {
    const stateDir = resolveStateDir(this.env);
    const configPath = resolveConfigPath(this.env, stateDir);
    const { config } = loadConfig(configPath, this.env);
    return {
      stateDir,
      configPath,
      configured: config.update?.channel,
      channel: options.channel ?? config.update?.channel ?? 'dev',
      requireSigned: config.update?.requireSigned === true,
    };
  }

  protected async check(channel: UpdateChannel, tag?: string): Promise<UpdateState> {
    return checkForUpdate(this.env.all(), channel, undefined, tag);
  }
}

@SubCommand({ name: 'status', description: 'whether there is a new release; changes nothing' })
export class UpdateStatusCommand extends UpdateCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(_: string[], options: UpdateOptions): Promise<void> {
    const settings = this.settings(options);
    const state = await this.check(settings.channel);
    if (options.json) printJson(updateView(state, { flag: options.channel, configured: settings.configured }));
    else printLine(describe(state));
  }
}

@Command({
  name: 'update',
  description: 'bring the new release of this program here',
  subCommands: [UpdateStatusCommand],
})
export class UpdateCommand extends UpdateCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--yes', description: 'don’t ask' })
  parseYes(): boolean {
    return true;
  }

  @Option({ flags: '--no-restart', description: 'leave a running gateway as it is; it has to be restarted soon' })
  parseRestart(): boolean {
    return false;
  }

  @Option({ flags: '--tag <release>', description: 'this release, instead of the newest one of the channel' })
  parseTag(value: string): string {
    if (/^[\w][\w.+-]*$/.test(value)) return value;
    throw new UsageError(`--tag must be the name of a release such as v1.2.3, got "${value}"`);
  }

  @Option({ flags: '--dry-run', description: 'only tell what would be done' })
  parseDryRun(): boolean {
    return true;
  }

  async run(_: string[], options: UpdateOptions): Promise<void> {
    if (options.tag !== undefined && options.channel !== undefined)
      throw new UsageError('one of --tag and --channel: a release is the same on all channels');
    const settings = { ...this.settings(options), ...(options.tag === undefined ? {} : { tag: options.tag }) };
    const state = await this.check(settings.channel, options.tag);
    if (options.dryRun) return this.foresee(state, options);
    if (!state.available) return this.finish({ ...nothing(state) }, options);
    if (!options.json) printLine(describe(state));
    if (!options.yes && !(await this.isWanted(options))) return printLine('Nothing was changed.');
    const owner = readLockOwner(gatewayLockPath(settings.stateDir, settings.configPath));
    const isRunning = owner !== undefined && isAlive(owner);
    // The gateway does it itself where it runs, so that it is started anew the moment the files are exchanged.
    if (isRunning && options.restart !== false && options.channel === undefined && options.tag === undefined) {
      const { result } = await withGateway(resolveGatewayTarget(this.env, {}), (client) =>
        client.call<UpdateAnswer>('update.run', {}, { timeoutMs: WAIT_MS }),
      );
      return this.finish(result as unknown as UpdateResult, options, 'The gateway restarts with it.');
    }
    const result = await runUpdate({ env: this.env.all(), ...settings });
    this.finish(result, options, isRunning ? `Restart the gateway now: ${commandLine('gateway restart')}` : undefined);
  }

  private async foresee(state: UpdateState, options: JsonOptions): Promise<void> {
    const obstacle = state.available ? await obstacleTo(this.env.all()) : undefined;
    const wouldUpdate = state.available !== null && obstacle === undefined;
    if (options.json) return printJson({ dryRun: true, wouldUpdate, ...(obstacle ? { obstacle } : {}), ...state });
    printLine(describe(state));
    if (obstacle) printLine(`It would not be brought here: ${UPDATE_REASONS[obstacle] ?? obstacle}`);
    printLine('Nothing was changed.');
  }

  private async isWanted(options: UpdateOptions): Promise<boolean> {
    if (options.json || !process.stdin.isTTY)
      throw new UsageError('update changes this installation; say so with --yes where nobody can be asked');
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await terminal.question('Update now? [y/N] ')).trim());
    } finally {
      terminal.close();
    }
  }

  private finish(result: UpdateResult, options: JsonOptions, next?: string): void {
    if (!isSuccess(result)) process.exitCode = ExitCode.failed;
    if (options.json) return printJson(result);
    const { status, reason = '', after } = result;
    if (status === 'ok') {
      printLine(`Updated to ${after?.tag ?? (after ? shortId(after.commit, 12) : '')}.${next ? ` ${next}` : ''}`);
      return;
    }
    printLine(`${isSuccess(result) ? 'Nothing to do' : 'Not updated'}: ${UPDATE_REASONS[reason] ?? reason}`);
    const failed = result.steps.findLast(({ exitCode }) => exitCode !== 0);
    if (status === 'error' && failed) printLines(`${failed.command}\n${failed.stderrTail ?? failed.stdoutTail ?? ''}`);
  }
}

function nothing({ mode, root, reason = 'up-to-date' }: UpdateState): UpdateResult {
  return { status: 'skipped', mode, root, reason, steps: [], durationMs: 0 };
}

function describe({ version, commit, channel, available, reason = 'up-to-date' }: UpdateState): string {
  const installed = `${version}${commit ? ` (${shortId(commit, 12)})` : ''}, channel ${channel}`;
  return available
    ? `${installed}: ${available.latestVersion} is there; ${commandLine('update')} brings it here`
    : `${installed}: ${UPDATE_REASONS[reason] ?? reason}`;
}

export const UPDATE_COMMANDS = [UpdateCommand, UpdateStatusCommand] as const;
