import type { Command as Commander } from 'commander';
import { Command, Option, SubCommand } from 'nest-commander';
import { CliCommand, parseWholeNumber } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { printNote } from '../common/cli/output';
import { Environment } from '../config/environment';
import type { GatewayFlags } from '../config/gateway-flags';
import { GatewayCallCommand } from '../gateway/client/call.command';
import { GatewayHealthCommand } from '../operations/diagnostics/health.command';
import { GatewayDiscoverCommand } from '../operations/discovery/discover.command';
import { GatewayUsageCostCommand } from '../usage/usage.command';
import { GatewayProbeCommand } from './gateway-probe.command';
import { GatewayStatusCommand } from './gateway-status.command';
import { type StartLineFlags, StartLineCommand } from './start-line-flags';
import { SERVICE_LEAVES } from '../operations/service/service.command';

/** For so long an ended gateway may take to leave. */
const LEFT_OPEN_MS = 1000;
const MAX_PORT = 65_535;

abstract class GatewayRunBase extends StartLineCommand {
  constructor(protected readonly env: Environment) {
    super();
  }

  @Option({ flags: '--port <port>', description: 'port to listen on' })
  parsePort(value: string): number {
    return parseWholeNumber('--port', value, 0, MAX_PORT);
  }

  @Option({ flags: '--ui-port <port>', description: 'port of the Control UI; 0: on the gateway port only' })
  parseUiPort(value: string): number {
    return parseWholeNumber('--ui-port', value, 0, MAX_PORT);
  }

  @Option({
    flags: '--bind <mode>',
    description: 'who may reach it',
    choices: ['loopback', 'lan', 'tailnet', 'auto', 'custom'],
  })
  parseBind(value: string): string {
    return value;
  }

  @Option({ flags: '--auth <mode>', description: 'how clients log in', choices: ['token', 'password', 'none'] })
  parseAuth(value: string): string {
    return value;
  }

  @Option({ flags: '--token <token>', description: 'shared secret for mode token' })
  parseToken(value: string): string {
    return value;
  }

  @Option({ flags: '--password <password>', description: 'shared secret for mode password' })
  parsePassword(value: string): string {
    return value;
  }

  @Option({ flags: '--force', description: 'first stop whatever listens on our ports' })
  parseForce(): boolean {
    return true;
  }

  @Option({ flags: '-v, --verbose', description: 'log more' })
  parseVerbose(): boolean {
    return true;
  }

  @Option({ flags: '--allow-unconfigured', description: 'run without gateway.mode=local' })
  parseAllowUnconfigured(): boolean {
    return true;
  }

  async run(_: string[], flags: GatewayFlags & StartLineFlags): Promise<void> {
    this.noteIdle(flags);
    const { runGateway } = await import('./run-gateway');
    clearTimeout(ending);
    process.exitCode = await runGateway(this.env, flags);
    ending = endSoon();
  }
}

/** The end of this process, unless another gateway is run in it before. */
let ending: NodeJS.Timeout | undefined;

/** Everything is closed by now: what a library has left open must not keep a process that serves nobody. */
function endSoon(): NodeJS.Timeout {
  return setTimeout(() => {
    const open = process.getActiveResourcesInfo().join(', ');
    printNote(`note: the gateway was closed, but these were still open: ${open}`);
    process.exit();
  }, LEFT_OPEN_MS).unref();
}

@SubCommand({ name: 'run', description: 'run the gateway in the foreground' })
export class GatewayRunCommand extends GatewayRunBase {
  constructor(env: Environment) {
    super(env);
  }

  /** Flags may stand in front of the word `run` as well. */
  override run(args: string[], flags: GatewayFlags): Promise<void> {
    return super.run(args, { ...this.command.parent?.opts<GatewayFlags>(), ...flags });
  }
}

/** What a command starts that finds no gateway (`LocalCalls`); of no use on a terminal. */
@SubCommand({ name: 'local', description: 'answer a command from the disk', options: { hidden: true } })
export class GatewayLocalCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  async run(): Promise<void> {
    if (!process.connected) throw new UsageError('only another command of this program can use this one');
    const { answerLocally } = await import('./local-gateway');
    await answerLocally(this.env);
    ending = endSoon();
  }
}

const GATEWAY_LEAVES = [
  GatewayLocalCommand,
  GatewayStatusCommand,
  GatewayCallCommand,
  GatewayDiscoverCommand,
  GatewayHealthCommand,
  GatewayProbeCommand,
  GatewayUsageCostCommand,
  ...SERVICE_LEAVES,
];

@Command({
  name: 'gateway',
  description: 'the gateway process',
  subCommands: [GatewayRunCommand, ...GATEWAY_LEAVES],
})
export class GatewayCommand extends GatewayRunBase {
  constructor(env: Environment) {
    super(env);
  }

  /** Flags in front of another subcommand would be lost without a word. */
  override setCommand(command: Commander): this {
    command.hook('preSubcommand', (group, subcommand) => {
      const own = group.options.filter(({ hidden }) => !hidden);
      const given = own.find((option) => group.getOptionValue(option.attributeName()) !== undefined);
      if (given && subcommand.name() !== 'run')
        throw new UsageError(
          `${given.long ?? given.flags} stands in front of "${subcommand.name()}"; write: openclaw gateway ${subcommand.name()} ${given.long ?? given.flags}`,
        );
    });
    return super.setCommand(command);
  }
}

export const GATEWAY_COMMANDS = [GatewayCommand, GatewayRunCommand, ...GATEWAY_LEAVES] as const;
