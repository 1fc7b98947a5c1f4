import { Command, Option, SubCommand } from 'nest-commander';
import { CliCommand, CommandGroup, type GatewayOptions, type JsonOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printFacts, printJson, printLine, printTable, timeText } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { CallingCommand } from '../../config/calling-command';
import { filesOfGateway } from '../../config/config-files';
import { explainView } from './explain-view';

interface Room {
  sessionKey?: string;
  sessionId: string;
  lastUsedAt: number;
  hasNetwork: boolean;
  origin: string;
}

/** A room, by the names that OpenClaw has for containers. */
const roomView = ({ sessionKey, sessionId, lastUsedAt, hasNetwork }: Room): object => ({
  containerName: sessionId,
  sessionKey: sessionKey ?? null,
  lastUsedAtMs: lastUsedAt,
  hasNetwork,
});

@SubCommand({ name: 'list', description: 'rooms: what commands of each conversation have as /tmp and home folder' })
export class SandboxListCommand extends CallingCommand {
  async run(_: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.call<{ rooms: Room[] }>(options, 'sandbox.list');
    if (options.json) printJson({ containers: answer.rooms.map(roomView), ...answer });
    else if (answer.rooms.length === 0) printLine('none; a room is made with the first command of a conversation');
    else
      printTable(answer.rooms, [
        { title: 'Session', value: ({ sessionKey, sessionId }) => sessionKey ?? `(gone) ${sessionId}` },
        { title: 'Last used', value: ({ lastUsedAt }) => timeText(lastUsedAt) },
        { title: 'Holds text from', value: ({ origin }) => origin },
        { title: 'Loopback', value: ({ hasNetwork }) => (hasNetwork ? 'open' : '') },
      ]);
  }
}

interface SandboxOptions extends GatewayOptions {
  session?: string;
  agent?: string;
  all?: boolean;
  browser?: boolean;
  force?: boolean;
}

@SubCommand({ name: 'recreate', description: 'remove rooms with all that is in them; the next command has a new one' })
export class SandboxRecreateCommand extends CallingCommand {
  @Option({ flags: '--session <key>', description: 'of this conversation' })
  parseSession(value: string): string {
    return value;
  }

  @Option({ flags: '--agent <id>', description: 'of all conversations of this agent; needs --force' })
  parseAgent(value: string): string {
    return value;
  }

  @Option({ flags: '--browser', description: 'only the browsers of these sandboxes: they are closed with their tabs' })
  parseBrowser(): boolean {
    return true;
  }

  @Option({ flags: '--all', description: 'of all conversations; needs --force' })
  parseAll(): boolean {
    return true;
  }

  @Option({ flags: '--force', description: 'yes, what is in them is no longer needed' })
  parseForce(): boolean {
    return true;
  }

  async run(_: string[], options: SandboxOptions): Promise<void> {
    const { session: sessionKey, agent: agentId, all, browser, force } = options;
    if ([sessionKey, agentId, all].filter((each) => each !== undefined).length !== 1)
      throw new UsageError('one of --session <key>, --agent <id> and --all is needed');
    if (sessionKey === undefined && !force)
      throw new UsageError(
        all
          ? '--all removes the files in the rooms of all conversations; say --force'
          : `--agent removes the files in the rooms of all conversations of ${agentId}; say --force`,
      );
    const params = { sessionKey, agentId, all, browser };
    const answer = await this.call<{ removed: string[] }>(options, 'sandbox.recreate', params);
    const { length } = answer.removed;
    const what = browser ? 'browser' : 'room';
    if (options.json) printJson(answer);
    else
      printLine(length === 0 ? `there was no ${what}` : `${length} ${what}${length === 1 ? ' is' : 's are'} removed`);
    if (length === 0) process.exitCode = ExitCode.failed;
  }
}

@SubCommand({ name: 'explain', description: 'whether a conversation runs in the sandbox, and what it may do there' })
export class SandboxExplainCommand extends CallingCommand {
  @Option({ flags: '--session <key>', description: 'conversation; main otherwise' })
  parseSession(value: string): string {
    return value;
  }

  @Option({ flags: '--agent <id>', description: 'agent of a short key' })
  parseAgent(value: string): string {
    return value;
  }

  async run(_: string[], options: SandboxOptions): Promise<void> {
    const { session: sessionKey, agent: agentId } = options;
    const facts = await this.call<Record<string, unknown>>(options, 'sandbox.explain', { sessionKey, agentId });
    if (options.json) return printJson(explainView(facts, filesOfGateway(this.env, options)?.load().config));
    printFacts({
      Session: facts['sessionKey'],
      Agent: facts['agentId'],
      'Runs in the sandbox': facts['sandboxed'] === true ? 'yes, as a whole' : 'its commands only',
      'Shared by': facts['scope'],
      Workspace: `${String(facts['workspace'])}${facts['readOnly'] === true ? ' (read only)' : ''}`,
      Commands: facts['commands'],
      Network: facts['network'],
      Driver: `${String(facts['driver'])}${facts['works'] === true ? '' : `, not usable: ${String(facts['reason'])}`}`,
    });
  }
}

@SubCommand({
  name: 'test',
  description: 'start a command in the sandbox and look what it can reach; exit code 1 when too much',
})
export class SandboxTestCommand extends CliCommand {
  async run(_: string[], options: JsonOptions): Promise<void> {
    const { probeSandbox } = await import('./probe-sandbox');
    const { driver, reason, probes } = await probeSandbox();
    const ok = reason === undefined && probes.every((probe) => probe.ok);
    if (options.json) printJson({ ok, driver, ...(reason === undefined ? {} : { reason }), probes });
    else if (reason !== undefined) printLine(`${driver} can't be used here: ${reason}`);
    else
      printTable(probes, [
        { title: 'What is tried', value: ({ what }) => what },
        { title: 'Expected', value: ({ expected }) => expected },
        {
          title: 'Verdict',
          value: (probe) => (probe.ok ? 'ok' : `not so: ${probe.seen}`),
          tint: (probe) => (probe.ok ? 'good' : 'bad'),
        },
      ]);
    if (!ok) process.exitCode = ExitCode.failed;
  }
}

const LEAVES = [SandboxListCommand, SandboxRecreateCommand, SandboxExplainCommand, SandboxTestCommand];

@Command({ name: 'sandbox', description: 'where commands of the assistant run', subCommands: LEAVES })
export class SandboxCommand extends CommandGroup {}

export const SANDBOX_COMMANDS = [SandboxCommand, ...LEAVES] as const;
