import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type Logger, LoggerFactory } from '../common/logger';
import { parseUntrustedJson } from '../common/json';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { isPlainObject } from '../common/plain-object';
import { ConfigService } from '../config/config.service';
import { HttpAuthPort, readBody } from '../events/http-auth-port';
import type { RpcCaller } from '../rpc/rpc-context';
import { RpcError } from '../rpc/rpc-error';
import { ApiError, runFailed } from './api-error';
import { type Endpoint, isOn, switchedOff } from './http-switches';

const DEFAULT_BODY_BYTES = 20 * 1024 * 1024;

/** What the secret gives to requests of an endpoint that is on, wherever they come from. */
const GIVEN = ['operator.read', 'operator.write'] as const;

export interface Visit {
  request: Request;
  response: Response;
  method: 'GET' | 'POST';
  /** One of these has to be on. */
  endpoints: readonly Endpoint[];
}

export type Body = Record<string, unknown>;

/**
 * Lets requests of the HTTP API in, in this order: is it on, is it the method, who asks, is the body an object of JSON. By
 * turning an endpoint on the owner says that whoever has the secret may talk to the assistant, from wherever they can
 * reach it; nothing else is given to them.
 */
@Injectable()
export class ApiRequestGuard {
  private readonly log: Logger;

  constructor(
    private readonly httpAuthPort: HttpAuthPort,
    private readonly config: ConfigService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('http-api');
  }

  /** Serves a request with a body. What `work` throws is answered as the error that it is. */
  async post(visit: Omit<Visit, 'method'>, work: (body: Body, caller: RpcCaller) => Promise<void>): Promise<void> {
    await this.visit({ ...visit, method: 'POST' }, async (caller) => work(await this.bodyOf(visit), caller));
  }

  async get(visit: Omit<Visit, 'method'>, work: (caller: RpcCaller) => Promise<void> | void): Promise<void> {
    await this.visit({ ...visit, method: 'GET' }, async (caller) => work(caller));
  }

  private async visit(visit: Visit, work: (caller: RpcCaller) => Promise<void>): Promise<void> {
    const { request, response, method, endpoints } = visit;
    try {
      if (!endpoints.some((endpoint) => isOn(this.config.config, endpoint))) throw switchedOff(request.path, endpoints);
      if (request.method !== method) {
        response.status(405).set('allow', method).type('text/plain').send('Method Not Allowed');
        return;
      }
      const caller = await this.httpAuthPort.admit(request, response);
      if (!caller) return;
      const scopes = caller.hasShownSecret ? new Set([...caller.scopes, ...GIVEN]) : caller.scopes;
      if (!scopes.has('operator.write') && !scopes.has('operator.admin'))
        throw new ApiError(403, 'missing scope: operator.write', 'forbidden', { code: 'missing_scope' });
      await work({ ...caller, scopes });
    } catch (error) {
      this.refuse(error, response);
    }
  }

  private async bodyOf({ request, endpoints }: Omit<Visit, 'method'>): Promise<Body> {
    const [endpoint = 'chatCompletions'] = endpoints;
    const most = this.config.config.gateway?.http?.endpoints?.[endpoint]?.maxBodyBytes ?? DEFAULT_BODY_BYTES;
    const tooLarge = new ApiError(413, `the body is larger than ${most} bytes`, 'invalid_request_error', {
      code: 'body_too_large',
    });
    if (Number(request.headers['content-length']) > most) throw tooLarge;
    const text = await readBody(request, most);
    if (text === undefined) throw tooLarge;
    let body: unknown;
    try {
      body = parseUntrustedJson(text);
    } catch (error) {
      throw new ApiError(400, `the body is not valid JSON: ${messageOf(error)}`, 'invalid_request_error', {
        code: 'invalid_json',
      });
    }
    if (!isPlainObject(body)) throw new ApiError(400, 'the body must be a JSON object');
    return body;
  }

  private refuse(error: unknown, response: Response): void {
    if (response.headersSent) {
      this.log.error({ error }, `an answer broke off: ${messageOf(error)}`);
      response.end();
      return;
    }
    this.asApiError(error).send(response);
  }

  private asApiError(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    if (error instanceof RpcError && error.code === 'INVALID_REQUEST') return new ApiError(400, error.message);
    if (error instanceof OpenclawError && error.retryAfterMs !== undefined)
      return new ApiError(503, error.message, 'api_error', {
        code: error.code.toLowerCase(),
        headers: { 'retry-after': String(Math.ceil(error.retryAfterMs / 1000)) },
      });
    this.log.error({ error }, `a request failed: ${messageOf(error)}`);
    return runFailed('an internal error; the log has the details', 'internal');
  }
}
