import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type Logger, LoggerFactory } from '../../common/logger';
import { isUnguessable, secretsEqual } from '../../common/secrets-equal';
import type { RpcCaller } from '../../rpc/rpc-context';
import { OPERATOR_SCOPES } from '../../rpc/scopes';
import { EventBus } from '../../events/event-bus';
import { refuseOrigin, type RequestSource, requestSource } from '../../common/net/request-source';
import { LoginThrottle } from '../connection/login-throttle';
import { RuntimeSettingsService } from '../runtime-settings.service';

/** Who may call HTTP routes: a bearer of the shared secret, not a foreign web page. */
@Injectable()
export class HttpAuth {
  private readonly log: Logger;

  constructor(
    private readonly settings: RuntimeSettingsService,
    private readonly throttle: LoginThrottle,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('gateway/http');
  }

  /** Undefined when the request was refused; it is answered then. */
  async admit(request: Request, response: Response): Promise<RpcCaller | undefined> {
    const { net } = this.settings.current;
    const from = requestSource(request, net);
    const foreign = refuseOrigin(request, net);
    if (foreign !== undefined) {
      response.status(403).json({ error: { message: foreign, type: 'forbidden' } });
      return undefined;
    }
    const isAdmitted = await this.isAuthorised(request, from.source);
    this.events.emit('login.judged', { via: 'http', isAdmitted });
    if (!isAdmitted) {
      const waitMs = this.throttle.waitMs(from.source);
      // Path and not address: a query may hold anything.
      const facts = { via: 'http', address: from.address, method: request.method, path: request.path };
      if (waitMs === 0) this.log.warn(facts, 'refused a login');
      if (waitMs === 0) response.status(401).json({ error: { message: 'Unauthorized', type: 'unauthorized' } });
      else
        response
          .status(429)
          .set('retry-after', String(Math.ceil(waitMs / 1000)))
          .json({ error: { message: 'too many failed attempts; try again later', type: 'rate_limited' } });
      return undefined;
    }
    if (this.settings.current.auth.mode === 'none') return narrowed(caller(from), request.headers[SCOPES]);
    return { ...caller(from), hasShownSecret: true };
  }

  private async isAuthorised(request: Request, source: string): Promise<boolean> {
    const { auth } = this.settings.current;
    if (auth.mode === 'none') return true;
    const secret = auth.secret ?? '';
    const offered = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (offered === undefined) return false;
    if (!isUnguessable(secret) && this.throttle.waitMs(source) > 0 && !(await this.throttle.turn(source))) return false;
    if (secretsEqual(offered.trim(), secret)) return true;
    this.throttle.recordFailure(source);
    return false;
  }
}

const SCOPES = 'x-openclaw-scopes';

/** Where nobody has to prove anything, whoever stands before the gateway can give up scopes for those who come through. */
function narrowed(who: RpcCaller, header: string | string[] | undefined): RpcCaller {
  if (header === undefined) return who;
  const wanted = new Set(
    [header]
      .flat()
      .join(',')
      .split(',')
      .map((scope) => scope.trim()),
  );
  return { ...who, scopes: new Set([...who.scopes].filter((scope) => wanted.has(scope))) };
}

/** The shared secret acts as the owner on this machine; from elsewhere a paired device is needed. */
function caller({ address, local }: RequestSource): RpcCaller {
  return {
    connectionId: 'http',
    protocol: 4,
    dialect: 'jsonrpc',
    role: 'operator',
    scopes: new Set(local ? OPERATOR_SCOPES : []),
    clientId: 'gateway-client',
    clientMode: 'backend',
    capabilities: new Set(),
    remoteAddress: address,
    follows: new Set(),
    watchesSessions: false,
  };
}
