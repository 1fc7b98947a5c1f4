import { randomUUID } from 'node:crypto';
import { Command, Option } from 'nest-commander';
import { GatewayCommandBase, type GatewayOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printNote } from '../../common/cli/output';
import { commandLine } from '../../common/cli/own-commands';
import { printMarkdown } from '../../common/cli/print-markdown';
import { ExitCode } from '../../common/exit-codes';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import { withGateway } from '../../gateway/client/with-gateway';
import { THINKING_LEVELS } from '../agents.config';
import { ApprovalWatch } from './approval-watch';
import { attachmentsOf } from './attached-files';
import { type AnswerPayload, handedFiles, saveFiles } from './saved-files';
import { StreamPrinter } from './stream-printer';

interface AgentOptions extends GatewayOptions {
  message?: string;
  file?: string[];
  session?: string;
  sessionId?: string;
  agent?: string;
  to?: string;
  channel?: string;
  thinking?: string;
  verbose?: 'on' | 'off';
  local?: boolean;
  model?: string;
  replyTo?: string;
  replyChannel?: string;
  replyAccount?: string;
  deliver?: boolean;
  stream?: boolean;
  saveFiles?: string;
  runTimeout?: number;
}

interface AgentAnswer {
  runId: string;
  status: string;
  summary: string;
  result: { payloads: AnswerPayload[]; meta: { aborted?: boolean } };
}

const DEFAULT_RUN_SECONDS = 600;
const GRACE_MS = 30_000;

@Command({ name: 'agent', description: 'say something to the assistant and print its answer' })
export class AgentCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '-m, --message <text>', description: 'what to say' })
  parseMessage(value: string): string {
    return value;
  }

  @Option({ flags: '-f, --file <path>', description: 'file that goes with it; may be given several times' })
  parseFile(value: string, files: string[] = []): string[] {
    return [...files, value];
  }

  @Option({ flags: '--session <key>', description: 'session to say it in; main by default' })
  parseSession(value: string): string {
    return value;
  }

  @Option({ flags: '--session-id <id>', description: 'session by its id' })
  parseSessionId(value: string): string {
    return value;
  }

  @Option({ flags: '--agent <id>', description: 'agent to talk to' })
  parseAgent(value: string): string {
    return value;
  }

  @Option({ flags: '--to <target>', description: 'with --deliver: chat to send the answer to' })
  parseTo(value: string): string {
    return value;
  }

  @Option({ flags: '--channel <id>', description: 'with --deliver: channel to send the answer on' })
  parseChannel(value: string): string {
    return value;
  }

  @Option({ flags: '--thinking <level>', description: 'how much it thinks', choices: [...THINKING_LEVELS] })
  parseThinking(value: string): string {
    return value;
  }

  @Option({
    flags: '--verbose <state>',
    description: 'notices of what tools do, from now on in this session',
    choices: ['on', 'off'],
  })
  parseVerbose(value: string): string {
    return value;
  }

  @Option({ flags: '--local', description: 'not here: a run needs the gateway' })
  parseLocal(): boolean {
    return true;
  }

  @Option({ flags: '--model <provider/model>', description: 'model for this run' })
  parseModel(value: string): string {
    return value;
  }

  @Option({ flags: '--deliver', description: 'send the answer to the chat as well' })
  parseDeliver(): boolean {
    return true;
  }

  @Option({
    flags: '--reply-to <target>',
    description: 'with --deliver: chat to send the answer to, where that is another one',
  })
  parseReplyTo(value: string): string {
    return value;
  }

  @Option({ flags: '--reply-channel <id>', description: 'with --deliver: channel of that chat' })
  parseReplyChannel(value: string): string {
    return value;
  }

  @Option({ flags: '--reply-account <id>', description: 'with --deliver: account that sends it' })
  parseReplyAccount(value: string): string {
    return value;
  }

  @Option({ flags: '--stream', description: 'print the answer as it is written' })
  parseStream(): boolean {
    return true;
  }

  @Option({
    flags: '--save-files <folder>',
    description: 'folder of this machine for files that the answer hands over',
  })
  parseSaveFiles(value: string): string {
    return value;
  }

  @Option({ flags: '--run-timeout <seconds>', description: 'seconds the run may take' })
  parseRunTimeout(value: string): number {
    return parseWholeNumber('--run-timeout', value, 1);
  }

  async run(_: string[], options: AgentOptions): Promise<void> {
    const { message } = options;
    if (message === undefined || message.trim() === '') throw new UsageError('agent needs --message <text>');
    if (options.local)
      throw new UsageError(
        `--local: a run outside the gateway would not be kept, asked about or undone by anybody; start one with "${commandLine('gateway run')}" and leave --local out`,
      );
    const runId = randomUUID();
    const seconds = options.runTimeout ?? DEFAULT_RUN_SECONDS;
    const params = {
      message,
      ...attachmentsOf(options.file),
      idempotencyKey: runId,
      ...(options.session ? { sessionKey: options.session } : {}),
      ...(options.sessionId ? { sessionId: options.sessionId } : {}),
      ...(options.agent ? { agentId: options.agent } : {}),
      ...(options.thinking ? { thinking: options.thinking } : {}),
      ...(options.model ? { model: options.model } : {}),
      ...(options.deliver
        ? {
            deliver: true,
            ...(options.to ? { to: options.to } : {}),
            ...(options.channel ? { channel: options.channel } : {}),
            ...(options.replyTo ? { replyTo: options.replyTo } : {}),
            ...(options.replyChannel ? { replyChannel: options.replyChannel } : {}),
            ...(options.replyAccount ? { replyAccountId: options.replyAccount } : {}),
          }
        : {}),
      timeout: seconds,
    };
    const answer = await withGateway(resolveGatewayTarget(this.env, options), async (client) => {
      const printer = options.stream && !options.json ? new StreamPrinter(runId) : undefined;
      const canAsk = process.stdin.isTTY && process.stderr.isTTY && !options.json;
      if (options.verbose !== undefined)
        await client.call('sessions.patch', {
          ...(await sessionOf(client, options)),
          verboseLevel: options.verbose,
        });
      const watch = new ApprovalWatch(client, runId, canAsk ? 'prompt' : 'command');
      client.onEvent((event) => {
        printer?.receive(event);
        watch.receive(event);
      });
      const result = await client.call<AgentAnswer>('agent', params, {
        expectFinal: true,
        timeoutMs: seconds * 1000 + GRACE_MS,
      });
      watch.close();
      printer?.end();
      const handed = handedFiles(result.result.payloads);
      const saved =
        options.saveFiles === undefined || handed.length === 0
          ? []
          : await saveFiles(client, await sessionOf(client, options), handed, options.saveFiles);
      return { result, printed: printer?.printed ?? '', handed, saved };
    });
    const texts = answer.result.result.payloads.map((payload) => payload.text);
    const { handed, saved } = answer;
    if (options.json)
      printJson(options.saveFiles === undefined ? answer.result : { ...answer.result, savedFiles: saved });
    else if (answer.printed === '') for (const text of texts) if (text !== '') printMarkdown(text);
    if (options.saveFiles === undefined)
      for (const path of handed) printNote(`file in the workspace: ${path} (--save-files <folder> brings it here)`);
    else for (const path of saved) printNote(`saved: ${path}`);
    if (answer.result.result.meta.aborted) process.exitCode = ExitCode.failed;
  }
}

/** The conversation of the answer, by its key. */
async function sessionOf(
  client: GatewayClient,
  { session, sessionId, agent }: AgentOptions,
): Promise<{ key: string; agentId?: string }> {
  if (session !== undefined || sessionId === undefined)
    return { key: session ?? 'main', ...(agent === undefined ? {} : { agentId: agent }) };
  return { key: (await client.call<{ key: string }>('sessions.resolve', { sessionId })).key };
}
