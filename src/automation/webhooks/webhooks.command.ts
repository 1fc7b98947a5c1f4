import { dirname } from 'node:path';
import { Command, SubCommand } from 'nest-commander';
import { shortId } from '../../common/short-id';
import {
  CliCommand,
  CommandGroup,
  GatewayCommandBase,
  type GatewayOptions,
  type JsonOptions,
} from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine, printTable } from '../../common/cli/output';
import { ConfigWriter } from '../../config/config-writer';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { loadConfig } from '../../config/load-config';
import { resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import { withGatewayOrDisk } from '../../gateway/client/with-gateway';
import { transformFiles, transformStates } from '../hooks/handlers/transform-files';
import { GMAIL_COMMANDS, GmailCommand } from './gmail/gmail.command';

interface WebhooksPayload {
  inbound: {
    enabled: boolean;
    path: string;
    mappings: {
      id?: string;
      path: string;
      action: string;
      signed: boolean;
      transform?: { module: string; reason?: string };
    }[];
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
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<WebhooksPayload>('webhooks.list', {}),
    );
    if (options.json) return printJson(answer);
    const { inbound, outbound } = answer;
    printLine(
      inbound.enabled
        ? `inbound: POST ${inbound.path}/wake, ${inbound.path}/agent`
        : 'inbound: off (hooks.enabled is not true)',
    );
    for (const { id, path, action, signed, transform } of inbound.mappings) {
      printLine(`  ${inbound.path}/${path} → ${action}${signed ? ', signed' : ''}${id ? ` (${id})` : ''}`);
      if (transform) printLine(`    through ${transform.module}${transform.reason ? `: ${transform.reason}` : ''}`);
    }
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
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ ms: number }>('webhooks.test', { id }),
    );
    if (options.json) printJson(answer);
    else printLine(`${id} took it after ${answer.ms} ms`);
  }
}

@SubCommand({
  name: 'enable',
  arguments: '<module>',
  description: 'agree to the files of a transform as they are now, and let it run',
})
export class WebhooksEnableCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([module = '']: string[], options: JsonOptions): Promise<void> {
    const stateDir = resolveStateDir(this.env);
    const path = resolveConfigPath(this.env, stateDir);
    const { config } = loadConfig(path, this.env);
    const place = { config, stateDir, path };
    const known = transformStates(place).map((each) => each.module);
    if (!known.includes(module))
      throw new UsageError(
        `no mapping has the transform "${module}"; there are: ${known.join(', ') || 'none (hooks.mappings[].transform)'}`,
      );
    const { file, files, sha256 } = transformFiles(module, place);
    await new ConfigWriter(path, this.env).edit([{ path: ['hooks', 'transforms', module], value: { sha256 } }]);
    if (options.json) return printJson({ module, sha256, files: files.map((each) => each.path) });
    printLine(`${module} is on, as its files are now (sha256 ${shortId(sha256, 16)}…)`);
    printLine(`  ${dirname(file)}: ${files.map((each) => each.path).join(', ')}`);
  }
}

const LEAVES = [WebhooksListCommand, WebhooksTestCommand, WebhooksEnableCommand];
const PARTS = [...LEAVES, GmailCommand];

@Command({ name: 'webhooks', description: 'webhooks in both directions', subCommands: PARTS })
export class WebhooksCommand extends CommandGroup {}

export const WEBHOOKS_COMMANDS = [WebhooksCommand, ...LEAVES, ...GMAIL_COMMANDS] as const;
