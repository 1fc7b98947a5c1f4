import { randomUUID } from 'node:crypto';
import { Command, Option } from 'nest-commander';
import { GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { printJson, printNote } from '../../common/cli/output';
import { printMarkdown } from '../../common/cli/print-markdown';
import { ExitCode } from '../../common/exit-codes';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import { withGateway } from '../../gateway/client/with-gateway';
import { ApprovalWatch, resolveApproval } from './approval-watch';
import { attachmentsOf } from './attached-files';
import { ChatLines } from './chat-lines';
import { ChatShell } from './chat-shell';
import { type AnswerPayload, handedFiles } from './saved-files';
import { StreamPrinter } from './stream-printer';

interface ChatOptions extends GatewayOptions {
  session?: string;
  agent?: string;
  file?: string[];
}

interface ChatAnswer {
  result: { payloads: AnswerPayload[]; meta: { aborted?: boolean } };
}

const RUN_MS = 610_000;

@Command({ name: 'chat', description: 'talk with the assistant on this terminal, or line by line from standard input' })
export class ChatCommand extends GatewayCommandBase {
  /** With `--json`: printed as one value at the end. */
  private readonly said: { runId: string; message: string; text: string }[] = [];

  private hasLeft = false;

  /** Files for the next message. */
  private waiting: ReturnType<typeof attachmentsOf> = {};

  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--session <key>', description: 'conversation; main by default' })
  parseSession(value: string): string {
    return value;
  }

  @Option({ flags: '--agent <id>', description: 'agent' })
  parseAgent(value: string): string {
    return value;
  }

  @Option({
    flags: '-f, --file <path>',
    description: 'file that goes with the first message; may be given several times',
  })
  parseFile(value: string, files: string[] = []): string[] {
    return [...files, value];
  }

  async run(_: string[], options: ChatOptions): Promise<void> {
    this.waiting = attachmentsOf(options.file);
    await withGateway(resolveGatewayTarget(this.env, options), async (client) => {
      const shell = new ChatShell(client, options.session ?? 'main', options.agent);
      const lines: ChatLines = new ChatLines(
        (text): boolean => this.atOnce(shell, client, text, options, lines.isTerminal),
        process.stdin.isTTY ? await shell.saidBefore() : [],
      );
      if (lines.isTerminal) {
        printNote('Ctrl-C stops an answer, /exit or Ctrl-D leaves, /help lists what else there is.');
        lines.onInterrupt(() => void client.call('chat.abort', shell.place).catch(() => undefined));
        void client.closed().then(() => lines.close());
      }
      // Who leaves a terminal does not wait for an answer: it is in the history.
      const talked = this.talk(lines, shell, client, options);
      await (lines.isTerminal ? Promise.race([talked, lines.ended]) : talked);
      this.hasLeft = true;
      lines.close();
      if (options.json) printJson(this.said);
      else if (lines.isTerminal && !client.isOpen) throw gatewayGone();
    });
  }

  private async talk(lines: ChatLines, shell: ChatShell, client: GatewayClient, options: ChatOptions): Promise<void> {
    for await (const text of lines.each()) {
      if (text.startsWith('/')) await this.obey(shell, client, text, options);
      else if (text !== '') await this.say(client, text, shell.place, options);
    }
  }

  private atOnce(
    shell: ChatShell,
    client: GatewayClient,
    text: string,
    options: ChatOptions,
    isTerminal: boolean,
  ): boolean {
    if (APPROVE.test(text)) void resolveApproval(client, text.replace(APPROVE, ''));
    // What is piped in is taken in its order; somebody at a terminal need not wait for the end of an answer.
    else if (isTerminal && text.startsWith('/')) void this.obey(shell, client, text, options);
    else return false;
    return true;
  }

  /** What this terminal does itself; other commands are the gateway's, which answers them while a turn runs, too. */
  private async obey(shell: ChatShell, client: GatewayClient, text: string, options: ChatOptions): Promise<void> {
    try {
      if (!options.json && (await shell.handle(text))) return;
    } catch (error) {
      printNote(`error: ${messageOf(error)}`);
      process.exitCode = ExitCode.failed;
      return;
    }
    await this.say(client, text, shell.place, options);
  }

  /** One question and its answer; what goes wrong is said, and the conversation goes on. */
  private async say(
    client: GatewayClient,
    message: string,
    place: ChatShell['place'],
    options: ChatOptions,
  ): Promise<void> {
    const runId = randomUUID();
    const printer = options.json ? undefined : new StreamPrinter(runId);
    const watch = new ApprovalWatch(client, runId, 'chat');
    const unlisten = client.onEvent((event) => {
      printer?.receive(event);
      watch.receive(event);
    });
    try {
      const params = {
        message,
        ...this.waiting,
        ...place,
        idempotencyKey: runId,
      };
      const answer = await client.call<ChatAnswer>('agent', params, { expectFinal: true, timeoutMs: RUN_MS });
      printer?.end();
      this.waiting = {};
      const texts = answer.result.payloads.map((payload) => payload.text);
      this.said.push({ runId, message, text: texts.join('\n') });
      if (options.json) return;
      if (printer?.printed === '') for (const text of texts) if (text !== '') printMarkdown(text);
      for (const path of handedFiles(answer.result.payloads)) printNote(`file in the workspace: ${path}`);
      if (answer.result.meta.aborted) printNote('(stopped)');
    } catch (error) {
      if (this.hasLeft) return;
      printNote(`error: ${messageOf(error)}`);
      process.exitCode = ExitCode.failed;
    } finally {
      unlisten();
    }
  }
}

const APPROVE = /^\/approve(?:\s+|$)/i;

const gatewayGone = (): OpenclawError =>
  new OpenclawError('GATEWAY_CLOSED', 'the gateway is gone; what was said is kept, and goes on when it is back', {
    exitCode: ExitCode.gatewayUnreachable,
  });
