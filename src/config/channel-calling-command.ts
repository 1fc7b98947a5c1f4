import { Option } from 'nest-commander';
import type { GatewayOptions } from '../common/cli/cli-command';
import { CallingCommand } from './calling-command';

export interface ChannelOptions extends GatewayOptions {
  channel?: string;
  account?: string;
}

/** A command that makes calls about one account of a channel. */
export abstract class ChannelCallingCommand extends CallingCommand {
  @Option({ flags: '--channel <id>', description: 'such as telegram; the only configured one otherwise' })
  parseChannel(value: string): string {
    return value;
  }

  @Option({ flags: '--account <id>', description: 'account of the channel; its first one otherwise' })
  parseAccount(value: string): string {
    return value;
  }
}
