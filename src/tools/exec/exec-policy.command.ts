import { Inject } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';
import { CliCommand, CommandGroup, type JsonOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { counted, printFacts, printJson, printLine, printTable } from '../../common/cli/output';
import { agentEntries, findAgent } from '../../config/agent-entries';
import { ConfigFiles } from '../../config/config-files';
import { Environment } from '../../config/environment';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import { ApprovalsFileOf } from '../approvals/exec-approvals-file';
import { mostInsistentAsk, strictestSecurity } from './exec-modes';

interface PolicyRow {
  agentId: string;
  host: string;
  security: string;
  ask: string;
  /** Programs that run without a question. */
  allowlist: number;
  untrustedSinks: string;
  /** What the two places ask for; the stricter one counts. */
  requested: { security?: string; ask?: string };
  rules: { security?: string; ask?: string };
}

@SubCommand({
  name: 'show',
  description: 'where commands run, which may and which are asked for: the configuration and the rules together',
})
export class ExecPolicyShowCommand extends CliCommand {
  @Inject(Environment) private readonly env!: Environment;

  @Option({ flags: '--agent <id>', description: 'only this agent' })
  parseAgent(value: string): string {
    return value;
  }

  run(_: string[], { json, agent }: JsonOptions & { agent?: string }): Promise<void> {
    const { config } = new ConfigFiles(this.env).load();
    const stateDir = resolveStateDir(this.env);
    const rules = new ApprovalsFileOf(stateDir);
    const known = agentEntries(config).map(({ id }) => id);
    if (agent !== undefined && !findAgent(config, agent))
      throw new UsageError(`--agent "${agent}": there is no such agent; there are: ${known.join(', ')}`);
    const ids = agent === undefined ? known : [findAgent(config, agent)?.id ?? agent];
    const agents = ids.map((id) => policyOf(id, config, rules));
    const places = {
      configPath: resolveConfigPath(this.env, stateDir),
      approvalsPath: rules.path,
      approvalsExist: rules.hash() !== null,
    };
    const warnings = rules.warnings();
    if (json) printJson({ ...places, agents, warnings });
    else print(places, agents, warnings);
    return Promise.resolve();
  }
}

function policyOf(agentId: string, config: OpenclawConfig, file: ApprovalsFileOf): PolicyRow {
  const settings = { ...config.tools?.exec, ...findAgent(config, agentId)?.tools?.exec };
  const rules = file.rulesFor(agentId);
  const { security, ask } = settings;
  return {
    agentId,
    host: settings.host ?? 'sandbox',
    security: strictestSecurity([security ?? 'allowlist', rules.security]),
    ask: mostInsistentAsk([ask ?? 'on-miss', rules.ask]),
    allowlist: rules.allowlist.length,
    untrustedSinks: rules.untrustedSinks,
    requested: { ...(security === undefined ? {} : { security }), ...(ask === undefined ? {} : { ask }) },
    rules: {
      ...(rules.security === undefined ? {} : { security: rules.security }),
      ...(rules.ask === undefined ? {} : { ask: rules.ask }),
    },
  };
}

/** A value with what the two places say where it is not the default that neither has changed. */
function withSources(value: string, requested: string | undefined, rule: string | undefined): string {
  const said = [
    ...(requested === undefined ? [] : [`configuration: ${requested}`]),
    ...(rule === undefined ? [] : [`rules: ${rule}`]),
  ];
  return `${value} (${said.join(', ') || 'default'})`;
}

function print(
  { configPath, approvalsPath, approvalsExist }: { configPath: string; approvalsPath: string; approvalsExist: boolean },
  agents: readonly PolicyRow[],
  warnings: readonly string[],
): void {
  printFacts({ Configuration: configPath, Rules: `${approvalsPath}${approvalsExist ? '' : ' (not there)'}` });
  printLine();
  printTable(agents, [
    { title: 'Agent', value: ({ agentId }) => agentId },
    { title: 'Runs in', value: ({ host }) => host },
    {
      title: 'On the machine',
      value: ({ security, requested, rules }) => withSources(security, requested.security, rules.security),
    },
    { title: 'Asks', value: ({ ask, requested, rules }) => withSources(ask, requested.ask, rules.ask) },
    { title: 'Unasked', value: ({ allowlist }) => counted(allowlist, 'rule') },
    { title: 'After untrusted text', value: ({ untrustedSinks }) => untrustedSinks },
  ]);
  for (const warning of warnings) printLine(`warning: ${warning}`);
}

@Command({
  name: 'exec-policy',
  description: 'where commands of the assistant run, and which are asked for',
  subCommands: [ExecPolicyShowCommand],
})
export class ExecPolicyCommand extends CommandGroup {}

export const EXEC_POLICY_COMMANDS = [ExecPolicyCommand, ExecPolicyShowCommand] as const;
