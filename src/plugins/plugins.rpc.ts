import { Injectable } from '@nestjs/common';
import { NoParams } from '../rpc/no-params.dto';
import { RpcMethod } from '../rpc/rpc-method';
import { type PluginReport, Plugins } from './plugins.service';

@Injectable()
export class PluginsRpc {
  constructor(private readonly plugins: Plugins) {}

  @RpcMethod({
    name: 'plugins.list',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Plugins: what they bring, whether they run, and why not.',
  })
  list(): { plugins: PluginReport[] } {
    return { plugins: this.plugins.report() };
  }
}
