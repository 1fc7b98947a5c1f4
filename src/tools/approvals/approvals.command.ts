import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { WatchingCommand } from '../../common/cli/watching';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine } from '../../common/cli/output';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGateway } from '../../gateway/client/with-gateway';
import { APPROVAL_DECISIONS, type ApprovalDecision } from './approval-decision';
import { shortId } from '../../common/short-id';
import { approvalLines } from './approval-text';
import { RULES_COMMANDS, RULES_LEAVES } from './approvals-rules.command';
import type { PendingApproval } from './pending-approval';

@SubCommand({ name: 'pending', description: 'commands that wait for a decision' })
export class ApprovalsPendingCommand extends WatchingCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  protected async once(options: GatewayOptions): Promise<void> {
    const pending = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call<PendingApproval[]>('exec.approval.list'),
    );
    if (options.json) printJson({ approvals: pending });
    else if (pending.length === 0) printLine('nothing waits for a decision');
    else
      for (const { id, request, expiresAtMs, choices, calls } of pending) {
        const seconds = Math.max(0, Math.round((expiresAtMs - Date.now()) / 1000));
        printLine(`${id} (${request.tool}, denied by itself in ${seconds} s)`);
        for (const line of approvalLines(request, calls)) printLine(`  ${line}`);
        printLine(`  openclaw approvals resolve ${shortId(id)} ${choices.join('|')}`);
        for (const [index, call] of (calls ?? []).entries())
          printLine(`  openclaw approvals resolve ${shortId(call.id)} ${call.choices.join('|')} (only ${index + 1})`);
      }
  }
}

@SubCommand({ name: 'resolve', arguments: '<id> <decision>', description: APPROVAL_DECISIONS.join(', ') })
export class ApprovalsResolveCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--reason <text>', description: 'with deny: why not, for the assistant to read' })
  parseReason(value: string): string {
    return value;
  }

  async run([id = '', decision = '']: string[], options: GatewayOptions & { reason?: string }): Promise<void> {
    if (!APPROVAL_DECISIONS.includes(decision as ApprovalDecision)) {
      throw new UsageError(`decision must be one of ${APPROVAL_DECISIONS.join(', ')}, got "${decision}"`);
    }
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call('exec.approval.resolve', { id, decision, ...(options.reason ? { reason: options.reason } : {}) }),
    );
    if (options.json) printJson(answer);
    else printLine(`decided: ${decision}`);
  }
}

@Command({
  name: 'approvals',
  description: 'commands that need an approval',
  subCommands: [ApprovalsPendingCommand, ApprovalsResolveCommand, ...RULES_LEAVES],
})
export class ApprovalsCommand extends CommandGroup {}

export const APPROVALS_COMMANDS = [
  ApprovalsCommand,
  ApprovalsPendingCommand,
  ApprovalsResolveCommand,
  ...RULES_COMMANDS,
];
