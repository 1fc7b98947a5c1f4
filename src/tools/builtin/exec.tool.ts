import { Injectable } from '@nestjs/common';
import { findAgent } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { Doc, Int, Obj, OneOf, Opt, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult } from '../agent-tool';
import { ApprovalService } from '../approvals/approval.service';
import { ExecApprovalsFile } from '../approvals/exec-approvals-file';
import { type AllowlistVerdict, checkAllowlist, fileIdentity } from '../approvals/exec-allowlist';
import { WorkspaceFiles } from '../files/workspace-files';
import { BubblewrapDriver } from '../sandbox/bubblewrap.driver';
import { childEnvironment } from '../sandbox/child-environment';
import { type CommandOutcome, runCommand } from '../sandbox/run-command';
import type { SpawnPlan } from '../sandbox/sandbox';
import { EXEC_ASK, EXEC_SECURITY, type ExecAsk, type ExecConfig, type ExecSecurity } from '../tools.config';

const DEFAULT_TIMEOUT_SECONDS = 1800;
const DEFAULT_SAFE_BINS = ['jq', 'grep', 'cut', 'sort', 'uniq', 'head', 'tail', 'tr', 'wc'];

export class ExecParams {
  @Text() @Doc('Shell command line.') command!: string;
  @Opt() @Text() @Doc('Folder to run in, inside the workspace.') workdir?: string;
  @Opt() @Obj() @Doc('Further environment variables.') env?: Record<string, string>;
  @Opt()
  @Int({ min: 1, max: 86_400 })
  @Doc(`Seconds until it is stopped, ${DEFAULT_TIMEOUT_SECONDS} by default.`)
  timeout?: number;
  @Opt()
  @OneOf(['sandbox', 'gateway'])
  @Doc('Where to run: walled off (default), or on the machine itself, which may need approval.')
  host?: 'sandbox' | 'gateway';
  @Opt() @OneOf(EXEC_SECURITY) security?: ExecSecurity;
  @Opt() @OneOf(EXEC_ASK) ask?: ExecAsk;
}

@Injectable()
@AgentTool({
  name: 'exec',
  aliases: ['bash'],
  description:
    "Run a shell command in the workspace and return its output. It runs walled off, without network; a command that must run on the machine itself may need the owner's approval.",
  params: ExecParams,
  paramAliases: { working_directory: 'workdir', cwd: 'workdir' },
  idempotent: false,
  core: true,
})
export class ExecTool {
  constructor(
    private readonly config: ConfigService,
    private readonly sandbox: BubblewrapDriver,
    private readonly approvals: ApprovalService,
    private readonly approvalsFile: ExecApprovalsFile,
  ) {}

  async execute(params: ExecParams, context: ToolContext): Promise<ToolResult> {
    const settings = this.settingsOf(context.agentId);
    const cwd = await new WorkspaceFiles([context.workspace]).resolve(params.workdir ?? '.');
    const env = childEnvironment(this.config.env.all(), params.env, settings.pathPrepend);
    const host = await this.chooseHost(params.host ?? settings.host);
    const timeoutSeconds = params.timeout ?? settings.timeoutSec ?? DEFAULT_TIMEOUT_SECONDS;
    const plan =
      host === 'sandbox'
        ? this.sandbox.plan({
            command: params.command,
            cwd,
            workspace: context.workspace,
            env,
            network: false,
            timeoutSeconds,
          })
        : await this.permit(params, settings, cwd, env, context);
    const outcome = await runCommand(plan, {
      timeoutMs: timeoutSeconds * 1000,
      signal: context.signal,
      onOutput: (tail) =>
        context.update({ content: [{ type: 'text', text: tail }], details: { status: 'running', tail } }),
    });
    if (context.signal.aborted) throw new ToolError('aborted', 'the command was stopped');
    return describeOutcome(outcome, host, cwd, timeoutSeconds);
  }

  /** `sandbox` fails closed when somebody asked for it; the default falls back to the machine, where it is asked for. */
  private async chooseHost(wanted: ExecConfig['host']): Promise<'sandbox' | 'gateway'> {
    if (wanted === 'gateway') return 'gateway';
    if (wanted === 'node')
      throw new ToolError('node_unavailable', 'tools.exec.host is "node", but no node is connected');
    const reason = await this.sandbox.unusableReason();
    if (reason === undefined) return 'sandbox';
    if (wanted === 'sandbox')
      throw new ToolError('sandbox_unavailable', `${reason}; or set tools.exec.host to "gateway" to be asked instead`);
    return 'gateway';
  }

  /** Decides whether the command may run on the machine itself, asking where that is needed. */
  private async permit(
    params: ExecParams,
    settings: ExecConfig,
    cwd: string,
    env: Record<string, string>,
    context: ToolContext,
  ): Promise<SpawnPlan> {
    const rules = this.approvalsFile.rulesFor(context.agentId);
    const security = strictest(EXEC_SECURITY, [params.security, settings.security ?? 'allowlist', rules.security]);
    const ask = mostInsistent([params.ask, settings.ask ?? 'on-miss', rules.ask]);
    if (security === 'deny')
      throw new ToolError(
        'denied_by_policy',
        'tools.exec.security is "deny": no command may run on the gateway machine',
      );
    const plan: SpawnPlan = { file: '/bin/sh', args: ['-c', params.command], cwd, env };
    const verdict = checkAllowlist(
      params.command,
      { patterns: rules.allowlist.map((entry) => entry.pattern), safeBins: settings.safeBins ?? DEFAULT_SAFE_BINS },
      env['PATH'] ?? '',
      cwd,
    );
    const passes = security === 'full' || verdict.allowed;
    if (passes && ask !== 'always') return plan;
    if (ask === 'off') {
      throw new ToolError('denied_by_policy', `${verdict.reason ?? 'it is not allowed'}, and tools.exec.ask is "off"`);
    }
    await this.askFor(
      params,
      { security, ask, reason: verdict.reason ?? 'every command is asked for' },
      verdict,
      cwd,
      context,
    );
    return plan;
  }

  private async askFor(
    params: ExecParams,
    why: { security: string; ask: string; reason: string },
    verdict: AllowlistVerdict,
    cwd: string,
    context: ToolContext,
  ): Promise<void> {
    const paths = (verdict.segments ?? [])
      .map((segment) => segment.path)
      .filter((path): path is string => path !== undefined);
    const identities = paths.map(fileIdentity);
    context.update({
      content: [{ type: 'text', text: 'waiting for approval' }],
      details: { status: 'approval-pending' },
    });
    const outcome = await this.approvals.request(
      {
        command: params.command,
        cwd,
        host: 'gateway',
        ...why,
        agentId: context.agentId,
        resolvedPath: paths[0] ?? null,
        sessionKey: context.sessionKey,
        runId: context.runId,
        envNames: Object.keys(params.env ?? {}),
        canAlways: verdict.canRemember,
      },
      context.signal,
    );
    switch (outcome.decision) {
      case 'deny':
        throw new ToolError('approval_denied', 'the owner denied this command; do not try it again in another form');
      case 'timeout':
        throw new ToolError('approval_timeout', 'nobody approved this command in time, so it was denied');
      case 'aborted':
        throw new ToolError('aborted', 'the turn was stopped while the command waited for approval');
      case 'allow-always':
        this.approvalsFile.remember(context.agentId, paths, params.command);
        break;
      case 'allow-once':
        break;
    }
    if (paths.some((path, index) => fileIdentity(path) !== identities[index])) {
      throw new ToolError('approval_denied', 'a program of this command changed after it was approved');
    }
  }

  private settingsOf(agentId: string): ExecConfig {
    const { config } = this.config;
    return { ...config.tools?.exec, ...findAgent(config, agentId)?.tools?.exec };
  }
}

function strictest<T>(order: readonly T[], values: readonly (T | undefined)[]): T {
  const ranks = values.filter((value): value is T => value !== undefined).map((value) => order.indexOf(value));
  return order[Math.min(...ranks)] as T;
}

function mostInsistent(values: readonly (ExecAsk | undefined)[]): ExecAsk {
  const ranks = values.filter((value): value is ExecAsk => value !== undefined).map((value) => EXEC_ASK.indexOf(value));
  return EXEC_ASK[Math.max(...ranks)] ?? 'on-miss';
}

function describeOutcome(outcome: CommandOutcome, host: string, cwd: string, timeoutSeconds: number): ToolResult {
  const { exitCode, output, durationMs, timedOut, truncated } = outcome;
  const failed = timedOut || exitCode !== 0;
  const status = timedOut
    ? `stopped after ${timeoutSeconds} s`
    : exitCode === null
      ? `ended by ${outcome.signal ?? 'a signal'}`
      : `exit code ${exitCode}`;
  const text = output.replace(/\s+$/, '');
  return {
    content: [{ type: 'text', text: failed ? `${text}${text ? '\n' : ''}(${status})` : text || '(no output)' }],
    details: {
      status: failed ? 'failed' : 'completed',
      exitCode,
      durationMs,
      aggregated: text,
      cwd,
      host,
      ...(truncated ? { truncated } : {}),
    },
    ...(failed ? { isError: true } : {}),
  };
}
