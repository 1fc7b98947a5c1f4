import { Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { JsonTooDeepError, parseUntrustedJson } from '../../common/json';
import { OPERATOR_SCOPES } from '../../rpc/scopes';
import type { RpcCaller } from '../../rpc/rpc-context';
import { clientAddress } from '../connection/client-address';
import { JsonRpcService, jsonRpcError } from '../connection/jsonrpc.service';
import { LoginThrottle } from '../connection/login-throttle';
import { refuseOrigin } from '../connection/origin-check';
import { isUnguessable, secretsEqual } from '../../common/secrets-equal';
import { RpcCode } from '../connection/wire-error';
import { RuntimeSettingsService } from '../runtime-settings.service';

const MAX_BODY_BYTES = 1_048_576;

/** JSON-RPC 2.0 over HTTP POST with a bearer token: for scripts that need one answer and no events. */
@Controller()
export class RpcHttpController {
  constructor(
    private readonly jsonRpc: JsonRpcService,
    private readonly settings: RuntimeSettingsService,
    private readonly throttle: LoginThrottle,
  ) {}

  @Post('rpc')
  async handle(@Req() request: Request, @Res() response: Response): Promise<void> {
    const address = clientAddress(request, this.settings.current.trustedProxies);
    const foreign = refuseOrigin(request, this.settings.current.controlUi.allowedOrigins);
    if (foreign !== undefined) {
      response.status(403).json({ error: { message: foreign, type: 'forbidden' } });
      return;
    }
    if (!this.isAuthorised(request, address.address)) {
      response.status(401).json({ error: { message: 'Unauthorized', type: 'unauthorized' } });
      return;
    }
    const body = await readBody(request);
    if (body === undefined) {
      response
        .status(413)
        .json({ error: { message: `body is larger than ${MAX_BODY_BYTES} bytes`, type: 'invalid_request_error' } });
      return;
    }
    const text = await this.answer(body, caller(address));
    if (text === undefined) response.status(204).end();
    else response.status(200).type('application/json').send(text);
  }

  private answer(body: string, who: RpcCaller): Promise<string | undefined> {
    let value: unknown;
    try {
      value = parseUntrustedJson(body);
    } catch (error) {
      const deep = error instanceof JsonTooDeepError;
      const code = deep ? RpcCode.invalidRequest : RpcCode.parseError;
      return Promise.resolve(jsonRpcError(null, code, deep ? 'Invalid Request: nested too deeply' : 'Parse error'));
    }
    const { signal } = new AbortController();
    return new Promise((resolve) =>
      this.jsonRpc.handle(value, (acknowledge) => ({ caller: who, acknowledge, signal }), resolve),
    );
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

async function readBody(request: Request): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
