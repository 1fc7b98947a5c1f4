import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import type { MediaRef } from '../../common/chat-media';
import { messageOf } from '../../common/openclaw-error';
import { aborted } from '../../common/sleep';
import { isPlainObject } from '../../common/plain-object';
import { Redactor } from '../../common/redactor';
import { sniffFile } from '../../common/sniff-file';
import { ConfigService } from '../../config/config.service';
import { ToolError } from '../../tools/agent-tool';
import { GuardedHttp } from '../../tools/web/guarded-http.service';
import {
  type ChannelAccount,
  type ChannelAdapter,
  type ChannelHost,
  ChannelSendError,
  ChatChannel,
  type OutboundMessage,
  type ProbeResult,
  type InboundUpdate,
} from '../channel-adapter';
import { splitMarkdown } from '../../common/markdown/split-markdown';
import { ConfiguredChannel } from '../kit/configured-channel';
import { HeldFiles } from './held-files.service';
import { type WebhookAccount, webhookAccounts } from './webhook-accounts';
import { signedHeaders } from '../../common/webhook-signature';

const DEFAULT_CHUNK = 16_000;
const DEFAULT_MEDIA_MB = 5;
const MIB = 1024 * 1024;
const SEND_MS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Anything that can post JSON: messages come in signed, answers go out signed. Each outgoing message carries an id that
 * stays the same when it is sent again, so the other side can tell copies apart.
 */
@Injectable()
@ChatChannel({
  id: 'webhook',
  label: 'Webhook',
  capabilities: { edits: true, typing: false, groups: true, repeatable: true, files: { captionChars: 100 } },
  credentials: ['secret'],
})
export class WebhookAdapter extends ConfiguredChannel<WebhookAccount> implements ChannelAdapter {
  /** Accounts that run, with whom takes their messages. */
  private readonly hosts = new Map<string, ChannelHost>();

  constructor(
    config: ConfigService,
    private readonly http: GuardedHttp,
    private readonly redactor: Redactor,
    private readonly held: HeldFiles,
  ) {
    super(config, { id: 'webhook', label: 'webhook' });
  }

  async run(accountId: string, host: ChannelHost, signal: AbortSignal): Promise<void> {
    this.redactor.addSecret(this.account(accountId).settings.secret);
    this.hosts.set(accountId, host);
    host.again(({ raw }) => host.receive(raw as InboundUpdate));
    host.state('connected');
    try {
      await aborted(signal);
    } finally {
      this.hosts.delete(accountId);
    }
  }

  /** Account that messages can be handed to now. */
  open(accountId: string): { account: WebhookAccount; host: ChannelHost } | undefined {
    const account = this.configured().find(({ id }) => id === accountId);
    const host = this.hosts.get(accountId);
    return account && host ? { account, host } : undefined;
  }

  chunk(accountId: string, text: string): string[] {
    const limit = this.account(accountId).settings.textChunkLimit ?? DEFAULT_CHUNK;
    return splitMarkdown(text, (piece) => piece.length <= limit);
  }

  mediaLimit(accountId: string): number {
    return (this.account(accountId).settings.mediaMaxMb ?? DEFAULT_MEDIA_MB) * MIB;
  }

  fetchMedia(_: string, { ref }: MediaRef): Promise<Buffer> {
    return this.held.take(ref);
  }

  async send(message: OutboundMessage): Promise<string> {
    const id = message.deliveryId ?? '';
    const { file } = message;
    if (file && !existsSync(file.path)) throw new ChannelSendError('refused', `${file.name} is not there any more`);
    const content = file && (await readFile(file.path));
    const answer = await this.post(message.account, {
      type: 'message',
      id,
      account: message.account,
      chat: placeOf(message),
      text: message.text,
      linkPreview: this.account(message.account).settings.linkPreview === true,
      ...(message.replyToId ? { replyToId: message.replyToId } : {}),
      ...(message.buttons ? { buttons: message.buttons } : {}),
      ...(file && content
        ? {
            files: [
              {
                name: file.name,
                kind: file.kind,
                mimeType: sniffFile(content).mimeType,
                content: content.toString('base64'),
              },
            ],
          }
        : {}),
    });
    return typeof answer['id'] === 'string' ? answer['id'] : id;
  }

  async edit(message: OutboundMessage, platformId: string): Promise<void> {
    await this.post(message.account, {
      type: 'edit',
      id: platformId,
      account: message.account,
      chat: placeOf(message),
      text: message.text,
      linkPreview: this.account(message.account).settings.linkPreview === true,
    });
  }

  async probe(accountId: string): Promise<ProbeResult> {
    const started = performance.now();
    const elapsed = (): number => Math.round(performance.now() - started);
    try {
      await this.post(accountId, { type: 'ping', account: accountId });
      return { ok: true, elapsedMs: elapsed() };
    } catch (error) {
      return { ok: false, elapsedMs: elapsed(), error: this.redactor.redact(messageOf(error)) };
    }
  }

  /** @throws ChannelSendError. Copies carry the same id, so a message whose outcome is unknown is sent again. */
  private async post(accountId: string, payload: Record<string, unknown>): Promise<Record<string, unknown>> {
    const { settings } = this.account(accountId);
    const { url = '', secret = '' } = settings;
    const body = JSON.stringify(payload);
    let answer;
    try {
      answer = await this.http.request({
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signedHeaders(secret, body, Date.now()) },
        body,
        timeoutMs: SEND_MS,
        maxBytes: MAX_ANSWER_BYTES,
        maxRedirects: 0,
        trustedOrigins: [new URL(url).origin],
      });
    } catch (error) {
      const isRefused = error instanceof ToolError && error.code === 'blocked_address';
      throw new ChannelSendError(isRefused ? 'refused' : 'not_delivered', messageOf(error), { cause: error });
    }
    const { status, headers } = answer;
    if (status === 429)
      throw new ChannelSendError('rate_limited', `${url} answered 429`, {
        retryAfterMs: (Number(headers['retry-after']) || 1) * 1000,
      });
    if (status === 401 || status === 403) throw new ChannelSendError('unauthorized', `${url} answered ${status}`);
    if (status >= 500 || status === 408) throw new ChannelSendError('not_delivered', `${url} answered ${status}`);
    if (status >= 300) throw new ChannelSendError('refused', `${url} answered ${status}`);
    try {
      const value: unknown = JSON.parse(answer.body.toString('utf8'));
      return isPlainObject(value) ? value : {};
    } catch {
      return {};
    }
  }

  protected configured(): WebhookAccount[] {
    return webhookAccounts(this.config.config);
  }

  protected describe({ id, settings }: WebhookAccount): Pick<ChannelAccount, 'facts' | 'settings' | 'allowFrom'> {
    return {
      settings,
      allowFrom: (settings.allowFrom ?? []).map(String),
      facts: { dmPolicy: settings.dmPolicy ?? 'pairing', path: `/channels/webhook/${id}`, url: settings.url ?? null },
    };
  }
}

const placeOf = ({ route }: OutboundMessage): Record<string, unknown> => ({
  id: route.to,
  ...(route.threadId ? { threadId: route.threadId } : {}),
});
