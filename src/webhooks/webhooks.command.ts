import { Command, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { printJson, printLine, printTable } from '../common/cli/output';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { withGateway } from '../gateway/client/with-gateway';

interface WebhooksPayload {
  inbound: {
    enabled: boolean;
    path: string;
    mappings: { id?: string; path: string; action: string; signed: boolean }[];
  };
  outbound: {
    id: string;
    url: string;
    events: string[];
    enabled: boolean;
    pending: number;
    failed: number;
    lastError?: string;
  }[];
}

@SubCommand({ name: 'list', description: 'webhooks in both directions' })
export class WebhooksListCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run(_: string[], options: GatewayOptions): Promise<void> {
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call<WebhooksPayload>('webhooks.list', {}),
    );
    if (options.json) return printJson(answer);
    const { inbound, outbound } = answer;
    printLine(
      inbound.enabled
        ? `inbound: POST ${inbound.path}/wake, ${inbound.path}/agent`
        : 'inbound: off (hooks.enabled is not true)',
    );
    for (const { id, path, action, signed } of inbound.mappings)
      printLine(`  ${inbound.path}/${path} → ${action}${signed ? ', signed' : ''}${id ? ` (${id})` : ''}`);
    if (outbound.length === 0) return printLine('outbound: none');
    printTable(outbound, [
      { title: 'Outbound', value: (row) => `${row.id}${row.enabled ? '' : ' (off)'}` },
      { title: 'Address', value: (row) => row.url },
      { title: 'Events', value: (row) => row.events.join(', ') },
      { title: 'Waiting', value: (row) => String(row.pending) },
      { title: 'Given up', value: (row) => String(row.failed) },
      { title: 'Error', value: (row) => row.lastError ?? '' },
    ]);
  }
}

@SubCommand({ name: 'test', arguments: '<id>', description: 'send a test event to an outbound webhook' })
export class WebhooksTestCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([id]: string[], options: GatewayOptions): Promise<void> {
    if (id === undefined) throw new UsageError('which one? openclaw webhooks list shows them');
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ ms: number }>('webhooks.test', { id }),
    );
    if (options.json) printJson(answer);
    else printLine(`${id} took it after ${answer.ms} ms`);
  }
}

const LEAVES = [WebhooksListCommand, WebhooksTestCommand];

@Command({ name: 'webhooks', description: 'webhooks in both directions', subCommands: LEAVES })
export class WebhooksCommand extends CommandGroup {}

export const WEBHOOKS_COMMANDS = [WebhooksCommand, ...LEAVES] as const;
