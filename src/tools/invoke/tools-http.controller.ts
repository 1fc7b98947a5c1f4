import { All, Controller, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { parseUntrustedJson } from '../../common/json';
import { textOf } from '../../common/content-parts';
import { isPlainObject } from '../../common/plain-object';
import { fieldsOf } from '../../common/validation/field-registry';
import { HttpAuthPort, readBody } from '../../events/http-auth-port';
import { satisfies } from '../../rpc/scopes';
import type { ToolResult } from '../agent-tool';
import { ToolRegistry } from '../tool-registry.service';
import { KnownCalls } from './known-calls';
import { type OutsideCall, ToolInvoker } from './tool-invoker.service';

const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** Characters of a key under which a call is known again; as the method tools.invoke takes it. */
const MAX_KEY = 200;

/** `POST /tools/invoke`: one tool call for scripts. */
@Controller()
export class ToolsHttpController {
  private readonly known = new KnownCalls<ToolResult>();

  constructor(
    private readonly httpAuthPort: HttpAuthPort,
    private readonly registry: ToolRegistry,
    private readonly invoker: ToolInvoker,
  ) {}

  @All('tools/invoke')
  async invoke(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (request.method !== 'POST') {
      response.status(405).set('allow', 'POST').type('text/plain').send('Method Not Allowed');
      return;
    }
    const caller = await this.httpAuthPort.admit(request, response);
    if (!caller) return;
    const refuse = (status: number, message: string, type = 'invalid_request_error'): void => {
      response.status(status).json({ error: { message, type } });
    };
    // Whoever shows the secret may use tools from wherever they reach the port; what is left out by itself, is left out for them.
    if (!caller.hasShownSecret && !satisfies(caller.scopes, 'operator.write'))
      return refuse(403, 'operator.write is needed', 'forbidden');
    const text = await readBody(request, MAX_BODY_BYTES);
    if (text === undefined) return refuse(413, `body is larger than ${MAX_BODY_BYTES} bytes`);
    let body: unknown;
    try {
      body = text.trim() === '' ? {} : parseUntrustedJson(text);
    } catch {
      return refuse(400, 'the body is not valid JSON');
    }
    if (!isPlainObject(body)) return refuse(400, 'the body must be an object');
    const name = typeof body['tool'] === 'string' ? body['tool'] : body['name'];
    if (typeof name !== 'string' || name.trim() === '') return refuse(400, 'tools.invoke requires tool');
    const key = typeof body['idempotencyKey'] === 'string' ? body['idempotencyKey'] : undefined;
    if (key !== undefined && key.length > MAX_KEY)
      return refuse(400, `idempotencyKey: must be at most ${MAX_KEY} characters long`);
    const call = this.callOf(body, request);
    const tool = this.registry.find(name);
    if (!tool || !this.invoker.isAllowed(name, call)) {
      response.status(404).json({ ok: false, error: { type: 'not_found', message: `Tool not available: ${name}` } });
      return;
    }
    const args = isPlainObject(body['args']) ? { ...body['args'] } : {};
    if (
      typeof body['action'] === 'string' &&
      fieldsOf(tool.declaration.params).has('action') &&
      args['action'] === undefined
    )
      args['action'] = body['action'];
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const invoke = (): Promise<ToolResult> => this.invoker.invoke(name, args, call, gone.signal);
    const result = await (key === undefined ? invoke() : this.known.once(`${name} ${key}`, invoke));
    if (result.isError && result.details?.['status'] === 'error') {
      response.status(400).json({
        ok: false,
        error: { type: 'tool_error', message: textOf(result.content), code: result.details['code'] },
      });
      return;
    }
    response.status(200).json({ ok: true, result: { content: result.content, details: result.details ?? {} } });
  }

  private callOf(body: Record<string, unknown>, request: Request): OutsideCall {
    const text = (value: unknown): string | undefined =>
      typeof value === 'string' && value !== '' ? value : undefined;
    const sessionKey = text(body['sessionKey']);
    const agentId = text(body['agentId']);
    const channel = text(request.headers['x-openclaw-message-channel']);
    const account = text(request.headers['x-openclaw-account-id']);
    return {
      via: 'http',
      ...(sessionKey ? { sessionKey } : {}),
      ...(agentId ? { agentId } : {}),
      ...(channel ? { channel } : {}),
      ...(account ? { account } : {}),
    };
  }
}
