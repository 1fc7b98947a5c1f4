import { Command, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine, printTable } from '../../common/cli/output';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGateway } from '../../gateway/client/with-gateway';
import { APPROVAL_DECISIONS, type ApprovalDecision } from './approval-decision';
import type { PendingApproval } from './approval.service';

@SubCommand({ name: 'pending', description: 'commands that wait for a decision' })
export class ApprovalsPendingCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run(_: string[], options: GatewayOptions): Promise<void> {
    const pending = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call<PendingApproval[]>('exec.approval.list'),
    );
    if (options.json) printJson(pending);
    else if (pending.length === 0) printLine('nothing waits for a decision');
    else
      printTable(pending, [
        { title: 'Id', value: (entry) => entry.id },
        { title: 'Command', value: (entry) => entry.request.command },
        { title: 'Folder', value: (entry) => entry.request.cwd },
        { title: 'Why', value: (entry) => entry.request.reason },
        { title: 'Seconds left', value: (entry) => Math.max(0, Math.round((entry.expiresAtMs - Date.now()) / 1000)) },
      ]);
  }
}

@SubCommand({ name: 'resolve', arguments: '<id> <decision>', description: 'allow-once, allow-always or deny' })
export class ApprovalsResolveCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([id = '', decision = '']: string[], options: GatewayOptions): Promise<void> {
    if (!APPROVAL_DECISIONS.includes(decision as ApprovalDecision)) {
      throw new UsageError(`decision must be one of ${APPROVAL_DECISIONS.join(', ')}, got "${decision}"`);
    }
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call('exec.approval.resolve', { id, decision }),
    );
    if (options.json) printJson(answer);
    else printLine(`decided: ${decision}`);
  }
}

@Command({
  name: 'approvals',
  description: 'commands that need an approval',
  subCommands: [ApprovalsPendingCommand, ApprovalsResolveCommand],
})
export class ApprovalsCommand extends CommandGroup {}
