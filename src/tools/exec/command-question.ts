import type { ToolContext } from '../agent-tool';
import type { ApprovalQuestion } from '../approvals/approval-question';
import { askerOf } from '../approvals/approval-request';
import type { AllowlistVerdict } from '../approvals/exec-allowlist';
import { type ExecRule, ruleText } from '../approvals/exec-rules';
import { fingerprintOf } from '../approvals/pending-approval';
import type { ExecAsk, ExecSecurity } from '../tools.config';
import { type ObeyedFiles, REST, filesBelow, namedFiles, programPaths } from './obeyed-files';

/** What a call asks for, as far as it decides where the command runs and whether somebody is asked. */
export interface ExecWish {
  command: string;
  cwd: string;
  /** The whole environment it runs with. */
  env: Record<string, string>;
  /** What the call itself sets in it, and names of what a skill is given there. */
  callEnv: Record<string, string>;
  grantedNames: string[];
  host?: 'sandbox' | 'gateway' | 'node';
  security?: ExecSecurity;
  ask?: ExecAsk;
  elevated?: boolean;
}

/** A command on the machine that has to be asked for, and why. */
export interface CommandQuestion {
  verdict: AllowlistVerdict;
  security: ExecSecurity;
  ask: ExecAsk;
  reason: string;
  mayRemember: boolean;
  rule?: ExecRule;
}

/** What is typed into a program on the machine that was left running. */
export interface TypedInput {
  process: { id: string; command: string; cwd: string };
  /** As people read it. */
  text: string;
}

/** What a command may obey: what its line names, and for all but the plainest programs everything in the workspace. */
export async function filesOf(
  wish: ExecWish,
  { verdict }: CommandQuestion,
  { workspace }: ToolContext,
): Promise<ObeyedFiles> {
  const named = namedFiles(wish.command, wish.cwd, verdict);
  if (verdict.canRemember) return named;
  return new Map([...named, ...(await filesBelow(workspace))]);
}

export function questionAbout(
  wish: ExecWish,
  { verdict, rule, mayRemember, ...question }: CommandQuestion,
  files: ObeyedFiles,
  context: ToolContext,
): ApprovalQuestion {
  const fingerprint = fingerprintOf('exec', wish.command, wish.cwd, wish.env, [...files].sort());
  const sessionRule = mayRemember && !files.has(REST) ? sessionRuleText(wish, verdict) : undefined;
  return {
    request: {
      ...asking(context),
      tool: 'exec',
      command: wish.command,
      cwd: wish.cwd,
      ...question,
      resolvedPath: programPaths(verdict)[0] ?? null,
      envNames: [...wish.grantedNames, ...Object.keys(wish.callEnv)],
      env: wish.callEnv,
      canAlways: rule !== undefined,
      ...(rule ? { rule: ruleText(rule) } : {}),
      ...(sessionRule === undefined ? {} : { sessionRule }),
    },
    binding: {
      callId: context.callId,
      sessionId: context.sessionId,
      ...(sessionRule === undefined ? {} : { target: `exec:${fingerprint}` }),
      fingerprint,
    },
  };
}

/** Typed text is asked for each time: what a program makes of it is not known. */
export function questionAboutInput(
  { process, text }: TypedInput,
  question: Pick<CommandQuestion, 'security' | 'ask' | 'reason'>,
  context: ToolContext,
): ApprovalQuestion {
  return {
    request: {
      ...asking(context),
      tool: 'process',
      command: text,
      cwd: process.cwd,
      ...question,
      resolvedPath: null,
      envNames: [],
      details: [{ label: 'Typed into', text: process.command }],
      canAlways: false,
    },
    binding: {
      callId: context.callId,
      sessionId: context.sessionId,
      fingerprint: fingerprintOf('process', process.id, text),
    },
  };
}

const asking = (context: ToolContext) => ({
  kind: 'exec' as const,
  host: 'gateway',
  agentId: context.agentId,
  sessionKey: context.sessionKey,
  runId: context.runId,
  ...(context.runName ? { runName: context.runName } : {}),
  asker: askerOf(context),
});

/** What a permission for the conversation covers: this line, as long as the files that it may obey stay as they are. */
function sessionRuleText({ command, cwd, callEnv }: ExecWish, { canRemember }: AllowlistVerdict): string {
  const names = Object.keys(callEnv);
  return [
    ruleText({ pattern: '', command, cwd }),
    ...(names.length > 0 ? [`with the same ${names.join(', ')}`] : []),
    ...(canRemember ? [] : ['as long as no file in the workspace changes']),
  ].join('\n');
}
