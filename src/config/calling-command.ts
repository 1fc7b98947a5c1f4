import { Inject } from '@nestjs/common';
import { GatewayCommandBase, type GatewayOptions } from '../common/cli/cli-command';
import { Environment } from './environment';
import { resolveGatewayTarget } from './gateway-target';
import { type ConnectOptions, withGatewayOrDisk } from '../gateway/client/with-gateway';

/** One call of the gateway, as a command line wants it. Parameters that are undefined are left out. */
export function callGateway<T>(
  env: Environment,
  options: GatewayOptions,
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  connect: ConnectOptions = {},
): Promise<T> {
  const given = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
  return withGatewayOrDisk(resolveGatewayTarget(env, options), (client) => client.call<T>(method, given), {
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
    ...connect,
  });
}

/** A command that makes one call. */
export abstract class CallingCommand extends GatewayCommandBase {
  @Inject(Environment) protected readonly env!: Environment;

  /** Parameters that are undefined are left out. */
  protected call<T>(
    options: GatewayOptions,
    method: string,
    params: Readonly<Record<string, unknown>> = {},
    connect: ConnectOptions = {},
  ): Promise<T> {
    return callGateway(this.env, options, method, params, connect);
  }
}
