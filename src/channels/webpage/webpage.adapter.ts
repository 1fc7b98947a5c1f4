import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { DeliveryRoute } from '../../common/delivery-route';
import { aborted } from '../../common/sleep';
import { ConfigService } from '../../config/config.service';
import {
  type ChannelAccount,
  type ChannelAdapter,
  type ChannelHost,
  ChatChannel,
  type OutboundMessage,
  type ProbeResult,
  type InboundUpdate,
} from '../channel-adapter';
import { splitMarkdown } from '../../common/markdown/split-markdown';
import { ConfiguredChannel } from '../kit/configured-channel';
import { type WebpageAccount, webpageAccounts } from './webpage-accounts';

const CHUNK = 20_000;
const STREAM_INTERVAL_MS = 250;

export type PageEvent =
  { kind: 'message' | 'edit'; id: string; text: string; buttons?: OutboundMessage['buttons'] } | { kind: 'typing' };

type Listener = (event: PageEvent) => void;

/**
 * A page for other people's sites. What it sends is on disk already: an answer has arrived when its row stands, and
 * open pages are told at once.
 */
@Injectable()
@ChatChannel({
  id: 'webpage',
  label: 'Web page',
  capabilities: { edits: true, typing: true, groups: false, repeatable: true },
  credentials: ['token'],
})
export class WebpageAdapter extends ConfiguredChannel<WebpageAccount> implements ChannelAdapter {
  private readonly hosts = new Map<string, ChannelHost>();
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(config: ConfigService) {
    super(config, { id: 'webpage', label: 'web page' });
  }

  async run(accountId: string, host: ChannelHost, signal: AbortSignal): Promise<void> {
    this.account(accountId);
    this.hosts.set(accountId, host);
    host.again(({ raw }) => host.receive(raw as InboundUpdate));
    host.state('connected');
    try {
      await aborted(signal);
    } finally {
      this.hosts.delete(accountId);
    }
  }

  /** Accounts that take messages now. */
  open(): { account: WebpageAccount; host: ChannelHost }[] {
    return this.configured().flatMap((account) => {
      const host = this.hosts.get(account.id);
      return host ? [{ account, host }] : [];
    });
  }

  /** Calls back with what happens in a visitor's conversation. @returns what ends that */
  listen(account: string, visitor: string, listener: Listener): () => void {
    const key = `${account}/${visitor}`;
    const listeners = this.listeners.get(key) ?? new Set();
    listeners.add(listener);
    this.listeners.set(key, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.listeners.delete(key);
    };
  }

  chunk(_: string, text: string): string[] {
    return splitMarkdown(text, (piece) => piece.length <= CHUNK);
  }

  send({ account, route, text, deliveryId = randomUUID(), buttons }: OutboundMessage): Promise<string> {
    this.tell(account, route.to, { kind: 'message', id: deliveryId, text, ...(buttons ? { buttons } : {}) });
    return Promise.resolve(deliveryId);
  }

  edit({ account, route, text }: OutboundMessage, platformId: string): Promise<void> {
    this.tell(account, route.to, { kind: 'edit', id: platformId, text });
    return Promise.resolve();
  }

  typing(account: string, route: DeliveryRoute): Promise<void> {
    this.tell(account, route.to, { kind: 'typing' });
    return Promise.resolve();
  }

  streamInterval(): number {
    return STREAM_INTERVAL_MS;
  }

  probe(accountId: string): Promise<ProbeResult> {
    return Promise.resolve(
      this.hosts.has(accountId) ? { ok: true, elapsedMs: 0 } : { ok: false, elapsedMs: 0, error: 'it does not run' },
    );
  }

  protected configured(): WebpageAccount[] {
    return webpageAccounts(this.config.config);
  }

  protected describe({ settings }: WebpageAccount): Pick<ChannelAccount, 'facts' | 'settings'> {
    return { settings, facts: { path: '/webpage/', allowedOrigins: settings.allowedOrigins ?? [] } };
  }

  private tell(account: string, visitor: string, event: PageEvent): void {
    for (const listener of this.listeners.get(`${account}/${visitor}`) ?? []) listener(event);
  }
}
