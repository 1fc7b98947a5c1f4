import { realpath } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { innerPath } from '../../common/paths/path-place';
import { findAgent } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { type ToolContext, ToolError } from '../agent-tool';
import { analyseCommand } from '../approvals/analyse-command';
import type { Permission } from '../approvals/approval-decision';
import type { ApprovalQuestion } from '../approvals/approval-question';
import { ApprovalService } from '../approvals/approval.service';
import { type AllowlistEntry, ExecApprovalsFile, splitEntries } from '../approvals/exec-approvals-file';
import { checkAllowlist, findExecutable } from '../approvals/exec-allowlist';
import { ruleText } from '../approvals/exec-rules';
import { SHELL_WORDS } from '../approvals/shell-words';
import { FileOrigins } from '../provenance/file-origins.store';
import { describeOrigins, trustOf } from '../provenance/taint';
import { BubblewrapDriver } from '../sandbox/bubblewrap.driver';
import { unusualVariables } from '../sandbox/child-environment';
import { EXEC_HOSTS, type ExecAsk, type ExecConfig, type ExecSecurity } from '../tools.config';
import { mostInsistentAsk, strictestSecurity } from './exec-modes';
import { elevatedRefusal } from './elevated';
import {
  type CommandQuestion,
  type ExecWish,
  type TypedInput,
  filesOf,
  questionAbout,
  questionAboutInput,
} from './command-question';
import { type ObeyedFiles, changedBetween } from './obeyed-files';

/** A program that changes each time it was asked for is given up after so many questions. */
const MOST_QUESTIONS = 3;

/** Decides where a command runs, and asks people where that is needed. */
@Injectable()
export class ExecPermit {
  constructor(
    private readonly config: ConfigService,
    private readonly sandbox: BubblewrapDriver,
    private readonly approvals: ApprovalService,
    private readonly approvalsFile: ExecApprovalsFile,
    private readonly events: EventBus,
    private readonly origins: FileOrigins,
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
        ? { security: strictestSecurity([settings.security ?? 'allowlist', choices.security as ExecSecurity]) }
        : {}),
      ...(choices?.ask ? { ask: mostInsistentAsk([settings.ask ?? 'on-miss', choices.ask as ExecAsk]) } : {}),
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

  /**
   * Whether sandboxed commands may reach the web: `sandbox.docker.network` "bridge" of the agent, or, where that says nothing,
   * what the owner has chosen for the conversation (`/exec network=web`). They do so through a proxy that leads to public addresses only; the network of this machine, its loopback above all, is never shared.
   * @throws ToolError not_configured
   */
  hasNetwork({ agentId, choices, isOwner }: Pick<ToolContext, 'agentId' | 'choices'> & { isOwner?: boolean }): boolean {
    const { config } = this.config;
    const network = { ...config.agents?.defaults?.sandbox?.docker, ...findAgent(config, agentId)?.sandbox?.docker }[
      'network'
    ];
    const chosen = isOwner === true ? choices?.network : undefined;
    if (network === undefined || network === null || network === '') return chosen === 'web';
    if (network === 'none') return false;
    if (network === 'bridge') return chosen !== 'none';
    throw new ToolError(
      'not_configured',
      `agents.*.sandbox.docker.network is ${JSON.stringify(network)}: a sandbox never shares the network of the machine or of another container; set it to "none", or to "bridge" for a way to the web`,
    );
  }

  /**
   * Lets a command run on the machine itself, asking where that is needed. What was approved is exactly what runs:
   * line, folder, environment and the files that it may obey are part of the approval, and looked at again afterwards.
   * Call it when no sandboxed command is at work.
   * @throws ToolError denied_by_policy, approval_denied, approval_timeout, aborted
   */
  async permit(wish: ExecWish, context: ToolContext): Promise<CommandPermit> {
    const argv = plainArgv(wish);
    const asked = await this.judge(wish, context);
    if (!asked) return { argv, check: async () => requireSame((await this.judge(wish, context))?.reason ?? undefined) };
    const { decision, files, ruleEndsAt } = await this.asked(wish, asked, context);
    // The rule that the question has shown, also where an earlier call of the step has read something since.
    const { rule } = asked.verdict;
    if (decision === 'allow-always' && rule) {
      this.approvalsFile.remember(context.agentId, rule, wish.command, ruleEndsAt);
      if (context.jobId !== undefined)
        this.events.emit('job.rule', { jobId: context.jobId, rule: { kind: 'always', text: ruleText(rule) } });
    }
    return { argv, check: async () => requireSame(changedBetween(files, await filesOf(wish, asked, context))) };
  }

  /**
   * What `permit` would ask for if the command ran now; undefined: nothing.
   * @throws ToolError denied_by_policy
   */
  async questionOf(wish: ExecWish, context: ToolContext): Promise<ApprovalQuestion | undefined> {
    const asked = await this.judge(wish, context);
    return asked && questionAbout(wish, asked, await filesOf(wish, asked, context), context);
  }

  /**
   * What is typed into a program that runs on the machine is a command to it; undefined where nothing is asked for there.
   * @throws ToolError denied_by_policy
   */
  inputQuestion(input: TypedInput, context: ToolContext): ApprovalQuestion | undefined {
    const { security, ask, isTainted, read } = this.standing({}, context);
    const skipsApproval = context.isOwner && context.choices?.elevated === 'full';
    if (((security === 'full' && ask !== 'always') || skipsApproval) && !isTainted) return undefined;
    if (ask === 'off' && security !== 'full')
      throw new ToolError('denied_by_policy', 'it types into a program on the machine, and tools.exec.ask is "off"');
    return questionAboutInput(
      input,
      { security, ask, reason: isTainted ? `this turn has read ${read}` : 'it types into a program on the machine' },
      context,
    );
  }

  /** @throws ToolError as `inputQuestion`, approval_denied, approval_timeout, aborted */
  async permitInput(input: TypedInput, context: ToolContext): Promise<void> {
    const question = this.inputQuestion(input, context);
    if (question) await this.approvals.permit(question.request, question.binding, context);
  }

  /** What holds for commands on the machine in a turn. @throws ToolError denied_by_policy */
  private standing(wish: Pick<ExecWish, 'security' | 'ask'>, context: ToolContext): Standing {
    const settings = this.settingsOf(context);
    const rules = this.approvalsFile.rulesFor(context.agentId, context.rules);
    const security = strictestSecurity([wish.security, settings.security ?? 'allowlist', rules.security]);
    const ask = mostInsistentAsk([wish.ask, settings.ask ?? 'on-miss', rules.ask]);
    if (security === 'deny')
      throw new ToolError(
        'denied_by_policy',
        'tools.exec.security is "deny": no command may run on the gateway machine',
      );
    const isTainted = rules.untrustedSinks !== 'allow' && trustOf(context.provenance.origins) !== 'trusted';
    const read = describeOrigins(context.provenance.origins);
    if (isTainted && rules.untrustedSinks === 'deny')
      throw new ToolError(
        'denied_by_policy',
        `this turn has read ${read}, and exec-approvals.json denies commands on the machine after that`,
      );
    return { security, ask, isTainted, read, allowlist: rules.allowlist, safeBins: settings.safeBins ?? [] };
  }

  /**
   * Why a command has to be asked for; undefined where it need not be.
   * @throws ToolError denied_by_policy
   */
  private async judge(wish: ExecWish, context: ToolContext): Promise<CommandQuestion | undefined> {
    const { security, ask, isTainted, read, allowlist, safeBins } = this.standing(wish, context);
    const verdict = checkAllowlist(
      wish.command,
      { ...splitEntries(allowlist), safeBins, workspace: context.workspace },
      wish.env['PATH'] ?? '',
      wish.cwd,
    );
    const unusual = unusualVariables(wish.callEnv);
    const skipsApproval = wish.elevated === true && context.isOwner && context.choices?.elevated === 'full';
    const planted =
      security !== 'full' && verdict.allowed && !verdict.canRemember
        ? await this.plantedIn(context.workspace)
        : undefined;
    const passes = security === 'full' || (verdict.allowed && unusual.length === 0 && planted === undefined);
    if (((passes && ask !== 'always') || skipsApproval) && !isTainted) return undefined;
    const why = verdict.reason ?? planted ?? (unusual.length > 0 ? `it sets ${unusual.join(', ')}` : undefined);
    if (ask === 'off' && !passes)
      throw new ToolError('denied_by_policy', `${why ?? 'it is not allowed'}, and tools.exec.ask is "off"`);
    // The very same line again, with the same files, is what its owner has seen, whatever was read meanwhile.
    const mayRemember = ask !== 'always';
    const rule = mayRemember && !isTainted && unusual.length === 0 ? verdict.rule : undefined;
    return {
      verdict,
      security,
      ask,
      reason: isTainted
        ? [`this turn has read ${read}`, ...(why === undefined ? [] : [why])].join('; ')
        : (why ?? 'every command is asked for'),
      mayRemember,
      ...(rule ? { rule } : {}),
    };
  }

  /**
   * Why a command on the machine is not asked for; undefined where it is.
   * @throws ToolError denied_by_policy
   */
  async whyFree(wish: ExecWish, context: ToolContext): Promise<string | undefined> {
    if (await this.judge(wish, context)) return undefined;
    return this.standing(wish, context).security === 'full'
      ? 'tools.exec.security is "full"'
      : wish.elevated && context.choices?.elevated === 'full'
        ? 'the conversation is set to /elevated full'
        : 'every program of it is on the allow-list (exec-approvals.json)';
  }

  /** A program that obeys files of its folder would obey what a web page or a stranger has brought there. */
  private async plantedIn(workspace: string): Promise<string | undefined> {
    for (const [path, { origin }] of await this.origins.below(await realpath(workspace)))
      if (origin === 'web' || origin === 'stranger')
        return `it may obey ${innerPath(await realpath(workspace), path) ?? path}, which holds text of ${describeOrigins([origin])}`;
    return undefined;
  }

  /** Asks until what was approved is what is there: programs and the files that it may obey are looked at again. */
  private async asked(wish: ExecWish, asked: CommandQuestion, context: ToolContext): Promise<ApprovedCommand> {
    let { reason } = asked;
    for (let tries = 1; tries <= MOST_QUESTIONS; tries++) {
      const files = await filesOf(wish, asked, context);
      const { request, binding } = questionAbout(wish, { ...asked, reason }, files, context);
      // What was answered before is in force, or was taken out of the file: it is not written again.
      const isGranted = await this.approvals.isGranted(binding, context);
      const decision = isGranted ? 'allow-session' : await this.approvals.permit(request, binding, context);
      const changed = changedBetween(files, await filesOf(wish, asked, context));
      if (changed === undefined) {
        const ruleEndsAt =
          decision === 'allow-always' ? await this.approvals.ruleEndOf(request.runId, binding) : undefined;
        return { decision, files, ...(ruleEndsAt === undefined ? {} : { ruleEndsAt }) };
      }
      reason = `${changed} has changed since it was approved`;
    }
    throw new ToolError(
      'approval_denied',
      'what this command would run was another thing each time it had been approved',
    );
  }
}

/** A command that may run. */
export interface CommandPermit {
  argv: string[];
  /** Call it right before the start. @throws ToolError approval_denied where it is not what was judged any more */
  check: () => Promise<void>;
}

interface ApprovedCommand {
  decision: Permission;
  files: ObeyedFiles;
  /** When the rule ends that "always" writes; without it, when it is taken away. */
  ruleEndsAt?: number;
}

interface Standing {
  security: ExecSecurity;
  ask: ExecAsk;
  isTainted: boolean;
  read: string;
  allowlist: AllowlistEntry[];
  safeBins: readonly string[];
}

function requireSame(changed: string | undefined): void {
  if (changed !== undefined)
    throw new ToolError(
      'approval_denied',
      `while this waited it has become another command (${changed}); run it again, and it is judged again`,
    );
}

/** Entries that say nothing of arguments hold for all of them, as the owner has written them. */
/** Without a shell where the line is one plain program with arguments, else through a shell. */
export function plainArgv({ command, cwd, env }: Pick<ExecWish, 'command' | 'cwd' | 'env'>): string[] {
  const analysis = analyseCommand(command);
  const [only, ...more] = analysis.ok ? analysis.segments : [];
  if (only && more.length === 0) {
    const [name = '', ...rest] = only.argv;
    const path = findExecutable(name, env['PATH'] ?? '', cwd);
    if (path !== undefined && !SHELL_WORDS.has(name)) return [name.includes('/') ? name : path, ...rest];
  }
  return ['/bin/sh', '-c', command];
}
