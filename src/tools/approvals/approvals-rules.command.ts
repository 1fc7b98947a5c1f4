import { Injectable } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { readBoundedFile } from '../../common/bounded-file';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { jsonObject } from '../../common/cli/json-argument';
import { printJson, printLine, printLines, printTable } from '../../common/cli/output';
import { readInput } from '../../common/cli/secret-input';
import { decodeOwnText } from '../../common/text/decode-text';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import type { GatewayCalls } from '../../gateway/client/gateway-client';
import { withGateway, withGatewayOrDisk } from '../../gateway/client/with-gateway';
import type { AllowlistEntry, ApprovalsFile } from './exec-approvals-file';
import type { ShownApprovals } from './shown-approvals';

const MAX_FILE_BYTES = 1_000_000;

interface RulesOptions extends GatewayOptions {
  node?: string;
  gateway?: boolean;
  stdin?: boolean;
  agent?: string;
  file?: string;
}

/** Rules of the gateway's machine, or of a node's. */
@Injectable()
abstract class RulesCommandBase extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--node <id>', description: 'the rules of this node instead, by id or name' })
  parseNode(value: string): string {
    return value;
  }

  @Option({ flags: '--gateway', description: 'the rules of the gateway that runs, and never those on the disk' })
  parseGateway(): boolean {
    return true;
  }

  /** @param change the rules from now on; undefined: they stay */
  protected on(
    options: RulesOptions,
    change: (shown: ShownApprovals) => ApprovalsFile | undefined = () => undefined,
  ): Promise<ShownApprovals> {
    if (options.gateway && options.node !== undefined)
      throw new UsageError(`one of --gateway and --node; "${options.node}" is a node`);
    const connected = options.gateway ? withGateway<ShownApprovals> : withGatewayOrDisk<ShownApprovals>;
    return connected(resolveGatewayTarget(this.env, options), async (client) => {
      const [prefix, target] = await placeOf(client, options.node);
      const shown = await client.call<ShownApprovals>(`${prefix}.get`, target);
      const file = change(shown);
      if (file === undefined) return shown;
      return client.call<ShownApprovals>(`${prefix}.set`, {
        ...target,
        file,
        baseHash: shown.hash,
      });
    });
  }

  protected print({ path, file, rules, warnings }: ShownApprovals, options: RulesOptions, asJson: unknown): void {
    if (options.json) {
      printJson(asJson);
      return;
    }
    printLine(path);
    for (const [agent, lines] of Object.entries(rules ?? {})) {
      printLine(`${agent}:`);
      for (const line of lines) printLine(`  ${line}`);
    }
    if (Object.keys(rules ?? {}).length === 0) printLines(JSON.stringify(file, null, 2));
    for (const warning of warnings ?? []) printLine(`warning: ${warning}`);
  }
}

async function placeOf(client: GatewayCalls, wanted: string | undefined): Promise<[string, { nodeId?: string }]> {
  if (wanted === undefined) return ['exec.approvals', {}];
  const { nodes } = await client.call<{ nodes: { nodeId: string; displayName?: string }[] }>('node.list');
  const folded = wanted.toLowerCase();
  const [node, ...more] = nodes.filter(
    ({ nodeId, displayName }) => nodeId === wanted || displayName?.toLowerCase() === folded,
  );
  if (!node || more.length > 0)
    throw new UsageError(`--node must name one node, got "${wanted}"; openclaw nodes list shows them`);
  return ['exec.approvals.node', { nodeId: node.nodeId }];
}

@SubCommand({ name: 'get', description: 'what runs on the machine without a question' })
export class ApprovalsGetCommand extends RulesCommandBase {
  async run(_: string[], options: RulesOptions): Promise<void> {
    const shown = await this.on(options);
    this.print(shown, options, shown);
  }
}

@SubCommand({ name: 'set', description: 'replace these rules by a file' })
export class ApprovalsSetCommand extends RulesCommandBase {
  @Option({
    flags: '--file <path>',
    description: 'the new rules, in the form that "approvals get --json" shows as file',
  })
  parseFile(value: string): string {
    return value;
  }

  @Option({ flags: '--stdin', description: 'the same from standard input' })
  parseStdin(): boolean {
    return true;
  }

  async run(_: string[], options: RulesOptions): Promise<void> {
    const { file, stdin } = options;
    if ((file === undefined) === (stdin === undefined))
      throw new UsageError('one of --file <path> and --stdin is needed: the new rules');
    const rules =
      file === undefined ? jsonObject('--stdin', await readInput()) : jsonObject('--file', textOfFile(file));
    const shown = await this.on(options, () => rules as ApprovalsFile);
    this.print(shown, options, shown);
  }
}

/** @throws UsageError */
function textOfFile(path: string): string {
  const bytes = readBoundedFile(path, MAX_FILE_BYTES);
  if (bytes) return decodeOwnText(bytes);
  throw new UsageError(`--file must be a file of at most ${MAX_FILE_BYTES} bytes that can be read, got "${path}"`);
}

@Injectable()
abstract class AllowlistCommandBase extends RulesCommandBase {
  @Option({ flags: '--agent <id>', description: 'whose list; "*" is the one of all agents, and the default' })
  parseAgent(value: string): string {
    return value;
  }

  protected change(
    options: RulesOptions,
    edit: (list: readonly AllowlistEntry[]) => AllowlistEntry[],
  ): Promise<ShownApprovals> {
    const agentId = options.agent ?? '*';
    return this.on(options, ({ file }) => {
      const agent = file.agents?.[agentId] ?? {};
      return { ...file, agents: { ...file.agents, [agentId]: { ...agent, allowlist: edit(agent.allowlist ?? []) } } };
    });
  }
}

@SubCommand({ name: 'list', description: 'programs that run without a question, and whose rules they are' })
export class AllowlistListCommand extends RulesCommandBase {
  @Option({ flags: '--agent <id>', description: 'only the list of this agent; "*": the one of all agents' })
  parseAgent(value: string): string {
    return value;
  }

  async run(_: string[], options: RulesOptions): Promise<void> {
    const { file } = await this.on(options);
    const entries = Object.entries(file.agents ?? {})
      .filter(([agentId]) => options.agent === undefined || agentId === options.agent)
      .flatMap(([agentId, { allowlist = [] }]) => allowlist.map((entry) => ({ agentId, ...entry })));
    if (options.json) return printJson({ entries });
    if (entries.length === 0) return printLine('none');
    printTable(entries, [
      { title: 'Agent', value: ({ agentId }) => agentId },
      { title: 'Program', value: ({ pattern, command }) => command ?? pattern },
      { title: 'Arguments', value: ({ args }) => args?.join(' ') ?? '' },
    ]);
  }
}

@SubCommand({
  name: 'add',
  arguments: '<program> [args...]',
  description: 'let a program run; with arguments, with exactly these',
})
export class AllowlistAddCommand extends AllowlistCommandBase {
  async run([pattern = '', ...args]: string[], options: RulesOptions): Promise<void> {
    const entry: AllowlistEntry = { pattern, ...(args.length > 0 ? { args } : {}) };
    const shown = await this.change(options, (list) =>
      list.some((known) => sameRule(known, entry)) ? [...list] : [...list, entry],
    );
    this.print(shown, options, shown);
  }
}

@SubCommand({ name: 'remove', arguments: '<program> [args...]', description: 'take such a rule away' })
export class AllowlistRemoveCommand extends AllowlistCommandBase {
  async run([pattern = '', ...args]: string[], options: RulesOptions): Promise<void> {
    const entry: AllowlistEntry = { pattern, ...(args.length > 0 ? { args } : {}) };
    const shown = await this.change(options, (list) => {
      const kept = list.filter((known) => !sameRule(known, entry));
      if (kept.length === list.length) throw new UsageError(`no rule of this list is ${[pattern, ...args].join(' ')}`);
      return kept;
    });
    this.print(shown, options, shown);
  }
}

const sameRule = (a: AllowlistEntry, b: AllowlistEntry): boolean =>
  a.pattern === b.pattern &&
  JSON.stringify(a.args ?? null) === JSON.stringify(b.args ?? null) &&
  a.command === b.command;

@SubCommand({
  name: 'allowlist',
  description: 'programs that run without a question',
  subCommands: [AllowlistListCommand, AllowlistAddCommand, AllowlistRemoveCommand],
})
export class ApprovalsAllowlistCommand extends CommandGroup {}

export const RULES_LEAVES = [ApprovalsGetCommand, ApprovalsSetCommand, ApprovalsAllowlistCommand];
export const RULES_COMMANDS = [...RULES_LEAVES, AllowlistListCommand, AllowlistAddCommand, AllowlistRemoveCommand];
