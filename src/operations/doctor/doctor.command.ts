import { Command, Option } from 'nest-commander';
import { CliCommand, type JsonOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { readLockOwner } from '../../common/lock-file';
import { messageOf } from '../../common/openclaw-error';
import { isAlive } from '../../common/process-identity';
import type { ConfigEdit } from '../../config/apply-edits';
import { ConfigWriter } from '../../config/config-writer';
import { Environment } from '../../config/environment';
import { missingBasics } from '../../config/first-config';
import { migrateLegacy } from '../../config/legacy-migrations';
import { loadConfig } from '../../config/load-config';
import { gatewayLockPath, resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import { clearStages } from '../../plugins/plugin-stages';
import { audit, readAuditFacts, repair } from '../../security/security-audit';
import { installService, serviceManager } from '../service/install-service';
import { checkCertificate } from './certificate-check';
import { checkChannels } from './channel-check';
import { checkClock } from './clock-check';
import { checkConfig } from './config-check';
import { checkApprovals, checkHooks, checkPlugins, checkSkills } from './extension-check';
import type { DoctorCheck, DoctorFacts, DoctorFinding } from './finding';
import { UNCHECKED, doctorView } from './doctor-view';
import { checkGateway } from './gateway-check';
import { checkDisk, checkFolders, checkSandbox } from './machine-check';
import { checkModels } from './model-check';
import { checkPorts } from './port-check';
import { checkSafety } from './safety-check';
import { checkByTrying } from './trying-check';
import { checkService } from './service-check';
import { checkStorage } from './storage-check';
import { checkPrograms, checkSurroundings } from './surroundings-check';

interface DoctorOptions extends JsonOptions {
  fix?: boolean;
  repair?: boolean;
  force?: boolean;
  deep?: boolean;
  generateGatewayToken?: boolean;
}

const CHECKS: readonly DoctorCheck[] = [
  checkConfig,
  checkCertificate,
  checkFolders,
  checkDisk,
  checkSurroundings,
  checkClock,
  checkStorage,
  checkModels,
  checkChannels,
  checkPlugins,
  checkSkills,
  checkHooks,
  checkApprovals,
  checkPrograms,
  checkPorts,
  checkSandbox,
  checkService,
  checkGateway,
  checkSafety,
];

@Command({
  name: 'doctor',
  description: 'find what does not work here, and say what to do about it; exit code 1 with problems',
})
export class DoctorCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({
    flags: '--fix',
    description:
      'rewrite keys of older releases, close files that are open to others, clear up after installations that were cut off',
  })
  parseFix(): boolean {
    return true;
  }

  @Option({ flags: '--repair', description: 'the same as --fix' })
  parseRepair(): boolean {
    return true;
  }

  @Option({ flags: '-y, --yes', description: 'ask nothing; it never does' })
  parseYes(): boolean {
    return true;
  }

  @Option({ flags: '--non-interactive', description: 'ask nothing; it never does' })
  parseNonInteractive(): boolean {
    return true;
  }

  @Option({ flags: '--force', description: 'with --fix: also overwrite the service, whatever was changed in it' })
  parseForce(): boolean {
    return true;
  }

  @Option({
    flags: '--deep',
    description: 'also have the gateway try each model and each platform; costs a few tokens',
  })
  parseDeep(): boolean {
    return true;
  }

  @Option({ flags: '--generate-gateway-token', description: 'make a token for the gateway where it has none' })
  parseGenerateToken(): boolean {
    return true;
  }

  async run(_: string[], options: DoctorOptions): Promise<void> {
    const stateDir = resolveStateDir(this.env);
    this.env.loadOwnDotenv(stateDir);
    const configPath = resolveConfigPath(this.env, stateDir);
    const isFixing = options.fix === true || options.repair === true;
    if (options.force && !isFixing) throw new UsageError('--force says how far --fix goes; add --fix');
    const fixed = [
      ...(isFixing
        ? [...this.fixPermissions(), ...(await this.fixConfig(configPath)), ...(await clearStages(stateDir))]
        : []),
      ...(options.force ? await this.fixService() : []),
      ...(options.generateGatewayToken ? await this.makeToken(configPath) : []),
    ];
    const checks = options.deep ? [...CHECKS, checkByTrying] : CHECKS;
    const findings = await this.examine(this.facts(stateDir, configPath), checks);
    const isOk = findings.every(({ level }) => level !== 'problem');
    if (options.json) printJson({ ok: isOk, stateDir, configPath, fixed, ...doctorView(findings, CHECKS.length) });
    else {
      for (const line of fixed) printLine(`fixed    ${line}`);
      print(findings);
    }
    if (!isOk) process.exitCode = ExitCode.failed;
  }

  private facts(stateDir: string, configPath: string): DoctorFacts {
    const snapshot = loadConfig(configPath, this.env);
    const owner = readLockOwner(gatewayLockPath(stateDir, configPath));
    return {
      env: this.env,
      stateDir,
      configPath,
      snapshot,
      config: snapshot.config,
      gatewayPid: owner && isAlive(owner) ? owner.pid : undefined,
    };
  }

  /** One check that fails keeps no other from being made. */
  private async examine(facts: DoctorFacts, checks: readonly DoctorCheck[]): Promise<DoctorFinding[]> {
    const found = await Promise.all(
      checks.map(async (check) => {
        try {
          return await check(facts);
        } catch (error) {
          return [
            {
              check: check.name,
              code: UNCHECKED,
              level: 'problem' as const,
              message: `could not be checked: ${messageOf(error)}`,
            },
          ];
        }
      }),
    );
    const known = new Set<string>();
    return found.flat().filter(({ check, message }) => {
      const isNew = !known.has(`${check} ${message}`);
      known.add(`${check} ${message}`);
      return isNew;
    });
  }

  private fixPermissions(): string[] {
    return repair(audit(readAuditFacts(this.env))).map(({ fix }) => fix);
  }

  private async fixService(): Promise<string[]> {
    if (!serviceManager(this.env).isInstalled) return [];
    const { file, notes } = await installService(this.env, { force: true });
    return [`${file}: overwritten`, ...notes];
  }

  /** A token that is there stays: clients have it. */
  private async makeToken(path: string): Promise<string[]> {
    const edits = missingBasics(loadConfig(path, this.env).config, this.env);
    if (edits.length === 0) return [];
    await new ConfigWriter(path, this.env).edit(edits);
    return edits.map(({ path: at }) => `${path}: ${at.join('.')} is set`);
  }

  /** Sections with keys of older releases are written anew; what stood there before is in the history of the file. */
  private async fixConfig(path: string): Promise<string[]> {
    const { parsed: before } = loadConfig(path, this.env);
    const { config, applied } = migrateLegacy(before);
    if (applied.length === 0) return [];
    const edits = [...new Set([...Object.keys(before), ...Object.keys(config)])].flatMap((key): ConfigEdit[] => {
      if (!(key in config)) return [{ path: [key], unset: true }];
      return JSON.stringify(config[key]) === JSON.stringify(before[key]) ? [] : [{ path: [key], value: config[key] }];
    });
    await new ConfigWriter(path, this.env).edit(edits);
    return applied.map((id) => `${path}: ${id}`);
  }
}

function print(findings: readonly DoctorFinding[]): void {
  const shown = findings.filter(({ level }) => level !== 'ok');
  if (shown.length === 0) printLine('all is well');
  for (const { check, level, message, fix } of shown) {
    printLine(`${level.padEnd(7)}  ${check}: ${message}`);
    if (fix) printLine(`         fix: ${fix}`);
  }
}
