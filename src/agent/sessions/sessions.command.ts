import { writeFileSync } from 'node:fs';
import { Command, Option, SubCommand } from 'nest-commander';
import { UsageError } from '../../common/cli/cli-error';
import { GatewayCommandBase, type GatewayOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { WATCH_FLAG, type WatchOptions, watching } from '../../common/cli/watching';
import { printAnswer, printJson, printLine, printTable, timeText } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGatewayOrDisk } from '../../gateway/client/with-gateway';
import { SESSION_LEAVES, SessionCommand } from './session-leaves.command';
import { readSessionStore } from './session-store-file';
import { readTranscripts } from './transcript-files';

interface SessionsOptions extends GatewayOptions, WatchOptions {
  active?: number;
  agent?: string;
  limit?: number;
  store?: string;
}

interface SessionsPayload {
  sessions: { key: string; kind: string; label?: string; updatedAt: number; model?: string; totalTokens?: number }[];
}

/** The list for programs. */
const sessionsView = (
  { sessions, ...more }: SessionsPayload,
  { active }: SessionsOptions,
  now = Date.now(),
): object => ({
  ...more,
  activeMinutes: active ?? null,
  sessions: sessions.map((session) => ({ ...session, ageMs: Math.max(0, now - session.updatedAt) })),
});

abstract class SessionsListBase extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--active <minutes>', description: 'only sessions used in the last minutes' })
  parseActive(value: string): number {
    return parseWholeNumber('--active', value, 1);
  }

  @Option({ flags: '--agent <id>', description: 'only sessions of this agent' })
  parseAgent(value: string): string {
    return value;
  }

  @Option({ flags: '--limit <n>', description: 'most sessions to list' })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1);
  }

  @Option({ flags: '--store <path>', description: 'those of a sessions.json of OpenClaw instead; asks no gateway' })
  parseStore(value: string): string {
    return value;
  }

  @Option(WATCH_FLAG)
  parseWatch(): boolean {
    return true;
  }

  protected list(options: SessionsOptions): Promise<void> {
    return watching(options, () => this.once(options));
  }

  private async once(options: SessionsOptions): Promise<void> {
    const params = {
      includeGlobal: true,
      ...(options.active ? { activeMinutes: options.active } : {}),
      ...(options.agent ? { agentId: options.agent } : {}),
      ...(options.limit ? { limit: options.limit } : {}),
    };
    const answer =
      options.store === undefined
        ? await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
            client.call<SessionsPayload>('sessions.list', params),
          )
        : readSessionStore(options.store, options, Date.now());
    if (options.json) printJson(sessionsView(answer, options));
    else if (answer.sessions.length === 0) printLine('no sessions yet');
    else
      printTable(answer.sessions, [
        { title: 'Session', value: (row) => row.key },
        { title: 'Kind', value: (row) => row.kind },
        { title: 'Label', value: (row) => row.label },
        { title: 'Model', value: (row) => row.model },
        { title: 'Tokens', value: (row) => row.totalTokens },
        { title: 'Updated', value: (row) => timeText(row.updatedAt) },
      ]);
  }
}

@SubCommand({ name: 'list', description: 'sessions, newest first' })
export class SessionsListCommand extends SessionsListBase {
  constructor(env: Environment) {
    super(env);
  }

  run(_: string[], options: SessionsOptions): Promise<void> {
    return this.list(options);
  }
}

const FORMATS = ['md', 'html', 'jsonl'];

@SubCommand({ name: 'export', arguments: '<key>', description: 'a conversation as Markdown, HTML or JSON lines' })
export class SessionsExportCommand extends SessionCommand {
  @Option({ flags: '--format <format>', description: 'md by default', choices: [...FORMATS] })
  parseFormat(value: string): string {
    return value;
  }

  @Option({ flags: '--out <file>', description: 'file to write; standard output otherwise' })
  parseOut(value: string): string {
    return value;
  }

  async run([typed]: string[], options: GatewayOptions & { format?: string; out?: string }): Promise<void> {
    const { key } = await this.describe(this.need(typed), options);
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ text: string }>('sessions.export', { key, ...(options.format ? { format: options.format } : {}) }),
    );
    if (options.out !== undefined) writeFileSync(options.out, answer.text, { mode: 0o600 });
    if (options.json) printJson(options.out === undefined ? answer : { ok: true, file: options.out });
    else if (options.out === undefined) printAnswer(answer.text);
    else printLine(`written to ${options.out}`);
  }
}

@SubCommand({
  name: 'import',
  arguments: '<file>',
  description: 'take a transcript of OpenClaw over (JSON lines or SQLite)',
})
export class SessionsImportCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--key <key>', description: 'session to import it as; named after the file otherwise' })
  parseKey(value: string): string {
    return value;
  }

  async run([file]: string[], options: GatewayOptions & { key?: string }): Promise<void> {
    if (file === undefined) throw new UsageError('which file?');
    const transcripts = readTranscripts(file);
    const results: unknown[] = [];
    for (const { name, text } of transcripts) {
      const key =
        transcripts.length === 1 && options.key !== undefined ? options.key : `${options.key ?? 'imported'}-${name}`;
      const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
        client.call<{ key: string; added: number; skipped: { line: number; reason: string }[] }>('sessions.import', {
          key,
          text,
        }),
      );
      results.push(answer);
      if (options.json) continue;
      printLine(`${answer.key}: ${answer.added} messages`);
      for (const { line, reason } of answer.skipped) printLine(`  line ${line} left out: ${reason}`);
    }
    if (options.json) printJson({ sessions: results });
  }
}

@SubCommand({ name: 'compact', arguments: '<key>', description: 'leave the older part out of what the model sees' })
export class SessionsCompactCommand extends SessionCommand {
  @Option({ flags: '--max-lines <n>', description: 'messages to keep word for word, 400 by default' })
  parseLines(value: string): number {
    return parseWholeNumber('--max-lines', value, 1);
  }

  async run([typed]: string[], options: GatewayOptions & { maxLines?: number }): Promise<void> {
    const { key } = await this.describe(this.need(typed), options);
    const params = { key, ...(options.maxLines ? { maxLines: options.maxLines } : {}) };
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ compacted: boolean; reason?: string; kept?: number }>('sessions.compact', params),
    );
    if (!answer.compacted) process.exitCode = ExitCode.failed;
    if (options.json) printJson(answer);
    else
      printLine(
        answer.compacted
          ? `summed up; ${answer.kept} messages are kept word for word`
          : `not summed up: ${answer.reason ?? ''}`,
      );
  }
}

@SubCommand({ name: 'reset', arguments: '<key>', description: 'start a new conversation under the same key' })
export class SessionsResetCommand extends SessionCommand {
  async run([typed]: string[], options: GatewayOptions): Promise<void> {
    const { key } = await this.describe(this.need(typed), options);
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ key: string }>('sessions.reset', { key }),
    );
    if (options.json) printJson(answer);
    else printLine(`${answer.key} was reset`);
  }
}

@Command({
  name: 'sessions',
  description: 'conversations',
  subCommands: [
    SessionsListCommand,
    SessionsExportCommand,
    SessionsImportCommand,
    SessionsCompactCommand,
    SessionsResetCommand,
    ...SESSION_LEAVES,
  ],
})
export class SessionsCommand extends SessionsListBase {
  constructor(env: Environment) {
    super(env);
  }

  run(_: string[], options: SessionsOptions): Promise<void> {
    return this.list(options);
  }
}

export const SESSIONS_COMMANDS = [
  SessionsCommand,
  SessionsListCommand,
  SessionsExportCommand,
  SessionsImportCommand,
  SessionsCompactCommand,
  SessionsResetCommand,
  ...SESSION_LEAVES,
] as const;
