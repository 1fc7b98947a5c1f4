import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'nest-commander';
import { CliCommand, type JsonOptions } from '../common/cli/cli-command';
import { printJson, printLine } from '../common/cli/output';
import { ExitCode } from '../common/exit-codes';
import { readLockOwner } from '../common/lock-file';
import { messageOf } from '../common/openclaw-error';
import { isAlive } from '../common/process-identity';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { loadConfig } from '../config/load-config';
import { gatewayPort, uiPort } from '../config/ports';
import { forEachSecret } from '../config/sensitive-paths';
import { gatewayLockPath, resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { withGateway } from '../gateway/client/with-gateway';
import { listenersOn } from '../gateway/http/port-owner';
import { resolveRuntimeSettings } from '../gateway/runtime-settings';
import { BubblewrapDriver } from '../tools/sandbox/bubblewrap.driver';

interface Finding {
  check: string;
  level: 'ok' | 'note' | 'problem';
  message: string;
  fix?: string;
}

const MIN_TOKEN_LENGTH = 24;
const GROUP_AND_OTHERS = 0o077;

@Command({ name: 'doctor', description: 'check configuration, permissions, ports, sandbox and gateway' })
export class DoctorCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  async run(_: string[], options: JsonOptions): Promise<void> {
    const stateDir = resolveStateDir(this.env);
    this.env.loadDotenv(process.cwd(), stateDir);
    const configPath = resolveConfigPath(this.env, stateDir);
    const findings = [
      ...this.checkConfig(configPath),
      ...this.checkPermissions(stateDir, configPath),
      ...this.checkPorts(stateDir, configPath),
      await this.checkSandbox(),
      await this.checkGateway(),
    ];
    const problems = findings.filter((finding) => finding.level === 'problem');
    if (options.json) printJson({ ok: problems.length === 0, stateDir, configPath, findings });
    else this.print(findings);
    if (problems.length > 0) process.exitCode = ExitCode.failed;
  }

  private print(findings: readonly Finding[]): void {
    const shown = findings.filter((finding) => finding.level !== 'ok');
    if (shown.length === 0) {
      printLine('all is well');
      return;
    }
    for (const finding of shown) {
      printLine(`${finding.level === 'problem' ? 'problem' : 'note   '}  ${finding.check}: ${finding.message}`);
      if (finding.fix) printLine(`         fix: ${finding.fix}`);
    }
  }

  private checkConfig(path: string): Finding[] {
    const snapshot = loadConfig(path, this.env);
    if (!snapshot.exists)
      return [{ check: 'config', level: 'note', message: `${path} does not exist yet; the first start makes it` }];
    const findings: Finding[] = snapshot.issues.map((issue) => ({
      check: 'config',
      level: 'problem',
      message: `${issue.path || '(root)'}: ${issue.message}`,
      fix: `edit ${path}`,
    }));
    for (const issue of [...snapshot.warnings, ...snapshot.legacyIssues])
      findings.push({ check: 'config', level: 'note', message: `${issue.path}: ${issue.message}` });
    if (snapshot.issues.length > 0) return findings;
    try {
      const settings = resolveRuntimeSettings(snapshot.config, {}, this.env);
      if (settings.auth.secret !== undefined && settings.auth.secret.length < MIN_TOKEN_LENGTH) {
        findings.push({
          check: 'auth',
          level: 'note',
          message: `the gateway secret has fewer than ${MIN_TOKEN_LENGTH} characters`,
          fix: 'set a longer gateway.auth.token',
        });
      }
    } catch (error) {
      findings.push({ check: 'gateway settings', level: 'problem', message: messageOf(error) });
    }
    const plain: string[] = [];
    forEachSecret(snapshot.parsed, (secretPath) => {
      const name = secretPath.join('.');
      if (name !== 'gateway.auth.token') plain.push(name);
    });
    if (plain.length > 0) {
      findings.push({
        check: 'secrets',
        level: 'note',
        message: `plain secrets in the file: ${plain.join(', ')}`,
        fix: 'put them into the environment and write ${NAME} instead',
      });
    }
    return findings.length > 0 ? findings : [{ check: 'config', level: 'ok', message: 'valid' }];
  }

  private checkPermissions(stateDir: string, configPath: string): Finding[] {
    const findings: Finding[] = [];
    for (const path of [
      stateDir,
      configPath,
      join(stateDir, 'exec-approvals.json'),
      join(stateDir, 'identity', 'device.json'),
    ]) {
      if (!existsSync(path)) continue;
      const mode = statSync(path).mode & 0o777;
      if ((mode & GROUP_AND_OTHERS) === 0) continue;
      const wanted = statSync(path).isDirectory() ? '700' : '600';
      findings.push({
        check: 'permissions',
        level: 'problem',
        message: `${path} is open to other users (${mode.toString(8)})`,
        fix: `chmod ${wanted} ${path}`,
      });
    }
    return findings;
  }

  private checkPorts(stateDir: string, configPath: string): Finding[] {
    const { config } = loadConfig(configPath, this.env);
    const owner = readLockOwner(gatewayLockPath(stateDir, configPath));
    const ours = owner && isAlive(owner) ? owner.pid : undefined;
    const findings: Finding[] = [];
    for (const port of [gatewayPort(config, this.env), uiPort(this.env)]) {
      const foreign = port === 0 ? [] : listenersOn(port).filter((listener) => listener.pid !== ours);
      for (const listener of foreign) {
        findings.push({
          check: 'ports',
          level: 'note',
          message: `port ${port} is used by process ${listener.pid} (${listener.command ?? 'unknown'})`,
        });
      }
    }
    return findings;
  }

  private async checkSandbox(): Promise<Finding> {
    const reason = await new BubblewrapDriver().unusableReason();
    if (reason === undefined) return { check: 'sandbox', level: 'ok', message: 'bubblewrap works' };
    return { check: 'sandbox', level: 'note', message: `${reason}; commands are asked for instead` };
  }

  private async checkGateway(): Promise<Finding> {
    try {
      await withGateway(resolveGatewayTarget(this.env), (client) => client.call('health'));
      return { check: 'gateway', level: 'ok', message: 'answers' };
    } catch (error) {
      const { exitCode } = error as { exitCode?: number };
      if (exitCode === ExitCode.gatewayUnreachable) return { check: 'gateway', level: 'ok', message: 'not running' };
      return { check: 'gateway', level: 'problem', message: messageOf(error) };
    }
  }
}
