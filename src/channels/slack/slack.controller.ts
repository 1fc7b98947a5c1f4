import { Controller, Post, Req, Res, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { isPlainObject } from '../../common/plain-object';
import { readBody } from '../../events/http-auth-port';
import { SlackAdapter } from './slack.adapter';

const MAX_BODY_BYTES = 1024 * 1024;
const SIGNATURE = 'x-slack-signature';
const TIMESTAMP = 'x-slack-request-timestamp';

/** Where Slack posts to in HTTP mode; 200 means: it is on disk, or was already. Made for the paths of the accounts. */
export function slackController(paths: readonly string[]): Type {
  @Controller(paths.map((path) => path.replace(/^\//, '')))
  class SlackController {
    constructor(readonly adapter: SlackAdapter) {}

    @Post()
    async receive(@Req() request: Request, @Res() response: Response): Promise<void> {
      const refuse = (status: number, code: string, message: string): void => {
        response.status(status).json({ ok: false, error: { code, message } });
      };
      const body = await readBody(request, MAX_BODY_BYTES);
      if (body === undefined) return refuse(413, 'TOO_LARGE', `the body has more than ${MAX_BODY_BYTES} bytes`);
      const listeners = this.adapter.listeners(request.path);
      if (listeners.length === 0) return refuse(503, 'NOT_RUNNING', 'no account takes requests here now');
      const { isValidSlackRequest } = await import('@slack/bolt');
      const listener = listeners.find(({ secret }) =>
        isValidSlackRequest({
          signingSecret: secret,
          body,
          headers: {
            [SIGNATURE]: request.header(SIGNATURE) ?? '',
            [TIMESTAMP]: Number(request.header(TIMESTAMP)),
          },
        }),
      );
      if (!listener) return refuse(401, 'BAD_SIGNATURE', `${SIGNATURE} does not fit, or ${TIMESTAMP} is too old`);
      const payload = parsed(body, request.header('content-type') ?? '');
      if (!payload) return refuse(400, 'BAD_REQUEST', 'the body is neither JSON nor a form of Slack');
      listener.host.alive();
      if (payload['type'] === 'url_verification') {
        response.status(200).json({ challenge: payload['challenge'] });
        return;
      }
      if (payload['ssl_check'] !== undefined) {
        response.status(200).end();
        return;
      }
      try {
        const retry = Number(request.header('x-slack-retry-num'));
        const answer = await listener.app.handle({ body: payload, ...(retry > 0 ? { retryNum: retry } : {}) });
        if (answer === undefined) response.status(200).end();
        else response.status(200).json(answer);
      } catch {
        refuse(503, 'NOT_STORED', 'the event could not be stored; send it again');
      }
    }
  }
  return SlackController;
}

/** Events come as JSON, commands as a form, presses as JSON in a form. */
function parsed(body: string, type: string): Record<string, unknown> | undefined {
  try {
    if (type.includes('application/json')) {
      const value: unknown = JSON.parse(body);
      return isPlainObject(value) ? value : undefined;
    }
    const form = Object.fromEntries(new URLSearchParams(body));
    const payload: unknown = form['payload'] === undefined ? form : JSON.parse(form['payload']);
    return isPlainObject(payload) ? payload : undefined;
  } catch {
    return undefined;
  }
}
