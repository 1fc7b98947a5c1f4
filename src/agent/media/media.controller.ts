import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { MediaStore } from './media-store.service';

/** `GET /media/<id>`: the link itself is the permission. */
@Controller()
export class MediaController {
  constructor(private readonly store: MediaStore) {}

  @Get('media/:id')
  async show(
    @Param('id') id: string,
    @Query('expires') expires: string | undefined,
    @Query('signature') signature: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const found = await this.store.open(id, Number(expires), String(signature ?? ''));
    if (!found) {
      response
        .status(404)
        .json({ error: { message: 'this link does not open anything (any more)', type: 'not_found' } });
      return;
    }
    response
      .status(200)
      .set({
        'content-type': found.mimeType,
        'content-disposition':
          found.mimeType.startsWith('audio/') || found.mimeType.startsWith('image/') ? 'inline' : 'attachment',
        'cache-control': 'private, no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      })
      .send(found.content);
  }
}
