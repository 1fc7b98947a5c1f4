import { UsageError } from '../common/cli/cli-error';
import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions, parseWholeNumber } from '../common/cli/cli-command';
import { counted, printJson, printLine, printLines } from '../common/cli/output';
import { ExitCode } from '../common/exit-codes';
import { visibleText } from '../common/visible-text';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import type { GatewayCalls } from '../gateway/client/gateway-client';
import { withGatewayOrDisk } from '../gateway/client/with-gateway';
import { type MemoryStatus, memoryStatusView } from './memory-status-view';

interface MemoryOptions extends GatewayOptions {
  agent?: string | undefined;
  force?: boolean;
  maxResults?: number;
}

abstract class MemoryCommandBase extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--agent <id>', description: 'agent; the default one otherwise' })
  parseAgent(value: string): string {
    return value;
  }

  protected withClient<T>(options: MemoryOptions, work: (client: GatewayCalls) => Promise<T>): Promise<T> {
    return withGatewayOrDisk(resolveGatewayTarget(this.env, options), work);
  }

  protected ask<T>(method: string, params: Record<string, unknown>, options: MemoryOptions): Promise<T> {
    return this.withClient(options, (client) => client.call<T>(method, { ...params, ...agentOf(options) }));
  }
}

const agentOf = ({ agent }: MemoryOptions): { agentId?: string } => (agent ? { agentId: agent } : {});

/** Of the agent that was named, or of all. */
async function statusOfEach(client: GatewayCalls, { agent }: MemoryOptions, named: MemoryStatus): Promise<object[]> {
  const { agents } = await client.call<{ agents: { id: string; workspace?: string }[] }>('agents.list', {});
  const views: object[] = [];
  for (const { id, workspace } of agents.filter(({ id }) => agent === undefined || id === named.agentId)) {
    const status = id === named.agentId ? named : await client.call<MemoryStatus>('memory.status', { agentId: id });
    views.push(memoryStatusView(status, workspace));
  }
  return views;
}

interface Embedding {
  ok: boolean;
  error?: string;
}

function printStatus(status: MemoryStatus): void {
  printLine(
    `${status.agentId}: ${counted(status.files, 'file')}, ${counted(status.chunks, 'chunk')}, ${status.vectors} with vectors`,
  );
  printLine(
    `search: ${status.provider === 'none' ? 'by words' : `by words and meaning (${status.provider}/${status.model})`}`,
  );
  if (status.refused)
    printLine(
      `${status.refused} chunks were refused by ${status.provider} and are found by words; index --force asks again`,
    );
  if (status.note) printLine(status.note);
}

@SubCommand({ name: 'status', description: 'files, chunks and vectors of the index' })
export class MemoryStatusCommand extends MemoryCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--deep', description: 'also have its service make a vector; exit code 1 when that fails' })
  parseDeep(): boolean {
    return true;
  }

  async run(_: string[], options: MemoryOptions & { deep?: boolean }): Promise<void> {
    const { status, embedding, all } = await this.withClient(options, async (client) => {
      const found = await client.call<MemoryStatus>('memory.status', agentOf(options));
      return {
        status: found,
        ...(options.deep
          ? await client.call<{ embedding?: Embedding }>('doctor.memory.status', { deep: true, ...agentOf(options) })
          : {}),
        all: options.json ? await statusOfEach(client, options, found) : [],
      };
    });
    // Who has no service has nothing that could fail.
    if (embedding?.ok === false && status.provider !== 'none') process.exitCode = ExitCode.failed;
    if (options.json) return printJson(all.map((view) => ({ ...view, ...(embedding ? { embedding } : {}) })));
    printStatus(status);
    if (embedding) printLine(`vectors: ${embedding.ok ? 'the service makes them' : (embedding.error ?? 'none')}`);
  }
}

@SubCommand({ name: 'index', description: 'bring the index up to date' })
export class MemoryIndexCommand extends MemoryCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--force', description: 'build it again from nothing' })
  parseForce(): boolean {
    return true;
  }

  async run(_: string[], options: MemoryOptions): Promise<void> {
    const status = await this.ask<MemoryStatus>('memory.index', options.force ? { force: true } : {}, options);
    if (options.json) printJson(status);
    else printStatus(status);
  }
}

@SubCommand({ name: 'search', arguments: '[query]', description: 'look for something written down' })
export class MemorySearchCommand extends MemoryCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--max-results <n>', description: 'most results, 6 by default' })
  parseMax(value: string): number {
    return parseWholeNumber('--max-results', value, 1);
  }

  @Option({ flags: '--min-score <share>', description: 'only results that fit so well, from 0 to 1' })
  parseMinScore(value: string): number {
    const share = Number(value);
    if (value.trim() === '' || !(share >= 0 && share <= 1))
      throw new UsageError(`--min-score must be a number from 0 to 1, got "${value}"`);
    return share;
  }

  @Option({ flags: '--query <words>', description: 'what is looked for, instead of the argument' })
  parseQuery(value: string): string {
    return value;
  }

  async run([query]: string[], options: MemoryOptions & { query?: string; minScore?: number }): Promise<void> {
    const wanted = query ?? options.query;
    if (wanted === undefined) throw new UsageError('what is looked for? Write: openclaw memory search "some words"');
    const answer = await this.ask<{
      results: { path: string; startLine: number; endLine: number; score: number; snippet: string }[];
    }>('memory.search', { query: wanted, ...(options.maxResults ? { maxResults: options.maxResults } : {}) }, options);
    const { minScore = 0 } = options;
    answer.results = answer.results.filter(({ score }) => score >= minScore);
    if (options.json) return printJson(answer);
    if (answer.results.length === 0) return printLine('nothing fits');
    for (const { path, startLine, endLine, score, snippet } of answer.results)
      printLines(`${visibleText(path)}:${startLine}-${endLine} (${score})\n${snippet}\n`);
  }
}

@SubCommand({ name: 'get', arguments: '<path>', description: 'a file that the assistant remembers by, or lines of it' })
export class MemoryGetCommand extends MemoryCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--from <line>', description: 'first line, counted from 1' })
  parseFrom(value: string): number {
    return parseWholeNumber('--from', value, 1);
  }

  @Option({ flags: '--lines <n>', description: 'most lines' })
  parseLines(value: string): number {
    return parseWholeNumber('--lines', value, 1);
  }

  async run([path = '']: string[], options: MemoryOptions & { from?: number; lines?: number }): Promise<void> {
    const { from, lines } = options;
    const answer = await this.ask<{ text: string }>(
      'memory.get',
      { path, ...(from === undefined ? {} : { from }), ...(lines === undefined ? {} : { lines }) },
      options,
    );
    if (options.json) printJson(answer);
    else printLines(answer.text);
  }
}

@SubCommand({ name: 'reset', description: 'forget the index; the files stay, and the next search reads them again' })
export class MemoryResetCommand extends MemoryCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(_: string[], options: MemoryOptions): Promise<void> {
    const done = await this.ask<{ agentId: string; chunks: number }>('memory.reset', {}, options);
    if (options.json) printJson(done);
    else printLine(`the index of ${done.agentId} is empty (it had ${counted(done.chunks, 'chunk')})`);
  }
}

interface Unreviewed {
  path: string;
  origin: string;
  text: string;
  before?: string;
  hash: string;
  unreadable?: string;
}

@SubCommand({ name: 'review', description: 'look at what was written with text of others in view' })
export class MemoryReviewCommand extends MemoryCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--accept <file>', description: 'trust it, with --hash as it was shown' })
  parseAccept(value: string): string {
    return value;
  }

  @Option({ flags: '--reject <file>', description: 'put it back as it was before, with --hash' })
  parseReject(value: string): string {
    return value;
  }

  @Option({ flags: '--hash <hash>', description: 'of the text that you have seen' })
  parseHash(value: string): string {
    return value;
  }

  async run(_: string[], options: MemoryOptions & { accept?: string; reject?: string; hash?: string }): Promise<void> {
    const path = options.accept ?? options.reject;
    if (path !== undefined) {
      const verb = options.accept === undefined ? 'reject' : 'accept';
      const done = await this.ask(`memory.review.${verb}`, { path, hash: options.hash ?? '' }, options);
      if (options.json) printJson(done);
      else printLine(verb === 'accept' ? `${path} is trusted from now on` : `${path} is as it was before`);
      return;
    }
    const answer = await this.ask<{ files: Unreviewed[] }>('memory.review', {}, options);
    if (options.json) return printJson(answer);
    if (answer.files.length === 0) return printLine('nothing waits for a review');
    for (const { path: name, origin, text, hash, unreadable } of answer.files)
      printLine(
        `${name} (${origin}, hash ${hash})\n${unreadable === undefined ? text : `[can't be shown: ${unreadable}]`}\n`,
      );
  }
}

const LEAVES = [
  MemoryStatusCommand,
  MemoryIndexCommand,
  MemorySearchCommand,
  MemoryGetCommand,
  MemoryReviewCommand,
  MemoryResetCommand,
];

@Command({ name: 'memory', description: 'what the assistant has written down', subCommands: LEAVES })
export class MemoryCommand extends CommandGroup {}

export const MEMORY_COMMANDS = [MemoryCommand, ...LEAVES] as const;
