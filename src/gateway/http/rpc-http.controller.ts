import { Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { JsonTooDeepError, parseUntrustedJson } from '../../common/json';
import { isPlainObject } from '../../common/plain-object';
import { readBody } from '../../events/http-auth-port';
import type { RpcCaller } from '../../rpc/rpc-context';
import { JsonRpcService, jsonRpcError } from '../connection/jsonrpc.service';
import { RpcCode } from '../connection/wire-error';
import { HttpAuth } from './http-auth.service';

const MAX_BODY_BYTES = 1_048_576;

interface JsonRpcAnswer {
  result?: unknown;
  error?: { message: string; data?: { code?: string } };
}

/** JSON-RPC 2.0 over HTTP POST with a bearer token: for scripts that need one answer and no events. */
@Controller()
export class RpcHttpController {
  constructor(
    private readonly jsonRpc: JsonRpcService,
    private readonly auth: HttpAuth,
  ) {}

  @Post('rpc')
  async handle(@Req() request: Request, @Res() response: Response): Promise<void> {
    const who = await this.auth.admit(request, response);
    if (!who) return;
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === undefined) {
      response
        .status(413)
        .json({ error: { message: `body is larger than ${MAX_BODY_BYTES} bytes`, type: 'invalid_request_error' } });
      return;
    }
    const text = await this.answer(body, who);
    if (text === undefined) response.status(204).end();
    else response.status(200).type('application/json').send(text);
  }

  /** One call in the form of OpenClaw's own route: `{id?, method, params?}` is answered by `{id, ok, payload}` or `error`. */
  @Post('api/v1/admin/rpc')
  async handleAdmin(@Req() request: Request, @Res() response: Response): Promise<void> {
    const who = await this.auth.admit(request, response);
    if (!who) return;
    const refuse = (status: number, message: string): void =>
      void response.status(status).json({ ok: false, error: { code: 'INVALID_REQUEST', message } });
    const text = await readBody(request, MAX_BODY_BYTES);
    if (text === undefined) return refuse(413, `body is larger than ${MAX_BODY_BYTES} bytes`);
    let call: unknown;
    try {
      call = parseUntrustedJson(text);
    } catch {
      return refuse(400, 'the body is not valid JSON');
    }
    if (!isPlainObject(call) || typeof call['method'] !== 'string') return refuse(400, 'method must be a string');
    const { id = null, method, params } = call;
    const told = await this.answer(
      JSON.stringify({ jsonrpc: '2.0', id: 0, method, ...(params ? { params } : {}) }),
      who,
    );
    const { result, error } = JSON.parse(told ?? '{}') as JsonRpcAnswer;
    if (!error) return void response.status(200).json({ id, ok: true, payload: result ?? null });
    const { code = 'UNAVAILABLE', ...data } = error.data ?? {};
    response.status(200).json({ id, ok: false, error: { ...data, code, message: error.message } });
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
}
