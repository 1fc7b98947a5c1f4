import { chmodSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'nest-commander';
import { CliCommand, type JsonOptions } from '../common/cli/cli-command';
import { printJson, printLine } from '../common/cli/output';
import { commandLine } from '../common/cli/own-commands';
import { ExitCode } from '../common/exit-codes';
import { readLockOwner } from '../common/lock-file';
import { messageOf } from '../common/openclaw-error';
import { isAlive } from '../common/process-identity';
import { defaultAgentId } from '../config/agent-entries';
import type { ConfigEdit } from '../config/apply-edits';
import { ConfigWriter } from '../config/config-writer';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { migrateLegacy } from '../config/legacy-migrations';
import { loadConfig } from '../config/load-config';
import { gatewayPort, uiPort } from '../config/ports';
import { accessNotes } from '../config/sender-lists';
import { forEachSecret } from '../config/sensitive-paths';
import { gatewayLockPath, resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { withGateway } from '../gateway/client/with-gateway';
import { listenersOn } from '../gateway/http/port-owner';
import { resolveRuntimeSettings } from '../gateway/runtime-settings';
import { transformStates } from '../hooks/transform-files';
import { listHooks } from '../internal-hooks/list-hooks';
import { readApprovals, warningsOf } from '../tools/approvals/exec-approvals-file';
import { BubblewrapDriver } from '../tools/sandbox/bubblewrap.driver';
import { workspacePath } from '../workspace/workspace-path';

interface Finding {
  check: string;
  level: 'ok' | 'note' | 'problem';
  message: string;
  fix?: string;
}

const MIN_TOKEN_LENGTH = 24;
const GROUP_AND_OTHERS = 0o077;
const MOST_LETTERS = 500;

@Command({ name: 'doctor', description: 'check configuration, permissions, ports, sandbox and gateway' })
export class DoctorCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--fix', description: 'rewrite keys of older releases, close files that are open to others' })
  parseFix(): boolean {
    return true;
  }

  async run(_: string[], options: JsonOptions & { fix?: boolean }): Promise<void> {
    const stateDir = resolveStateDir(this.env);
    this.env.loadOwnDotenv(stateDir);
    const configPath = resolveConfigPath(this.env, stateDir);
    const fixed = options.fix ? [...fixPermissions(stateDir, configPath), ...(await this.fixConfig(configPath))] : [];
    const findings = [
      ...this.checkConfig(configPath),
      ...this.checkPermissions(stateDir, configPath),
      ...this.checkApprovals(stateDir),
      ...this.checkPorts(stateDir, configPath),
      ...this.checkHooks(stateDir, configPath),
      await this.checkSandbox(),
      ...(await this.checkGateway()),
    ];
    const problems = findings.filter((finding) => finding.level === 'problem');
    if (options.json) printJson({ ok: problems.length === 0, stateDir, configPath, fixed, findings });
    else {
      for (const line of fixed) printLine(`fixed    ${line}`);
      this.print(findings);
    }
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
    for (const issue of [...snapshot.warnings, ...snapshot.legacyIssues, ...accessNotes(snapshot.config)])
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
    return openToOthers(stateDir, configPath).map(({ path, mode, wanted }) => ({
      check: 'permissions',
      level: 'problem',
      message: `${path} is open to other users (${mode.toString(8)})`,
      fix: `chmod ${wanted.toString(8)} ${path}`,
    }));
  }

  private checkApprovals(stateDir: string): Finding[] {
    try {
      return warningsOf(readApprovals(join(stateDir, 'exec-approvals.json'))).map((message) => ({
        check: 'approvals',
        level: 'note',
        message,
      }));
    } catch (error) {
      return [{ check: 'approvals', level: 'problem', message: messageOf(error) }];
    }
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

  private checkHooks(stateDir: string, configPath: string): Finding[] {
    const { config } = loadConfig(configPath, this.env);
    const note = (name: string, reason: string): Finding => ({
      check: 'hooks',
      level: 'note',
      message: `${name}: ${reason}`,
    });
    const transforms = config.hooks?.enabled === true ? transformStates({ config, stateDir, path: configPath }) : [];
    const resting = transforms.flatMap(({ module, reason }) => (reason === undefined ? [] : [note(module, reason)]));
    if (config.hooks?.internal?.enabled !== true) return resting;
    const hooks = listHooks(config, stateDir, workspacePath(config, this.env, stateDir, defaultAgentId(config)));
    return [
      ...resting,
      ...hooks.flatMap(({ name, isUnagreed, reason }) =>
        isUnagreed && reason !== undefined ? [note(name, reason)] : [],
      ),
    ];
  }

  private async checkSandbox(): Promise<Finding> {
    const reason = await new BubblewrapDriver().unusableReason();
    if (reason === undefined) return { check: 'sandbox', level: 'ok', message: 'bubblewrap works' };
    return { check: 'sandbox', level: 'note', message: `${reason}; commands are asked for instead` };
  }

  private async checkGateway(): Promise<Finding[]> {
    try {
      return await withGateway(resolveGatewayTarget(this.env), async (client) => {
        await client.call('health');
        const { letters, quarantined } = await client.call<{
          letters: { error: string | null }[];
          quarantined: { reason: string }[];
        }>('channels.deadLetters.list', { limit: MOST_LETTERS });
        const { channelAccounts } = await client.call<{ channelAccounts: PausedBots }>('channels.status', {});
        return [
          { check: 'gateway', level: 'ok', message: 'answers' },
          ...givenUp(letters),
          ...unhandled(quarantined),
          ...pausedBots(channelAccounts),
        ];
      });
    } catch (error) {
      const { exitCode } = error as { exitCode?: number };
      if (exitCode === ExitCode.gatewayUnreachable) return [{ check: 'gateway', level: 'ok', message: 'not running' }];
      return [{ check: 'gateway', level: 'problem', message: messageOf(error) }];
    }
  }
}

/** Messages to chats that did not arrive, or of which nobody knows whether they did. */
function givenUp(letters: readonly { error: string | null }[]): Finding[] {
  const [newest] = letters;
  if (!newest) return [];
  const count = letters.length === 1 ? '1 message was' : `${letters.length} messages were`;
  return [
    {
      check: 'deliveries',
      level: 'note',
      message: `${count} given up; the last one: ${newest.error ?? 'no reason is known'}`,
      fix: `look at them with ${commandLine('channels dead-letters list')}, send them again with "resubmit"`,
    },
  ];
}

type PausedBots = Record<
  string,
  { accountId: string; botPauses?: { chat: string; title?: string; bot?: { name: string } }[] }[]
>;

/** Bots that wrote too much to be answered further. */
const pausedBots = (accounts: PausedBots): Finding[] =>
  Object.entries(accounts).flatMap(([channel, rows]) =>
    rows.flatMap(({ accountId, botPauses = [] }) =>
      botPauses.map(({ chat, title, bot }) => ({
        check: 'bots',
        level: 'note' as const,
        message: `${bot ? `the bot "${bot.name}" is` : 'bots are'} not answered in ${title ?? chat} (${channel}/${accountId}): too many messages without a person`,
        fix: `write there, or set channels.${channel}.botLoopProtection`,
      })),
    ),
  );

/** What came in and nobody could handle. */
function unhandled(quarantined: readonly { reason: string }[]): Finding[] {
  const [newest] = quarantined;
  if (!newest) return [];
  const count = quarantined.length === 1 ? '1 message' : `${quarantined.length} messages`;
  return [
    {
      check: 'quarantine',
      level: 'note',
      message: `${count} came in and could not be handled; the last one: ${newest.reason}`,
      fix: `look at them with ${commandLine('channels dead-letters list')}`,
    },
  ];
}

interface OpenPath {
  path: string;
  mode: number;
  wanted: number;
}

/** Files and folders that only their owner should see, and others see as well. */
function openToOthers(stateDir: string, configPath: string): OpenPath[] {
  return [stateDir, configPath, join(stateDir, 'exec-approvals.json'), join(stateDir, 'identity', 'device.json')]
    .filter((path) => existsSync(path))
    .map((path) => {
      const stat = statSync(path);
      return { path, mode: stat.mode & 0o777, wanted: stat.isDirectory() ? 0o700 : 0o600 };
    })
    .filter(({ mode }) => (mode & GROUP_AND_OTHERS) !== 0);
}

function fixPermissions(stateDir: string, configPath: string): string[] {
  return openToOthers(stateDir, configPath).map(({ path, wanted }) => {
    chmodSync(path, wanted);
    return `chmod ${wanted.toString(8)} ${path}`;
  });
}
