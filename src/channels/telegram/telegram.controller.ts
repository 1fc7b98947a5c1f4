import { Controller, Post, Req, Res, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Update } from 'telegraf/types';
import { isPlainObject } from '../../common/plain-object';
import { readBody } from '../../events/http-auth-port';
import { TelegramAdapter } from './telegram.adapter';

const MAX_BODY_BYTES = 1024 * 1024;
const SECRET = 'x-telegram-bot-api-secret-token';

/** Where Telegram posts updates to; 200 means: it is on disk, or was already. Made for the paths of the accounts. */
export function telegramController(paths: readonly string[]): Type {
  @Controller(paths.map((path) => path.replace(/^\//, '')))
  class TelegramController {
    constructor(readonly adapter: TelegramAdapter) {}

    @Post()
    async receive(@Req() request: Request, @Res() response: Response): Promise<void> {
      const refuse = (status: number, code: string, message: string): void => {
        response.status(status).json({ ok: false, error: { code, message } });
      };
      const body = await readBody(request, MAX_BODY_BYTES);
      if (body === undefined) return refuse(413, 'TOO_LARGE', `the body has more than ${MAX_BODY_BYTES} bytes`);
      const hook = this.adapter.hooks(request.path).find((each) => each.isFrom(request.header(SECRET)));
      if (!hook) return refuse(401, 'BAD_SECRET', `${SECRET} is not that of an account that runs here`);
      let update: unknown;
      try {
        update = JSON.parse(body);
      } catch {
        update = undefined;
      }
      if (!isPlainObject(update) || typeof update['update_id'] !== 'number')
        return refuse(400, 'BAD_UPDATE', 'the body is no update of the Bot API');
      try {
        await hook.take(update as unknown as Update);
        response.status(200).end();
      } catch {
        refuse(503, 'NOT_STORED', 'the update could not be stored; send it again');
      }
    }
  }
  return TelegramController;
}
