import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { isUnguessable, secretsEqual } from '../../common/secrets-equal';
import type { RpcCaller } from '../../rpc/rpc-context';
import { OPERATOR_SCOPES } from '../../rpc/scopes';
import { clientAddress } from '../connection/client-address';
import { LoginThrottle } from '../connection/login-throttle';
import { refuseOrigin } from '../connection/origin-check';
import { RuntimeSettingsService } from '../runtime-settings.service';

/** Who may call HTTP routes: a bearer of the shared secret, not a foreign web page. */
@Injectable()
export class HttpAuth {
  constructor(
    private readonly settings: RuntimeSettingsService,
    private readonly throttle: LoginThrottle,
  ) {}

  /** Undefined when the request was refused; it is answered then. */
  admit(request: Request, response: Response): RpcCaller | undefined {
    const address = clientAddress(request, this.settings.current.trustedProxies);
    const foreign = refuseOrigin(request, this.settings.current.controlUi.allowedOrigins);
    if (foreign !== undefined) {
      response.status(403).json({ error: { message: foreign, type: 'forbidden' } });
      return undefined;
    }
    if (!this.isAuthorised(request, address.address)) {
      response.status(401).json({ error: { message: 'Unauthorized', type: 'unauthorized' } });
      return undefined;
    }
    return caller(address);
  }

  private isAuthorised(request: Request, address: string): boolean {
    const { auth } = this.settings.current;
    if (auth.mode === 'none') return true;
    const secret = auth.secret ?? '';
    if (this.throttle.retryAfterMs(address) > 0 && !isUnguessable(secret)) return false;
    const offered = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (offered !== undefined && secretsEqual(offered.trim(), secret)) return true;
    if (offered !== undefined) this.throttle.recordFailure(address);
    return false;
  }
}

/** The shared secret acts as the owner on this machine; from elsewhere a paired device is needed. */
function caller(address: { address: string; local: boolean }): RpcCaller {
  return {
    connectionId: 'http',
    protocol: 4,
    dialect: 'jsonrpc',
    role: 'operator',
    scopes: new Set(address.local ? OPERATOR_SCOPES : []),
    clientId: 'gateway-client',
    clientMode: 'backend',
    capabilities: new Set(),
    remoteAddress: address.address,
  };
}
