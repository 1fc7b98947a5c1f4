import { Command, SubCommand } from 'nest-commander';
import { CommandGroup, type GatewayOptions } from '../common/cli/cli-command';
import { WatchingCommand } from '../common/cli/watching';
import { printJson, printLine, printTable, timeText } from '../common/cli/output';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { withGateway } from '../gateway/client/with-gateway';
import type { ClusterReport, ReplicaReport } from './cluster-report.service';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

@SubCommand({ name: 'status', description: 'gateways that share the database, what each of them holds, what waits' })
export class ClusterStatusCommand extends WatchingCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  protected async once(options: GatewayOptions): Promise<void> {
    const report = await withGateway(
      resolveGatewayTarget(this.env, options),
      (client) => client.call<ClusterReport>('cluster.status'),
      options.timeout === undefined ? {} : { timeoutMs: options.timeout },
    );
    if (options.json) return printJson(report);
    if (!report.shared)
      return printLine(
        'This gateway has a database of its own (SQLite): there are no others. See OPENCLAW_DATABASE_URL.',
      );
    printTable(report.replicas, [
      { title: 'Gateway', value: ({ host, pid, isSelf }) => `${host}:${pid}${isSelf ? ' (asked)' : ''}` },
      { title: 'Version', value: ({ version }) => version },
      { title: 'Since', value: ({ startedAt }) => timeText(startedAt) },
      { title: 'State', value: stateOf },
      { title: 'Sessions', value: ({ holds }) => holds.sessions },
      { title: 'Chats', value: ({ holds }) => holds.chats },
      { title: 'Listens to', value: ({ holds }) => holds.accounts.join(', ') },
    ]);
    const { messages, deliveries } = report;
    printLine(
      `Messages that wait: ${messages.waiting}${messages.waiting > 0 ? `, ${seconds(messages.oldestMs)}` : ''}`,
    );
    printLine(
      `Deliveries that wait: ${deliveries.waiting}${deliveries.waiting > 0 ? `, ${seconds(deliveries.oldestMs)}` : ''}`,
    );
    if (report.orphaned > 0)
      printLine(`Leases of gateways that are gone: ${report.orphaned}; they run out by themselves.`);
    if (!report.hears) printLine('The line to the other gateways is down: they are heard of later, by looking.');
    if (new Set(report.replicas.map(({ stateId }) => stateId)).size > 1)
      printLine(
        'They have different state directories: a file that one of them has to send can not be sent by the others.',
      );
    if (new Set(report.replicas.map(({ version }) => version)).size > 1)
      printLine('The gateways have different versions: update the others as well.');
    if (Math.abs(report.clockAheadMs) > 5000)
      printLine(`The clock of the gateway that was asked is ${seconds(report.clockAheadMs)} ahead of the database's.`);
  }
}

const stateOf = ({ isGone, draining, isLeader, silentForMs }: ReplicaReport): string => {
  if (isGone) return `gone for ${seconds(silentForMs)}`;
  if (draining) return 'stopping';
  return isLeader ? 'does the chores' : 'there';
};

@Command({ name: 'cluster', description: 'gateways that share one database', subCommands: [ClusterStatusCommand] })
export class ClusterCommand extends CommandGroup {}
