import { join, resolve } from 'node:path';
import { Option, SubCommand } from 'nest-commander';
import { ChatLines } from '../../agent/chat/chat-lines';
import { appRoot } from '../../common/app-root';
import { CliCommand, type JsonOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { outputColumns } from '../../common/cli/print-markdown';
import { printNote } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { OpenclawError } from '../../common/openclaw-error';
import { settlesWithin } from '../../common/sleep';
import { Environment } from '../../config/environment';

/** A program that has closed its input ends within this time, if it does. */
const ENDING_MS = 1000;

interface AcpClientOptions extends JsonOptions {
  cwd?: string;
  server?: string;
  serverArgs?: string[];
  serverVerbose?: boolean;
  session?: string;
}

@SubCommand({
  name: 'client',
  description: 'talk with an agent of the Agent Client Protocol on this terminal; "openclaw acp" by default',
})
export class AcpClientCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--cwd <folder>', description: 'folder that the agent works in; this one by default' })
  parseCwd(value: string): string {
    return value;
  }

  @Option({ flags: '--server <program>', description: 'the agent to start' })
  parseServer(value: string): string {
    return value;
  }

  @Option({ flags: '--server-args <word...>', description: 'its arguments' })
  parseServerArgs(value: string, words: string[] = []): string[] {
    return [...words, value];
  }

  @Option({ flags: '--server-verbose', description: 'show what the agent writes to standard error' })
  parseServerVerbose(): boolean {
    return true;
  }

  @Option({ flags: '--session <id>', description: 'session to go on with' })
  parseSession(value: string): string {
    return value;
  }

  async run(_: string[], options: AcpClientOptions): Promise<void> {
    if (options.json)
      throw new UsageError('acp client has no JSON output: the protocol itself is JSON, "openclaw acp" speaks it');
    const { server, serverArgs = [] } = options;
    if (server === undefined && serverArgs.length > 0) throw new UsageError('--server-args needs --server');
    const cwd = resolve(options.cwd ?? '.');
    const [program, args] =
      server === undefined ? [process.execPath, [join(appRoot(), 'bin', 'openclaw'), 'acp']] : [server, serverArgs];
    const [sdk, { AgentProcess }, { AcpTalk, acpFault }] = await Promise.all([
      import('@agentclientprotocol/sdk'),
      import('./agent-process'),
      import('./acp-talk'),
    ]);
    // Its errors are the user's, where it is our own.
    const isHeard = options.serverVerbose === true || server === undefined;
    const agent = await AgentProcess.start(program, args, { env: this.env.all(), cwd, isHeard });
    const talk = new AcpTalk(sdk, {
      cwd,
      canAsk: process.stdin.isTTY === true,
      columns: outputColumns,
      ...(options.session === undefined ? {} : { sessionId: options.session }),
    });
    let isWanted = true;
    const gone = agent.ended.then((how) => {
      if (isWanted) throw new OpenclawError('AGENT_ENDED', `the agent has ended (${how})`);
    });
    try {
      const opened = talk.open(agent.input, agent.output).catch(async (error: unknown) => {
        // What it did not read tells less than that it has ended.
        if (await settlesWithin(agent.ended, ENDING_MS)) return gone;
        throw new OpenclawError('AGENT_REFUSED', `the agent opens no session: ${acpFault(error)}`);
      });
      await Promise.race([opened, gone]);
      const lines = new ChatLines((text) => talk.answer(text));
      try {
        if (lines.isTerminal) {
          printNote('Ctrl-C stops an answer, /exit or Ctrl-D leaves.');
          lines.onInterrupt(() => void talk.cancel().catch(() => undefined));
        }
        const converse = async (): Promise<void> => {
          for await (const text of lines.each()) {
            if (text === '') continue;
            try {
              const why = await talk.say(text);
              if (why !== 'end_turn') printNote(`(${why})`);
            } catch (error) {
              printNote(`error: ${acpFault(error)}`);
              process.exitCode = ExitCode.failed;
            }
          }
        };
        const talked = converse();
        await Promise.race([talked, gone, ...(lines.isTerminal ? [lines.ended] : [])]);
      } finally {
        isWanted = false;
        lines.close();
      }
    } finally {
      isWanted = false;
      agent.stop();
      talk.close();
      gone.catch(() => undefined);
    }
  }
}
