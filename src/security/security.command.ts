import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option, SubCommand } from 'nest-commander';
import { withOwnCommands } from '../common/cli/own-commands';
import { CliCommand, CommandGroup, type JsonOptions } from '../common/cli/cli-command';
import { printJson, printLine } from '../common/cli/output';
import { ExitCode } from '../common/exit-codes';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { resolveStateDir } from '../config/state-paths';
import { withGateway } from '../gateway/client/with-gateway';
import { BubblewrapDriver } from '../tools/sandbox/bubblewrap.driver';
import type { AuditFinding } from './audit-finding';
import { findingView, secretDiagnostics, severitiesOf } from './audit-view';
import { audit, readAuditFacts, repair } from './security-audit';
import { workspaceFindings } from './workspace-checks';

interface AuditOptions extends JsonOptions {
  deep?: boolean;
  fix?: boolean;
}

@SubCommand({
  name: 'audit',
  description: 'look for settings and files that leave a door open; exit code 1 when critical',
})
export class SecurityAuditCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--deep', description: 'try the sandbox, and knock at the running gateway without credentials' })
  parseDeep(): boolean {
    return true;
  }

  @Option({ flags: '--fix', description: 'tighten permissions of files; nothing else is changed' })
  parseFix(): boolean {
    return true;
  }

  async run(_: string[], options: AuditOptions): Promise<void> {
    this.env.loadOwnDotenv(resolveStateDir(this.env));
    const facts = readAuditFacts(this.env);
    const found = [...audit(facts), ...(await workspaceFindings(facts)), ...(options.deep ? await this.probe() : [])];
    const fixed = options.fix ? repair(found) : [];
    const findings = found.filter((finding) => !fixed.includes(finding));
    const isOk = findings.every(({ severity }) => severity !== 'critical');
    if (options.json) {
      printJson({
        ok: isOk,
        ts: Date.now(),
        stateDir: facts.stateDir,
        summary: severitiesOf(findings),
        findings: findings.map(findingView),
        fixed: fixed.map(findingView),
        secretDiagnostics: secretDiagnostics(facts),
      });
    } else print(findings, fixed);
    if (!isOk) process.exitCode = ExitCode.failed;
  }

  /** What can only be seen by trying. */
  private async probe(): Promise<AuditFinding[]> {
    const findings: AuditFinding[] = [];
    const reason = await new BubblewrapDriver().unusableReason();
    if (reason !== undefined)
      findings.push({
        id: 'sandbox.unusable',
        severity: 'warn',
        message: `commands can't be sandboxed on this machine: ${reason}`,
        fix: 'install bubblewrap; until then "exec" refuses',
      });
    const { url } = resolveGatewayTarget(this.env);
    const isOpen = await answersStrangers(url);
    if (isOpen)
      findings.push({
        id: 'gateway.open_door',
        severity: 'critical',
        message: `${url} answered a client without token and password`,
        fix: 'openclaw config set gateway.auth.token "$(openssl rand -hex 32)" && openclaw config set gateway.auth.mode token',
      });
    return findings;
  }
}

@Command({
  name: 'security',
  description: 'how safe this installation is',
  subCommands: [SecurityAuditCommand],
})
export class SecurityCommand extends CommandGroup {}

/** Knocks with a device key that nobody knows and without a secret. */
async function answersStrangers(url: string): Promise<boolean> {
  const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-audit-'));
  try {
    await withGateway({ url, stateDir }, (client) => client.call('health'));
    return true;
  } catch {
    return false;
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}

function print(findings: readonly AuditFinding[], fixed: readonly AuditFinding[]): void {
  for (const { fix } of fixed) printLine(`fixed     ${fix}`);
  for (const { id, severity, message, fix } of findings) {
    printLine(`${severity.padEnd(8)}  ${id}: ${message}`);
    printLine(`          fix: ${withOwnCommands(fix)}`);
  }
  if (findings.length === 0) printLine('no findings');
}
