import { Option, SubCommand } from 'nest-commander';
import { GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { jsonObject } from '../../common/cli/json-argument';
import { printJson } from '../../common/cli/output';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGateway } from './with-gateway';

@SubCommand({
  name: 'call',
  arguments: '<method>',
  description: 'call a method of the gateway and print its answer as JSON',
})
export class GatewayCallCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--params <json>', description: 'its parameters, as a JSON object' })
  parseParams(value: string): Record<string, unknown> {
    return jsonObject('--params', value);
  }

  @Option({ flags: '--expect-final', description: 'wait for the second answer of a method that answers twice' })
  parseExpectFinal(): boolean {
    return true;
  }

  async run(
    [method = '']: string[],
    options: GatewayOptions & { params?: Record<string, unknown>; expectFinal?: boolean },
  ): Promise<void> {
    const { params = {}, expectFinal, timeout } = options;
    const times = timeout === undefined ? {} : { timeoutMs: timeout };
    printJson(
      await withGateway(
        resolveGatewayTarget(this.env, options),
        (client) => client.call(method, params, { ...times, ...(expectFinal ? { expectFinal } : {}) }),
        times,
      ),
    );
  }
}
