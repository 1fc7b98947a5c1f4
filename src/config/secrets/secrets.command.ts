import { existsSync, readFileSync, statSync } from 'node:fs';
import { Command, Option, SubCommand } from 'nest-commander';
import { CliCommand, CommandGroup, type JsonOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { readSecret } from '../../common/cli/secret-input';
import { printJson, printLine, printTable, timeText } from '../../common/cli/output';
import { OpenclawError } from '../../common/openclaw-error';
import { ConfigHistory } from '../config-history';
import { ConfigWriter } from '../config-writer';
import { formatConfigPath } from '../config-path';
import { Environment } from '../environment';
import { loadConfig } from '../load-config';
import { forEachSecret } from '../sensitive-paths';
import { resolveConfigPath, resolveStateDir } from '../state-paths';
import { secretNamesIn } from './secret-reference';
import { SecretStore } from './secret-store';
import { commandLine } from '../../common/cli/own-commands';

/** What the commands below work on. */
function place(env: Environment): { stateDir: string; configPath: string; store: SecretStore } {
  const stateDir = resolveStateDir(env);
  return { stateDir, configPath: resolveConfigPath(env, stateDir), store: new SecretStore(stateDir, env) };
}

const rawConfig = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

@SubCommand({ name: 'list', description: 'names of stored secrets, and where the configuration uses them' })
export class SecretsListCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  run(_: string[], options: JsonOptions): Promise<void> {
    const { store, configPath } = place(this.env);
    const used = new Set(secretNamesIn(rawConfig(configPath)));
    const rows = store.list().map((entry) => ({ ...entry, used: used.has(entry.name) }));
    if (options.json) printJson(rows);
    else if (rows.length === 0) printLine('no secrets are stored');
    else
      printTable(rows, [
        { title: 'Name', value: (row) => row.name },
        { title: 'Changed', value: (row) => timeText(row.updatedAtMs) },
        { title: 'Used', value: (row) => (row.used ? 'yes' : 'no') },
      ]);
    return Promise.resolve();
  }
}

@SubCommand({
  name: 'set',
  arguments: '<name>',
  description: 'store a secret; its value comes from standard input or a prompt',
})
export class SecretsSetCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  async run(words: string[], options: JsonOptions): Promise<void> {
    const [name] = words;
    if (name === undefined)
      throw new UsageError('which name? for example: openclaw secrets set OPENAI_API_KEY < key.txt');
    place(this.env).store.set(name, await readSecret(`Value of ${name}: `));
    if (options.json) printJson({ ok: true, name });
    else
      printLine(
        `stored; write "\${secret:${name}}" in the configuration. A running gateway reads it at its next start.`,
      );
  }
}

@SubCommand({ name: 'rm', arguments: '<name>', description: 'forget a secret' })
export class SecretsRemoveCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--force', description: 'also when the configuration uses it' })
  parseForce(): boolean {
    return true;
  }

  run([name]: string[], options: JsonOptions & { force?: boolean }): Promise<void> {
    if (name === undefined) throw new UsageError('which name? "openclaw secrets list" shows them');
    const { store, configPath } = place(this.env);
    if (!options.force && secretNamesIn(rawConfig(configPath)).includes(name))
      throw new OpenclawError(
        'SECRET_IN_USE',
        `the configuration uses "${name}"; remove the reference first, or add --force`,
      );
    if (!store.remove(name))
      throw new OpenclawError('SECRET_UNKNOWN', `there is no secret "${name}"; "openclaw secrets list" shows them`);
    if (options.json) printJson({ ok: true, name });
    else printLine(`forgotten: ${name}`);
    return Promise.resolve();
  }
}

type FindingCode = 'PLAINTEXT_FOUND' | 'REF_UNRESOLVED' | 'STORE_RESIDUE' | 'FILE_OPEN';

interface Finding {
  id: string;
  severity: 'critical' | 'warn' | 'info';
  message: string;
  fix: string;
  code: FindingCode;
  file: string;
  jsonPath?: string;
}

@SubCommand({
  name: 'audit',
  description: 'plain secrets, loose permissions, dangling references; exit code 1 when something is found',
})
export class SecretsAuditCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  run(_: string[], options: JsonOptions): Promise<void> {
    const findings = [...this.configFindings(), ...this.permissionFindings()];
    if (options.json) printJson(this.view(findings));
    else if (findings.length === 0) printLine('all secrets are in the store');
    else
      for (const finding of findings) {
        printLine(`${finding.severity}: ${finding.message}`);
        printLine(`  ${finding.fix}`);
      }
    if (findings.some((finding) => finding.severity !== 'info')) process.exitCode = 1;
    return Promise.resolve();
  }

  private view(findings: readonly Finding[]): object {
    const { configPath, store } = place(this.env);
    const count = (code: FindingCode): number => findings.filter((finding) => finding.code === code).length;
    const isOk = findings.every(({ severity }) => severity === 'info');
    return {
      version: 1,
      ok: isOk,
      status: count('REF_UNRESOLVED') > 0 ? 'unresolved' : isOk ? 'clean' : 'findings',
      resolution: { refsChecked: new Set(secretNamesIn(rawConfig(configPath))).size, resolvabilityComplete: true },
      filesScanned: [configPath, store.path].filter((path) => existsSync(path)),
      summary: {
        plaintextCount: count('PLAINTEXT_FOUND'),
        unresolvedRefCount: count('REF_UNRESOLVED'),
        storeResidueCount: count('STORE_RESIDUE'),
      },
      findings,
    };
  }

  private configFindings(): Finding[] {
    const { configPath, store } = place(this.env);
    const { parsed } = loadConfig(configPath, this.env);
    const findings: Finding[] = [];
    forEachSecret(parsed, (path) =>
      findings.push({
        id: 'secrets.plain',
        code: 'PLAINTEXT_FOUND',
        file: configPath,
        jsonPath: formatConfigPath(path),
        severity: 'warn',
        message: `${formatConfigPath(path)} holds a secret in plain text`,
        fix: commandLine('secrets move'),
      }),
    );
    const wanted = new Set(secretNamesIn(rawConfig(configPath)));
    const known = new Set(store.list().map((entry) => entry.name));
    for (const name of wanted)
      if (!known.has(name))
        findings.push({
          id: 'secrets.missing',
          code: 'REF_UNRESOLVED',
          file: configPath,
          severity: 'critical',
          message: `the configuration refers to "${name}", which is not stored`,
          fix: commandLine(`secrets set ${name}`),
        });
    for (const name of known)
      if (!wanted.has(name))
        findings.push({
          id: 'secrets.unused',
          code: 'STORE_RESIDUE',
          file: store.path,
          severity: 'info',
          message: `"${name}" is not used by the configuration`,
          fix: commandLine(`secrets rm ${name}`),
        });
    return findings;
  }

  private permissionFindings(): Finding[] {
    if (process.platform === 'win32') return [];
    const { configPath, stateDir, store } = place(this.env);
    return [stateDir, configPath, store.path, store.keyPath]
      .filter((path) => existsSync(path) && (statSync(path).mode & 0o077) !== 0)
      .map((path) => ({
        id: 'secrets.permissions',
        code: 'FILE_OPEN' as const,
        file: path,
        severity: 'critical' as const,
        message: `${path} can be read by others`,
        fix: `chmod ${statSync(path).isDirectory() ? '700' : '600'} ${path}`,
      }));
  }
}

@SubCommand({
  name: 'move',
  description: 'move plain secrets of the configuration, its history and backups into the store',
})
export class SecretsMoveCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--dry-run', description: 'only show what would be moved' })
  parseDryRun(): boolean {
    return true;
  }

  async run(_: string[], options: JsonOptions & { dryRun?: boolean }): Promise<void> {
    const { configPath } = place(this.env);
    const paths: string[] = [];
    forEachSecret(loadConfig(configPath, this.env).parsed, (path) => paths.push(formatConfigPath(path)));
    if (!options.dryRun && paths.length > 0) {
      const moved = await new ConfigWriter(configPath, this.env).protectAll();
      new ConfigHistory(configPath).scrub(moved);
    }
    if (options.json) printJson({ moved: paths, dryRun: options.dryRun === true });
    else if (paths.length === 0) printLine('there is nothing to move');
    else for (const path of paths) printLine(`${options.dryRun ? 'would move' : 'moved'} ${path}`);
  }
}

@Command({
  name: 'secrets',
  description: 'the encrypted store of keys and tokens',
  subCommands: [SecretsListCommand, SecretsSetCommand, SecretsRemoveCommand, SecretsAuditCommand, SecretsMoveCommand],
})
export class SecretsCommand extends CommandGroup {}
