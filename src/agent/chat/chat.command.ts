import { randomUUID } from 'node:crypto';
import { type Interface, createInterface } from 'node:readline';
import { Command, Option } from 'nest-commander';
import { GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { printAnswer, printJson, printNote } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { messageOf } from '../../common/openclaw-error';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import { withGateway } from '../../gateway/client/with-gateway';
import { ApprovalWatch, resolveApproval } from './approval-watch';
import { attachmentsOf } from './attached-files';
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
const FAREWELLS = new Set(['/exit', '/quit', '/bye']);

@Command({ name: 'chat', description: 'talk with the assistant on this terminal, or line by line from standard input' })
export class ChatCommand extends GatewayCommandBase {
  /** With `--json`: printed as one value at the end. */
  private readonly said: { runId: string; message: string; text: string }[] = [];

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
      const isTerminal = process.stdin.isTTY;
      const lines = createInterface({
        input: process.stdin,
        output: process.stderr,
        prompt: 'you> ',
        terminal: isTerminal,
      });
      const shell = new ChatShell(client, options.session ?? 'main', options.agent);
      if (isTerminal) {
        printNote('Ctrl-C stops an answer, /exit or Ctrl-D leaves, /help lists what else there is.');
        lines.on(
          'SIGINT',
          () => void client.call('chat.abort', { sessionKey: shell.sessionKey }).catch(() => undefined),
        );
        lines.prompt();
      }
      const atOnce = (text: string): boolean => {
        if (APPROVE.test(text)) void resolveApproval(client, text.replace(APPROVE, ''));
        // What is piped in is taken in its order; somebody at a terminal need not wait for the end of an answer.
        else if (isTerminal && text.startsWith('/') && !FAREWELLS.has(text))
          void this.obey(shell, client, text, options);
        else return false;
        return true;
      };
      for await (const text of untilFarewell(lines, atOnce)) {
        if (text.startsWith('/')) await this.obey(shell, client, text, options);
        else if (text !== '') await this.say(client, text, shell.sessionKey, options);
        if (isTerminal) lines.prompt();
      }
      lines.close();
      if (options.json) printJson(this.said);
    });
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
    await this.say(client, text, shell.sessionKey, options);
  }

  /** One question and its answer; what goes wrong is said, and the conversation goes on. */
  private async say(client: GatewayClient, message: string, sessionKey: string, options: ChatOptions): Promise<void> {
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
        sessionKey,
        idempotencyKey: runId,
        ...(options.agent ? { agentId: options.agent } : {}),
      };
      const answer = await client.call<ChatAnswer>('agent', params, { expectFinal: true, timeoutMs: RUN_MS });
      printer?.end();
      this.waiting = {};
      const texts = answer.result.payloads.map((payload) => payload.text);
      this.said.push({ runId, message, text: texts.join('\n') });
      if (options.json) return;
      if (printer?.printed === '') for (const text of texts) if (text !== '') printAnswer(text);
      for (const path of handedFiles(answer.result.payloads)) printNote(`file in the workspace: ${path}`);
      if (answer.result.meta.aborted) printNote('(stopped)');
    } catch (error) {
      printNote(`error: ${messageOf(error)}`);
      process.exitCode = ExitCode.failed;
    } finally {
      unlisten();
    }
  }
}

const APPROVE = /^\/approve(?:\s+|$)/i;

/**
 * Lines one after the other, until one says goodbye. Some are taken the moment they come: answers to questions of the
 * running turn don't wait for its end, for it waits for them.
 * @param atOnce takes such a line, or says that it is none
 */
async function* untilFarewell(lines: Interface, atOnce: (text: string) => boolean): AsyncGenerator<string> {
  const waiting: string[] = [];
  let isOver = false;
  let wake = (): void => undefined;
  lines.on('line', (line) => {
    const text = line.trim();
    if (!atOnce(text)) waiting.push(text);
    wake();
  });
  lines.once('close', () => {
    isOver = true;
    wake();
  });
  for (;;) {
    const next = waiting.shift();
    if (next !== undefined) {
      if (FAREWELLS.has(next)) return;
      yield next;
    } else if (isOver) return;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}
