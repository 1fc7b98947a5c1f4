import { Injectable } from '@nestjs/common';
import { ListeningState } from '../gateway/http/listening-state';
import { uiAddresses } from '../gateway/http/ui-addresses';
import { RuntimeSettingsService } from '../gateway/runtime-settings.service';
import { NoParams } from '../rpc/no-params.dto';
import { RpcMethod } from '../rpc/rpc-method';
import { isPageBuilt } from './page-folder';

export interface ControlUiPlace {
  served: boolean;
  /** Addresses for a browser on the gateway's machine; its own port first. */
  addresses: string[];
  basePath: string;
  authMode: 'token' | 'password' | 'none';
  /** Process of the gateway, by which a client on its machine knows that it is on its machine. */
  pid: number;
}

@Injectable()
export class ControlUiRpc {
  constructor(
    private readonly listening: ListeningState,
    private readonly settings: RuntimeSettingsService,
  ) {}

  @RpcMethod({
    name: 'controlUi.place',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Where the Control UI is served, and how one logs in there.',
  })
  place(): ControlUiPlace {
    const { auth, controlUi } = this.settings.current;
    const served = controlUi.enabled && (controlUi.root !== undefined || isPageBuilt());
    return {
      served,
      addresses: served ? uiAddresses(this.listening.list(), controlUi.basePath) : [],
      basePath: controlUi.basePath,
      authMode: auth.mode,
      pid: process.pid,
    };
  }
}
