import { Injectable } from '@nestjs/common';
import { ChatCommands } from '../agent/commands/chat-commands.service';
import { isStopRequest } from '../agent/commands/chat-command';
import type { ChatOrigin } from '../agent/commands/command-giver';
import type { DeliveryRoute } from '../common/delivery-route';
import { type Logger, LoggerFactory } from '../common/logger';
import { ConfigService } from '../config/config.service';
import { OutboundDesk } from '../events/outbound-desk';
import type { InboundMessage } from '../inbox/inbound-message';
import { InboxService } from '../inbox/inbox.service';
import { InboxStore } from '../inbox/inbox.store';
import { sendAllowed } from '../sessions/send-policy';
import { SessionStore } from '../sessions/session.store';
import { judgeAccess } from './access/access-gate';
import { PairingService } from './access/pairing.service';
import type { InboundUpdate, IntakeVerdict } from './channel-adapter';
import { chooseRoute } from './routing';

/** Platform message → gate → session → one commit. The platform is told only after it. */
@Injectable()
export class ChannelIntake {
  private readonly log: Logger;

  constructor(
    private readonly config: ConfigService,
    private readonly inbox: InboxService,
    private readonly inboxRows: InboxStore,
    private readonly pairing: PairingService,
    private readonly sessions: SessionStore,
    private readonly commands: ChatCommands,
    private readonly desk: OutboundDesk,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('channels/intake');
  }

  async receive(channel: string, account: string, update: InboundUpdate): Promise<IntakeVerdict> {
    const choice = chooseRoute(this.config.config, channel, account, update.chat, update.sender.id);
    const session = update.chat.type === 'direct' ? undefined : await this.sessions.find(choice.sessionKey);
    const verdict = judgeAccess(update, await this.pairing.approvedSenders(channel, account), {
      ...(session?.groupActivation ? { activation: session.groupActivation } : {}),
      isCommand: this.commands.isCommand(update.text),
    });
    const route = routeOf(channel, account, update);
    const runId = `${channel}:${account}:${update.externalId}`;
    const base = { channel, account, externalId: update.externalId, sessionKey: choice.sessionKey, runId };
    if (verdict.kind === 'pair') return this.offerPairing(base, update, route);

    const isOwner = verdict.kind === 'admit' && verdict.isOwner;
    const message = this.messageOf(update, route, isOwner);
    const reason = verdict.kind === 'drop' ? verdict.reason : await this.refusal(choice.sessionKey, update);
    if (reason === undefined && verdict.kind === 'admit') {
      const handled = await this.command(base, message, {
        name: `${channel} ${message.sender?.name ?? message.sender?.id ?? ''}`.trim(),
        senderId: update.sender.id,
        channel,
        account,
        isAuthorised: verdict.isListed || this.config.config.commands?.useAccessGroups === false,
        isOwner,
        mayApprove: isOwner,
        isGroup: update.chat.type !== 'direct',
        route,
      });
      if (handled) return handled;
    }
    const receipt = await this.inbox.accept({ ...base, message, ...(reason === undefined ? {} : { dropped: reason }) });
    if (receipt.duplicate) return { kind: 'duplicate' };
    return reason === undefined ? { kind: 'accepted' } : { kind: 'dropped', reason };
  }

  /** Why an admitted message is kept without an answer; undefined when it goes on. */
  private async refusal(sessionKey: string, update: InboundUpdate): Promise<string | undefined> {
    if (update.text.trim() === '' && (update.images ?? update.media ?? []).length === 0) return 'nothing to answer';
    const session = await this.sessions.find(sessionKey);
    return sendAllowed(this.config.config, sessionKey, session) ? undefined : 'send policy';
  }

  /** A stranger is told once how to be let in; the message itself goes no further. */
  private async offerPairing(
    base: { channel: string; account: string; externalId: string; sessionKey: string; runId: string },
    update: InboundUpdate,
    route: DeliveryRoute,
  ): Promise<IntakeVerdict> {
    const { channel, account } = base;
    const { sender } = update;
    let announce: (() => void) | undefined;
    const receipt = await this.inbox.accept(
      { ...base, message: { text: '', isOwner: false }, dropped: 'sender is not paired' },
      async (transaction, { duplicate }) => {
        if (duplicate) return;
        const code = await this.pairing.askIn(transaction, {
          channel,
          account,
          senderId: sender.id,
          ...(sender.name ? { name: sender.name } : {}),
        });
        if (code === undefined) return;
        announce = await this.desk.enqueueIn(transaction, {
          runId: `pairing:${base.runId}`,
          route,
          texts: [pairingText(channel, sender.id, code)],
        });
        this.log.info({ channel, account, sender: sender.id }, 'an unknown sender asks to be paired');
      },
    );
    announce?.();
    return receipt.duplicate ? { kind: 'duplicate' } : { kind: 'dropped', reason: 'sender is not paired' };
  }

  /** Commands are answered at once, past the queue; question and answer are one commit. */
  private async command(
    base: { channel: string; account: string; externalId: string; sessionKey: string; runId: string },
    message: InboundMessage,
    giver: ChatOrigin & { route: DeliveryRoute },
  ): Promise<IntakeVerdict | undefined> {
    const { route } = giver;
    if (!message.text.includes('/') && !/^\s*!/.test(message.text) && !isStopRequest(message.text)) return undefined;
    if (await this.inboxRows.findByRun(base.runId)) return { kind: 'duplicate' };
    const text = isStopRequest(message.text) ? '/stop' : message.text;
    const effect = await this.commands.handle(text, base.sessionKey, giver);
    if (!effect) return undefined;
    if (effect.kind === 'continue') {
      const { overrides } = effect;
      const receipt = await this.inbox.accept({
        ...base,
        message: {
          ...message,
          text: effect.text,
          ...(overrides ? { overrides } : {}),
          ...(overrides?.queueMode ? { queueMode: overrides.queueMode } : {}),
        },
      });
      return { kind: receipt.duplicate ? 'duplicate' : 'accepted' };
    }
    let announce: (() => void) | undefined;
    const receipt = await this.inbox.accept(
      { ...base, message, dropped: 'answered by the gateway' },
      async (transaction, { duplicate }) => {
        if (!duplicate)
          announce = await this.desk.enqueueIn(transaction, {
            runId: base.runId,
            route,
            texts: [effect.text],
            ...(effect.buttons ? { buttons: effect.buttons } : {}),
          });
      },
    );
    announce?.();
    return { kind: receipt.duplicate ? 'duplicate' : 'accepted' };
  }

  private messageOf(update: InboundUpdate, route: DeliveryRoute, isOwner: boolean): InboundMessage {
    const { sender, policy } = update;
    return {
      text: update.text,
      isOwner,
      sender: { id: sender.id, ...((sender.name ?? sender.username) ? { name: sender.name ?? sender.username } : {}) },
      route,
      ...(update.images && update.images.length > 0 ? { images: update.images } : {}),
      ...(update.media && update.media.length > 0 ? { media: update.media } : {}),
      ...(policy.group?.systemPrompt ? { extraSystemPrompt: policy.group.systemPrompt } : {}),
    };
  }
}

function routeOf(channel: string, account: string, update: InboundUpdate): DeliveryRoute {
  const { chat } = update;
  return {
    channel,
    account,
    to: chat.id,
    chatType: chat.type,
    ...(chat.threadId ? { threadId: chat.threadId } : {}),
    ...(update.messageId ? { replyToId: update.messageId } : {}),
  };
}

function pairingText(channel: string, senderId: string, code: string): string {
  return [
    'You are not connected to this assistant yet.',
    `Your id: ${senderId}`,
    `Pairing code: ${code}`,
    'Its owner lets you in with:',
    `openclaw pairing approve ${channel} ${code}`,
  ].join('\n');
}
