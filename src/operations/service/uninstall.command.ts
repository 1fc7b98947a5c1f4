import { createInterface } from 'node:readline/promises';
import { Command, Option } from 'nest-commander';
import { appRoot } from '../../common/app-root';
import { CliCommand, type JsonOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine, printNote } from '../../common/cli/output';
import { messageOf } from '../../common/openclaw-error';
import { Environment } from '../../config/environment';
import { serviceManager } from './install-service';
import { RESET_SCOPES, type Removal, type ResetScope, Removals } from './removal';
import type { ServiceManager } from './service-manager';

interface RemovalOptions extends JsonOptions {
  dryRun?: boolean;
  yes?: boolean;
}

abstract class RemovalCommand extends CliCommand {
  constructor(protected readonly env: Environment) {
    super();
  }

  @Option({ flags: '--dry-run', description: 'only show what would be removed' })
  parseDryRun(): boolean {
    return true;
  }

  @Option({ flags: '--yes', description: 'do not ask' })
  parseYes(): boolean {
    return true;
  }

  /** Shows what goes; whether it may. Nobody is asked where nobody could answer. */
  protected async isAgreed(what: readonly string[], options: RemovalOptions): Promise<boolean> {
    if (options.dryRun) return false;
    if (options.yes) return true;
    if (!process.stdin.isTTY || options.json)
      throw new UsageError('this removes for good; add --yes, or --dry-run to see what goes');
    for (const line of what) printNote(`removes ${line}`);
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question('Remove this for good? Type yes: ').finally(() => terminal.close());
    return answer.trim().toLowerCase() === 'yes';
  }

  protected report(
    lines: readonly string[],
    isDone: boolean,
    options: RemovalOptions,
    notes: readonly string[] = [],
  ): void {
    for (const note of notes) printNote(note);
    if (options.json) return printJson({ removed: isDone ? lines : [], wouldRemove: isDone ? [] : lines, notes });
    if (lines.length === 0) printLine('there is nothing to remove');
    for (const line of lines) printLine(`${isDone ? 'removed' : 'would remove'} ${line}`);
  }
}

const lineOf = ({ path, what }: Removal): string => `${path} (${what})`;

@Command({
  name: 'reset',
  description: 'back to the beginning: configuration, credentials and conversations, or everything',
})
export class ResetCommand extends RemovalCommand {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--scope <scope>', description: 'how much', choices: [...RESET_SCOPES] })
  parseScope(value: string): ResetScope {
    return value as ResetScope;
  }

  async run(_: string[], options: RemovalOptions & { scope?: ResetScope }): Promise<void> {
    if (options.scope === undefined) throw new UsageError(`--scope is missing: one of ${RESET_SCOPES.join(', ')}`);
    const removals = new Removals(this.env);
    const goes = removals.reset(options.scope);
    if (!options.dryRun) removals.needStopped();
    const lines = goes.map(lineOf);
    const isAgreed = lines.length > 0 && (await this.isAgreed(lines, options));
    if (isAgreed) removals.remove(goes);
    this.report(lines, isAgreed, options);
  }
}

interface UninstallOptions extends RemovalOptions {
  service?: boolean;
  state?: boolean;
  workspace?: boolean;
  app?: boolean;
  all?: boolean;
}

@Command({ name: 'uninstall', description: 'take the service, the state, the workspaces and the command away' })
export class UninstallCommand extends RemovalCommand {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--service', description: 'the service that keeps the gateway running' })
  parseService(): boolean {
    return true;
  }

  @Option({ flags: '--state', description: 'configuration, secrets, conversations, logs; workspaces stay' })
  parseState(): boolean {
    return true;
  }

  @Option({ flags: '--workspace', description: 'the files of the assistant' })
  parseWorkspace(): boolean {
    return true;
  }

  @Option({ flags: '--app', description: 'the link by which the command is found' })
  parseApp(): boolean {
    return true;
  }

  @Option({ flags: '--all', description: 'all of these' })
  parseAll(): boolean {
    return true;
  }

  async run(_: string[], options: UninstallOptions): Promise<void> {
    const wants = (part: 'service' | 'state' | 'workspace' | 'app'): boolean =>
      options.all === true || options[part] === true;
    if (!(['service', 'state', 'workspace', 'app'] as const).some(wants))
      throw new UsageError('what? --service, --state, --workspace, --app or --all');
    const removals = new Removals(this.env);
    const service = wants('service') ? this.installedService() : undefined;
    const goes = [
      ...(wants('state') ? removals.state() : []),
      ...(wants('workspace') ? removals.workspaceFolders() : []),
      ...(wants('app') ? removals.links() : []),
    ];
    const lines = [...(service ? ['the service'] : []), ...goes.map(lineOf)];
    const notes = wants('app') ? [`the program itself stays: remove the folder ${appRoot()} by hand`] : [];
    // The service's gateway ends with it; one that was started by hand does not.
    if (!options.dryRun && !service && (wants('state') || wants('workspace'))) removals.needStopped();
    const isAgreed = lines.length > 0 && (await this.isAgreed(lines, options));
    if (isAgreed) {
      if (service) notes.push(...(await service.uninstall()).notes);
      if (wants('state') || wants('workspace')) removals.needStopped();
      removals.remove(goes);
    }
    this.report(lines, isAgreed, options, notes);
  }

  private installedService(): ServiceManager | undefined {
    try {
      const manager = serviceManager(this.env);
      return manager.isInstalled ? manager : undefined;
    } catch (error) {
      printNote(messageOf(error));
      return undefined;
    }
  }
}
