import { Injectable } from '@nestjs/common';
import { findAgent } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { type ToolContext, ToolError } from '../agent-tool';
import { analyseCommand } from '../approvals/analyse-command';
import { ApprovalService, fingerprintOf } from '../approvals/approval.service';
import { ExecApprovalsFile } from '../approvals/exec-approvals-file';
import { type AllowlistVerdict, checkAllowlist, fileIdentity, resolveExecutable } from '../approvals/exec-allowlist';
import { describeOrigins, trustOf } from '../provenance/taint';
import { BubblewrapDriver } from '../sandbox/bubblewrap.driver';
import { EXEC_ASK, EXEC_HOSTS, EXEC_SECURITY, type ExecAsk, type ExecConfig, type ExecSecurity } from '../tools.config';
import { elevatedRefusal } from './elevated';

const DEFAULT_SAFE_BINS = ['jq', 'grep', 'cut', 'sort', 'uniq', 'head', 'tail', 'tr', 'wc'];

/** What a call asks for, as far as it decides where the command runs and whether somebody is asked. */
export interface ExecWish {
  command: string;
  cwd: string;
  env: Record<string, string>;
  envNames: string[];
  host?: 'sandbox' | 'gateway' | 'node';
  security?: ExecSecurity;
  ask?: ExecAsk;
  elevated?: boolean;
}

/** Decides where a command runs, and asks people where that is needed. */
@Injectable()
export class ExecPermit {
  constructor(
    private readonly config: ConfigService,
    private readonly sandbox: BubblewrapDriver,
    private readonly approvals: ApprovalService,
    private readonly approvalsFile: ExecApprovalsFile,
  ) {}

  /** Settings of an agent, with what the conversation has chosen; what the configuration forbids stays forbidden. */
  settingsOf({ agentId, choices }: Pick<ToolContext, 'agentId' | 'choices'>): ExecConfig {
    const { config } = this.config;
    const settings: ExecConfig = { ...config.tools?.exec, ...findAgent(config, agentId)?.tools?.exec };
    const host = EXEC_HOSTS.find((known) => known === choices?.host);
    return {
      ...settings,
      ...(host ? { host } : {}),
      ...(choices?.node ? { node: choices.node } : {}),
      ...(choices?.security
        ? { security: strictest(EXEC_SECURITY, [settings.security ?? 'allowlist', choices.security as ExecSecurity]) }
        : {}),
      ...(choices?.ask ? { ask: mostInsistent([settings.ask ?? 'on-miss', choices.ask as ExecAsk]) } : {}),
    };
  }

  /**
   * Fails closed: where a sandbox is meant and none works, nothing runs.
   * @throws ToolError sandbox_unavailable, node_unavailable, denied_by_policy
   */
  async hostFor(
    wish: Pick<ExecWish, 'host' | 'elevated'>,
    context: ToolContext,
  ): Promise<'sandbox' | 'gateway' | 'node'> {
    const settings = this.settingsOf(context);
    if (wish.elevated) {
      const refusal = elevatedRefusal(this.config.config, context);
      if (refusal !== undefined) throw new ToolError('denied_by_policy', refusal);
      return 'gateway';
    }
    const wanted = wish.host ?? settings.host ?? 'sandbox';
    if (wanted !== 'sandbox') {
      if (context.subject.isSandboxed)
        throw new ToolError(
          'denied_by_policy',
          'this session is sandboxed (agents.*.sandbox.mode): commands run in the sandbox only',
        );
      if (wanted === 'node' && settings.security === 'deny')
        throw new ToolError('denied_by_policy', 'tools.exec.security is "deny": no command may run on a node');
      return wanted;
    }
    const reason = await this.sandbox.unusableReason();
    if (reason !== undefined)
      throw new ToolError(
        'sandbox_unavailable',
        `${reason}. Nothing runs without a sandbox unless tools.exec.host is "gateway", where commands are asked for`,
      );
    return 'sandbox';
  }

  /** Whether sandboxed commands of an agent may reach the network: `sandbox.docker.network` other than none. */
  hasNetwork(agentId: string): boolean {
    const { config } = this.config;
    const sandbox = { ...config.agents?.defaults?.sandbox, ...findAgent(config, agentId)?.sandbox };
    const network = sandbox.docker?.['network'];
    return typeof network === 'string' && network !== 'none' && network !== '';
  }

  /**
   * Lets a command run on the machine itself, asking where that is needed. What was approved is exactly what runs:
   * line, folder, environment and program files are part of the approval, and looked at again afterwards.
   * @returns program and arguments
   * @throws ToolError denied_by_policy, approval_denied, approval_timeout, aborted
   */
  async permit(wish: ExecWish, context: ToolContext): Promise<string[]> {
    const settings = this.settingsOf(context);
    const rules = this.approvalsFile.rulesFor(context.agentId);
    const security = strictest(EXEC_SECURITY, [wish.security, settings.security ?? 'allowlist', rules.security]);
    const ask = mostInsistent([wish.ask, settings.ask ?? 'on-miss', rules.ask]);
    if (security === 'deny')
      throw new ToolError(
        'denied_by_policy',
        'tools.exec.security is "deny": no command may run on the gateway machine',
      );
    const verdict = checkAllowlist(
      wish.command,
      { patterns: rules.allowlist.map((entry) => entry.pattern), safeBins: settings.safeBins ?? DEFAULT_SAFE_BINS },
      wish.env['PATH'] ?? '',
      wish.cwd,
    );
    const skipsApproval = wish.elevated === true && context.isOwner && context.choices?.elevated === 'full';
    const passes = security === 'full' || verdict.allowed;
    const isTainted = rules.untrustedSinks !== 'allow' && trustOf(context.provenance.origins) !== 'trusted';
    const read = describeOrigins(context.provenance.origins);
    if (isTainted && rules.untrustedSinks === 'deny')
      throw new ToolError(
        'denied_by_policy',
        `this turn has read ${read}, and exec-approvals.json denies commands on the machine after that`,
      );
    if (((passes && ask !== 'always') || skipsApproval) && !isTainted) return plainArgv(wish);
    if (ask === 'off' && !passes)
      throw new ToolError('denied_by_policy', `${verdict.reason ?? 'it is not allowed'}, and tools.exec.ask is "off"`);
    const paths = programPaths(verdict);
    const identities = paths.map(fileIdentity);
    const decision = await this.approvals.permit(
      {
        kind: 'exec',
        tool: 'exec',
        command: wish.command,
        cwd: wish.cwd,
        host: 'gateway',
        security,
        ask,
        reason: isTainted ? `this turn has read ${read}` : (verdict.reason ?? 'every command is asked for'),
        agentId: context.agentId,
        resolvedPath: paths[0] ?? null,
        sessionKey: context.sessionKey,
        runId: context.runId,
        envNames: wish.envNames,
        canAlways: verdict.canRemember && !isTainted,
      },
      {
        callId: context.callId,
        sessionId: context.sessionId,
        fingerprint: fingerprintOf('exec', wish.command, wish.cwd, wish.env, paths, identities),
      },
      context,
    );
    if (paths.some((path, index) => fileIdentity(path) !== identities[index]))
      throw new ToolError('approval_denied', 'a program of this command changed after it was approved');
    if (decision === 'allow-always') this.approvalsFile.remember(context.agentId, paths, wish.command);
    return plainArgv(wish);
  }
}

/** Without a shell where the line is one plain program with arguments, else through a shell. */
export function plainArgv({ command, cwd, env }: Pick<ExecWish, 'command' | 'cwd' | 'env'>): string[] {
  const analysis = analyseCommand(command);
  const [only, ...more] = analysis.ok ? analysis.segments : [];
  if (only && more.length === 0) {
    const [name = '', ...rest] = only.argv;
    const path = resolveExecutable(name, env['PATH'] ?? '', cwd);
    if (path !== undefined && !SHELL_BUILTINS.has(name)) return [name.includes('/') ? name : path, ...rest];
  }
  return ['/bin/sh', '-c', command];
}

/** Names that mean something else to a shell than the program of that name. */
const SHELL_BUILTINS = new Set(
  'alias bg cd command eval exec exit export fg hash jobs kill printf read set shift source test time times trap true false type ulimit umask unset wait echo pwd . [ :'.split(
    ' ',
  ),
);

function programPaths(verdict: AllowlistVerdict): string[] {
  return (verdict.segments ?? []).map((segment) => segment.path).filter((path): path is string => path !== undefined);
}

function strictest<T>(order: readonly T[], values: readonly (T | undefined)[]): T {
  const ranks = values.filter((value): value is T => value !== undefined).map((value) => order.indexOf(value));
  return order[Math.min(...ranks)] as T;
}

function mostInsistent(values: readonly (ExecAsk | undefined)[]): ExecAsk {
  const ranks = values.filter((value): value is ExecAsk => value !== undefined).map((value) => EXEC_ASK.indexOf(value));
  return EXEC_ASK[Math.max(...ranks)] ?? 'on-miss';
}
