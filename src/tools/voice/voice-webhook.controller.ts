import { Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { readBody } from '../../events/http-auth-port';
import { CallService, VOICE_WEBHOOK_PATH } from './call.service';

const MAX_BODY_BYTES = 64 * 1024;

/** Where the telephone company tells what happens on a call. Its signature is the only way in. */
@Controller()
export class VoiceWebhookController {
  constructor(private readonly calls: CallService) {}

  @Post(VOICE_WEBHOOK_PATH)
  async receive(@Req() request: Request, @Res() response: Response): Promise<void> {
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === undefined) {
      response.status(413).json({ error: { message: `body is larger than ${MAX_BODY_BYTES} bytes` } });
      return;
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
    );
    const reply = await this.calls.receive({ url: request.originalUrl, headers, body });
    if (reply) response.status(200).type(reply.type).send(reply.body);
    else response.status(403).json({ error: { message: 'the signature is none of the configured telephone company' } });
  }
}
