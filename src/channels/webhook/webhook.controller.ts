import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { MediaRef } from '../../common/chat-media';
import { messageOf } from '../../common/openclaw-error';
import { describeDtoProblems, findDtoProblems } from '../../common/validation/validate-dto';
import { readBody } from '../../events/http-auth-port';
import type { InboundUpdate } from '../channel-adapter';
import { linkedPictures } from '../kit/picture-address';
import { takeMessage } from '../take-message';
import { HeldFiles } from './held-files.service';
import { WebhookAdapter } from './webhook.adapter';
import type { WebhookAccountConfig } from './webhook.config';
import { WebhookMessage } from './webhook.dto';
import { SIGNATURE_HEADER, TIMESTAMP_HEADER, signatureFault } from '../../common/webhook-signature';

/** Of a message without its files; base64 makes four letters of three bytes. */
const MAX_BODY_BYTES = 512 * 1024;
const BASE64 = 4 / 3;

/** Where messages of the webhook channel come in. 200 means: it is on disk, or was already. */
@Controller('channels/webhook')
export class WebhookController {
  constructor(
    private readonly adapter: WebhookAdapter,
    private readonly held: HeldFiles,
  ) {}

  @Post(':account')
  async receive(
    @Param('account') accountId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const refuse = (status: number, code: string, message: string): void => {
      response.status(status).json({ ok: false, error: { code, message } });
    };
    const open = this.adapter.open(accountId.toLowerCase());
    const maxFile = open ? this.adapter.mediaLimit(open.account.id) : 0;
    const maxBytes = MAX_BODY_BYTES + Math.ceil(maxFile * BASE64);
    const body = await readBody(request, maxBytes);
    if (body === undefined) return refuse(413, 'TOO_LARGE', `the body has more than ${maxBytes} bytes`);
    // Unknown and stopped accounts look alike to people without the secret.
    if (!open) return refuse(503, 'NOT_RUNNING', 'this account does not take messages now');
    const { settings } = open.account;
    const fault = signatureFault(
      settings.secret ?? '',
      { timestamp: request.header(TIMESTAMP_HEADER), signature: request.header(SIGNATURE_HEADER) },
      body,
      Date.now(),
    );
    if (fault !== undefined) return refuse(401, 'BAD_SIGNATURE', fault);
    let update: InboundUpdate;
    let files: WebhookMessage['files'];
    try {
      const message: unknown = JSON.parse(body);
      const problems = findDtoProblems(WebhookMessage, message);
      if (problems.length > 0) return refuse(400, 'BAD_MESSAGE', describeDtoProblems(problems));
      ({ files } = message as WebhookMessage);
      update = updateOf(message as WebhookMessage, settings);
    } catch (error) {
      return refuse(400, 'BAD_MESSAGE', messageOf(error));
    }
    try {
      open.host.alive();
      const media: MediaRef[] = [...(update.media ?? [])];
      for (const { name, content } of files ?? []) {
        const bytes = Buffer.from(content, 'base64');
        media.push({ ref: await this.held.hold(bytes), kind: 'document', name, bytes: bytes.length });
      }
      const verdict = await takeMessage(open.host, media.length > 0 ? { ...update, media } : update);
      response.status(200).json({ ok: true, ...verdict });
    } catch {
      refuse(503, 'NOT_STORED', 'the message could not be stored; send it again');
    }
  }
}

function updateOf(message: WebhookMessage, settings: WebhookAccountConfig): InboundUpdate {
  const { chat, sender } = message;
  const type = chat.type ?? 'direct';
  const ids = (list: readonly (string | number)[] | undefined): string[] => (list ?? []).map(String);
  return {
    externalId: message.id,
    messageId: message.id,
    chat: {
      id: chat.id,
      type,
      ...(chat.title ? { title: chat.title } : {}),
      ...(chat.threadId ? { threadId: chat.threadId } : {}),
    },
    sender: { id: sender.id, ...(sender.name ? { name: sender.name } : {}), isBot: sender.isBot === true },
    text: message.text,
    ...linkedPictures(message.pictures),
    mentionsBot: type === 'direct' || message.mentionsBot === true,
    policy: {
      dmPolicy: settings.dmPolicy ?? 'pairing',
      allowFrom: ids(settings.allowFrom),
      groupPolicy: settings.groupPolicy ?? 'allowlist',
      groupAllowFrom: ids(settings.groupAllowFrom),
      ...(type === 'direct' ? {} : { group: { enabled: true, requireMention: settings.requireMention !== false } }),
    },
  };
}
