import { Injectable } from '@nestjs/common';
import { NoParams } from '../rpc/no-params.dto';
import { RpcMethod } from '../rpc/rpc-method';
import { HookCatalog } from './hook-catalog.service';

@Injectable()
export class InternalHooksRpc {
  constructor(private readonly catalog: HookCatalog) {}

  @RpcMethod({
    name: 'hooks.list',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Hooks of the gateway: what they listen to, whether they run, and why not.',
  })
  list(): unknown {
    return {
      hooks: this.catalog.all().map(({ name, description, events, source, folder, enabled, reason }) => ({
        name,
        description,
        events,
        source,
        ...(folder === '' ? {} : { folder }),
        enabled,
        runs: reason === undefined,
        ...(reason === undefined ? {} : { reason }),
      })),
    };
  }
}
