import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { ChatPoll, OutboundFile, ReplyButton } from '../common/chat-media';
import type { DeliveryRoute } from '../common/delivery-route';
import type { RpcContext } from '../rpc/rpc-context';
import type { Schema } from '../storage/schema';

/** Texts for one chat, to be delivered in order. */
export interface OutboundTexts {
  /** Run or request that they answer; together with the part number the identity of each part. */
  runId: string;
  route: DeliveryRoute;
  texts: readonly string[];
  /** Message that the first part quotes: an id, or `current` for the one being answered. */
  replyTo?: string;
  /** Files that follow the texts; a single short text is the caption of the first. */
  files?: readonly OutboundFile[];
  /** Instead of texts and files. */
  poll?: ChatPoll;
  /** Rows of buttons under the last text, where the channel has them. */
  buttons?: readonly (readonly ReplyButton[])[];
  /** Arrives without a sound, where the channel can. */
  silent?: boolean;
}

/** What a connected client sends to a chat. */
export interface ClientMessage {
  /** Chat on the platform; it may begin with the name of the channel. */
  to: string;
  /** The same key of a caller again is the same message. */
  idempotencyKey: string;
  message?: string;
  /** Files of the default agent's workspace, or https addresses. */
  mediaUrls?: string[];
  channel?: string;
  accountId?: string;
  threadId?: string;
  replyToId?: string;
  silent?: boolean;
  asVoice?: boolean;
  /** A file of the client, as base64 or a data URL. */
  buffer?: string;
  filename?: string;
  contentType?: string;
  /** Pictures and videos arrive as files. */
  forceDocument?: boolean;
  /** Rows of buttons under its text. */
  buttons?: readonly (readonly ReplyButton[])[];
}

/** Where a message of a client went. `messageId` is the platform's, of its last part. */
export interface ClientMessageSent {
  runId: string;
  messageId: string;
  channel: string;
  chatId: string;
}

/** What has become of a delivery by now. */
export type DeliveryOutcome =
  { state: 'sent'; messageIds: string[] } | { state: 'failed'; reason: string } | { state: 'waits' };

export interface OutboundHandler {
  enqueueIn(transaction: Transaction<Schema>, outbound: OutboundTexts): Promise<() => void>;
  settle(runId: string): Promise<void>;
  noteSent(route: DeliveryRoute, platformId: string, what: string): Promise<void>;
  outcome(runId: string, withinMs: number, signal: AbortSignal): Promise<DeliveryOutcome>;
  lastSentTo(route: DeliveryRoute): Promise<string | undefined>;
  runsThatSent(route: DeliveryRoute, platformId: string): Promise<string[]>;
  close(runId: string, reword: (text: string) => string): Promise<void>;
  send(message: ClientMessage, context: RpcContext): Promise<ClientMessageSent>;
}

/**
 * Where any layer hands in texts for chats inside its own transaction; the outbox takes them. What it returns is to be
 * called after the commit.
 */
@Injectable()
export class OutboundPort {
  private handler: OutboundHandler | undefined;

  open(handler: OutboundHandler): void {
    this.handler = handler;
  }

  async enqueueIn(transaction: Transaction<Schema>, outbound: OutboundTexts): Promise<() => void> {
    if (!this.handler) throw new Error('no outbox takes deliveries');
    return this.handler.enqueueIn(transaction, outbound);
  }

  /** Sends what a client asks for and waits until the platform has it. @throws RpcError */
  async send(message: ClientMessage, context: RpcContext): Promise<ClientMessageSent> {
    if (!this.handler) throw new Error('no outbox takes deliveries');
    return this.handler.send(message, context);
  }

  /** Resolves when nothing more of a run is told before its end; to be awaited before its end is handed in. */
  async settle(runId: string): Promise<void> {
    await this.handler?.settle(runId);
  }

  /** What has become of a delivery when it is over, or when the time is. */
  async outcome(runId: string, withinMs: number, signal: AbortSignal): Promise<DeliveryOutcome> {
    return (await this.handler?.outcome(runId, withinMs, signal)) ?? { state: 'waits' };
  }

  /** Platform's id of the last message that the assistant has in a conversation. */
  async lastSentTo(route: DeliveryRoute): Promise<string | undefined> {
    return this.handler?.lastSentTo(route);
  }

  /** Runs that a message of the assistant may be of, as `OutboundTexts.runId` names them; none where it is not known. */
  async runsThatSent(route: DeliveryRoute, platformId: string): Promise<string[]> {
    return (await this.handler?.runsThatSent(route, platformId)) ?? [];
  }

  /** Takes the buttons under a run's last message away and changes its text, where it has arrived and can be changed. */
  async close(runId: string, reword: (text: string) => string): Promise<void> {
    await this.handler?.close(runId, reword);
  }

  /**
   * Keeps the id of a message that was sent past the outbox, so that no search for another one takes it for that.
   * @param what what it is, for people who look
   */
  async noteSent(route: DeliveryRoute, platformId: string, what: string): Promise<void> {
    await this.handler?.noteSent(route, platformId, what);
  }
}
