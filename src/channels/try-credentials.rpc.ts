import { Injectable } from '@nestjs/common';
import { Redactor } from '../common/redactor';
import { Doc, Obj, Opt, Text } from '../common/validation/fields';
import { ChannelDirectory } from '../events/channel-directory';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import type { ProbeResult } from './channel-adapter';

const MAX_SECRET = 4096;

export class ChannelsProbeParams {
  @Text({ max: 100 }) @Doc('Such as telegram.') channel!: string;
  @Opt()
  @Text({ max: 100 })
  @Doc('Account whose address and settings are used; default by default.')
  accountId?: string;
  @Obj() @Doc('Its credentials by name, such as {"botToken": "…"}; tried and not kept.') credentials!: Record<
    string,
    unknown
  >;
}

/** Credentials that are not kept yet, tried at their platform. */
@Injectable()
export class TryCredentialsRpc {
  constructor(
    private readonly directory: ChannelDirectory,
    private readonly redactor: Redactor,
  ) {}

  @RpcMethod({
    name: 'channels.probe',
    scope: 'operator.admin',
    params: ChannelsProbeParams,
    summary:
      'Asks a platform whose credentials these are. They go to the address of the configuration, else to the platform’s own, and to no other; nothing is kept.',
  })
  probe({ channel: name, accountId = 'default', credentials }: ChannelsProbeParams): Promise<ProbeResult> {
    const channel = this.directory.find(name.toLowerCase());
    const refuse = (words: string): never => {
      throw invalidRequest(`invalid channels.probe params: ${words}`);
    };
    if (!channel) return refuse(`channel: there is no "${name}"`);
    const { adapter, declaration } = channel;
    const wanted = declaration.triable ?? [];
    if (!adapter.tryOut) return refuse(`channel: ${declaration.id} has nothing that could be tried`);
    for (const [key, value] of Object.entries(credentials)) {
      if (!wanted.includes(key)) return refuse(`credentials.${key} is not one of ${wanted.join(', ')}`);
      if (typeof value !== 'string' || value === '' || value.length > MAX_SECRET || !/^[\x21-\x7e]+$/.test(value))
        return refuse(`credentials.${key} must be a text of printable characters without spaces`);
      this.redactor.addSecret(value);
    }
    const [first = ''] = wanted;
    if (credentials[first] === undefined) return refuse(`credentials.${first} is needed`);
    return adapter.tryOut(credentials as Record<string, string>, accountId);
  }
}
