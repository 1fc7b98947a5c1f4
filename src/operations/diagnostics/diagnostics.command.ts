import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { printJson, printLine } from '../../common/cli/output';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGateway } from '../../gateway/client/with-gateway';

const TIMEOUT_MS = 60_000;

@SubCommand({ name: 'export', description: 'what somebody who helps needs to know, without secrets' })
export class DiagnosticsExportCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--output <file>', description: 'file to write' })
  parseOutput(value: string): string {
    return value;
  }

  async run(_: string[], options: GatewayOptions & { output?: string }): Promise<void> {
    const bundle = await withGateway(
      resolveGatewayTarget(this.env, options),
      (client) => client.call<Record<string, unknown>>('diagnostics.export', {}),
      { timeoutMs: TIMEOUT_MS },
    );
    const path = resolve(
      options.output ?? `openclaw-diagnostics-${new Date().toISOString().replace(/[:.]/g, '-')}.json`,
    );
    writeFileSync(path, `${JSON.stringify(bundle, null, 2)}\n`, { mode: 0o600 });
    if (options.json) printJson({ path });
    else printLine(`${path}: look through it before you pass it on`);
  }
}

@Command({ name: 'diagnostics', description: 'for those who help', subCommands: [DiagnosticsExportCommand] })
export class DiagnosticsCommand extends CommandGroup {}
