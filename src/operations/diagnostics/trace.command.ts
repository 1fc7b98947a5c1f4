import { Command } from 'nest-commander';
import { type GatewayOptions, GatewayCommandBase } from '../../common/cli/cli-command';
import { printJson, printLine, printTable, localTime } from '../../common/cli/output';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGatewayOrDisk } from '../../gateway/client/with-gateway';
import type { Trace } from './trace-facts';

@Command({ name: 'trace', arguments: '<id>', description: 'every hop of one message, run or delivery' })
export class TraceCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([id = '']: string[], options: GatewayOptions): Promise<void> {
    const trace = await withGatewayOrDisk(
      resolveGatewayTarget(this.env, options),
      (client) => client.call<Trace>('system.trace', { id }),
      {
        ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
      },
    );
    if (options.json) {
      printJson(trace);
      return;
    }
    printLine(`run ${trace.runId}${trace.sessionKey ? ` in session ${trace.sessionKey}` : ''}`);
    const start = trace.hops[0]?.at ?? 0;
    printTable(trace.hops, [
      { title: 'Time', value: (hop) => localTime(hop.at) },
      { title: '+ms', value: (hop) => hop.at - start },
      { title: 'Hop', value: (hop) => hop.hop },
      { title: 'Detail', value: (hop) => hop.detail },
    ]);
  }
}
