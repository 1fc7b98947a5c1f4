import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { cutText } from '../common/cut-text';
import { ChatCommands } from '../agent/commands/chat-commands.service';
import { isStopRequest } from '../agent/commands/chat-command';
import { senderKey } from '../agent/turns/queue-plan';
import type { ChatOrigin } from '../common/chat-origin';
import type { EarlierText } from '../common/chat-text';
import type { DeliveryRoute } from '../common/delivery-route';
import { type Logger, LoggerFactory } from '../common/logger';
import { ConfigService } from '../config/config.service';
import { EventBus } from '../events/event-bus';
import { OutboundPort } from '../events/outbound-port';
import type { InboundMessage } from '../inbox/inbound-message';
import { InboxService } from '../inbox/inbox.service';
import type { InboxRow } from '../inbox/inbox-row';
import { InboxStore } from '../inbox/inbox.store';
import { IntakeLine } from '../inbox/intake-line';
import { sendAllowed } from '../sessions/send-policy';
import { groupSessionKey } from '../sessions/session-key';
import { SessionStore } from '../sessions/session.store';
import type { Lease } from '../storage/lease';
import { AckReactions } from './ack-reactions.service';
import { ALBUM_MS, albumBefore, albumKey, isOfAlbum } from './albums';
import { type KnownPeople, NOT_MENTIONED, hearsOf, judgeAccess, ownsGateway } from './access/access-gate';
import { BOTS_PAUSED, BotLoopGuard } from './bots/bot-loop-guard.service';
import { KnownPeopleList } from './access/known-people.service';
import { isRenamed, nameOf, personOf } from './access/names-of-people';
import { PairingService } from './access/pairing.service';
import type { ChatHappening, InboundUpdate, IntakeVerdict } from './channel-adapter';
import { earlierText } from './earlier-text';
import { OwnWords } from './own-words.service';
import { happeningWithPlainNames, withPlainNames } from './plain-names';
import { type RouteChoice, chooseRoute } from './routing';
import { untoldNote } from './untold-note';

/** Reasons of messages that are shown with the next one that is answered. */
const TOLD_LATER = 'told with the next message';
const SHOWN_LATER: ReadonlySet<string | null> = new Set([NOT_MENTIONED, TOLD_LATER, BOTS_PAUSED]);
const DEFAULT_HISTORY = 50;
const DEFAULT_THREAD = 20;
const MAX_SHORTENED = 200;
/** Apps cut longer texts into several messages. */
const FRAGMENT_CHARS = 4000;
const FRAGMENT_MS = 1500;

/** Platform message → gate → session → one commit. The platform is told only after it. */
@Injectable()
export class ChannelIntake {
  private readonly log: Logger;

  constructor(
    private readonly config: ConfigService,
    private readonly inbox: InboxService,
    private readonly inboxRows: InboxStore,
    private readonly line: IntakeLine,
    private readonly pairing: PairingService,
    private readonly known: KnownPeopleList,
    private readonly sessions: SessionStore,
    private readonly commands: ChatCommands,
    private readonly outbound: OutboundPort,
    private readonly acks: AckReactions,
    private readonly bots: BotLoopGuard,
    private readonly own: OwnWords,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('channels/intake');
  }

  /** Updates of one session are taken in the order in which they are handed in here, whichever chats they are from. */
  async receive(channel: string, account: string, told: InboundUpdate, under?: Lease): Promise<IntakeVerdict> {
    const update = withPlainNames(told);
    const { people, choice, place } = await this.line.run(`account ${channel}:${account}`, async () => {
      const known = await this.known.of(channel, account);
      const isOwner = ownsGateway(update, known);
      const route = chooseRoute(this.config.config, channel, account, update.chat, update.sender.id, isOwner);
      return { people: known, choice: route, place: this.line.enter(route.sessionKey) };
    });
    try {
      // Who wants a run to stop does not wait for what was said before.
      if (!this.commands.isUrgent(update.text)) await place.turn;
      const verdict = await this.take(channel, account, update, people, choice, under);
      this.events.emit('message.judged', { channel, account, verdict: verdict.kind });
      return verdict;
    } finally {
      place.leave();
    }
  }

  private async take(
    channel: string,
    account: string,
    told: InboundUpdate,
    people: KnownPeople,
    { sessionKey, refusal }: RouteChoice,
    under: Lease | undefined,
  ): Promise<IntakeVerdict> {
    const album = await albumBefore(this.inboxRows, sessionKey, told);
    const update = album?.isAnswered ? { ...told, mentionsBot: true } : told;
    const isOwner = ownsGateway(update, people);
    const isAlone = update.chat.type === 'direct' && update.isInThread !== true;
    const session = isAlone ? undefined : await this.sessions.find(sessionKey);
    const verdict = judgeAccess(update, people, {
      ...(session?.groupActivation ? { activation: session.groupActivation } : {}),
      isCommand: this.commands.isCommand(update.text),
    });
    const route = routeOf(channel, account, update);
    const base = { channel, account, externalId: update.externalId, sessionKey };
    if (verdict.kind === 'pair') return this.offerPairing(base, update, route, under);

    let message: InboundMessage = {
      ...this.messageOf(channel, update, route, isOwner),
      ...(verdict.kind === 'admit' ? await this.earlier(sessionKey, update, session === undefined) : {}),
      ...(update.quoted ? { quoted: await this.own.judged(update.quoted, route, sessionKey) } : {}),
    };
    const reason =
      verdict.kind === 'drop'
        ? verdict.reason
        : (refusal ?? (await this.bots.refusal(channel, account, update)) ?? (await this.refusal(sessionKey, update)));
    if (reason === undefined && verdict.kind === 'admit')
      message = this.withCommand(message, sessionKey, {
        name: `${channel} ${message.sender?.name ?? message.sender?.id ?? ''}`.trim(),
        senderId: update.sender.id,
        channel,
        account,
        ...(update.sender.username ? { senderHandle: update.sender.username } : {}),
        isAuthorised: verdict.isListed || this.config.config.commands?.useAccessGroups === false,
        isOwner,
        mayApprove: isOwner,
        isGroup: update.chat.type !== 'direct',
        route,
      });
    const row = { ...base, message, ...(reason === undefined ? {} : { dropped: reason }) };
    const revived = reason === undefined && !message.command && album ? album.unanswered : [];
    const receipt = await this.inbox.accept(
      row,
      async (transaction, { duplicate }) => {
        if (duplicate) return;
        await this.inboxRows.reviveIn(transaction, revived);
        if (isRenamed(update.sender, people))
          await this.pairing.renameIn(transaction, personOf(channel, account, update.sender));
      },
      under,
    );
    if (receipt.duplicate) return { kind: 'duplicate' };
    if (verdict.kind === 'admit' || reason === NOT_MENTIONED)
      await this.bots.taken(channel, account, update, reason === undefined);
    if (reason !== undefined) return { kind: 'dropped', reason };
    if (!message.command) this.acks.seen(receipt.row.runId, route, update);
    return { kind: 'accepted' };
  }

  /** The conversation of a group goes with its id, unless there is one under the new id already. */
  async moved(channel: string, account: string, from: string, to: string): Promise<void> {
    const { config } = this.config;
    const { agentId, sessionKey } = chooseRoute(config, channel, account, { id: from, type: 'group' }, '');
    const isGuest = config.session?.shareMainWithOthers !== true;
    const next = groupSessionKey(config, { agentId, channel, groupId: to, isGuest });
    if (await this.sessions.rename(sessionKey, next))
      this.log.info({ channel, from, to }, 'a group goes on by a new id');
  }

  /**
   * An edit or deletion changes a message that waits. What can't be changed any more, and what else happened, is told to
   * the assistant with the next message that it answers.
   */
  async happened(channel: string, account: string, told: ChatHappening): Promise<void> {
    const happening = happeningWithPlainNames(told);
    const { kind, about, text, sender } = happening;
    if (kind === 'note') return this.note(channel, account, happening, text, sender.name ?? sender.username);
    const row = about === undefined ? undefined : await this.inboxRows.findExternal(channel, account, about);
    // What was never taken, was dropped for good, or was a command, is of no interest.
    if (!row || row.message.command || (row.state === 'dropped' && !SHOWN_LATER.has(row.reason))) return;
    const shared = happening.shared ?? row.message.shared ?? [];
    const isPassedOn = !isDeepStrictEqual(shared, row.message.shared ?? []);
    if (kind === 'edited' && row.message.text === text && !isPassedOn) return;
    const change =
      kind === 'deleted'
        ? { dropped: 'deleted by its sender' }
        : { message: { ...row.message, text, ...(isPassedOn ? { shared } : {}) } };
    if ((row.state === 'pending' || row.state === 'dropped') && (await this.inboxRows.amend(row.id, change))) return;
    const name = row.message.sender?.name ?? row.message.sender?.id ?? 'Somebody';
    const before = shortened(row.message.text);
    const words =
      kind === 'deleted'
        ? `${name} deleted the message "${before}".`
        : row.message.text === text
          ? `The message "${before}" of ${name} passes on now:`
          : `${name} changed the message "${before}" to "${shortened(text)}".`;
    const others = kind === 'edited' && isPassedOn ? shared.map(({ text: said }) => said) : [];
    // What somebody else says in it is not the word of whoever passes it on.
    const source = others.length > 0 ? { ...row, message: { ...row.message, isOwner: false } } : row;
    const said = [words, ...others].join('\n');
    const topic = happening.isMoving ? row.externalId : undefined;
    await this.note(
      channel,
      account,
      { ...happening, ...(topic === undefined ? {} : { topic }) },
      said,
      undefined,
      source,
    );
  }

  /** Kept for the next message that is answered in the conversation, from people who may write in it. */
  private async note(
    channel: string,
    account: string,
    happening: ChatHappening,
    text: string,
    name: string | undefined,
    about?: InboxRow,
  ): Promise<void> {
    const update: InboundUpdate = { ...happening, text, mentionsBot: true };
    const people = await this.known.of(channel, account);
    const isForeign = happening.isFromPlatform === true;
    if (!about && !(isForeign ? hearsOf(update, people) : judgeAccess(update, people).kind === 'admit')) return;
    const isOwner = about?.message.isOwner ?? ownsGateway(update, people);
    const { config } = this.config;
    const sessionKey =
      about?.sessionKey ??
      chooseRoute(config, channel, account, happening.chat, happening.sender.id, isOwner).sessionKey;
    const topic = happening.topic === undefined ? '' : `moving:${happening.topic}:`;
    const untold = topic === '' ? undefined : await untoldNote(this.inboxRows, sessionKey, topic);
    if (untold && (await this.inboxRows.amend(untold.id, { message: { ...untold.message, text } }))) return;
    await this.inbox.accept({
      channel,
      account,
      externalId: `${topic}${happening.externalId}`,
      sessionKey,
      message: {
        text,
        isOwner: isOwner && !isForeign,
        origin: isOwner && !isForeign ? 'owner' : 'stranger',
        isSystemEvent: true,
        ...(name ? { sender: { id: happening.sender.id, name } } : {}),
      },
      dropped: TOLD_LATER,
    });
  }

  /**
   * What was said in the conversation since the last message that went to the assistant; of a thread that it comes into,
   * what the platform tells of it.
   */
  private async earlier(
    sessionKey: string,
    update: InboundUpdate,
    isNew: boolean,
  ): Promise<Pick<InboundMessage, 'earlier' | 'threadBefore'>> {
    const { policy } = update;
    const limit = policy.historyLimit ?? this.config.config.messages?.groupChat?.historyLimit ?? DEFAULT_HISTORY;
    if (limit === 0) return {};
    const earlier: EarlierText[] = [];
    const latest = await this.inboxRows.latest(sessionKey, limit);
    for (const row of latest) {
      if (row.message.command || isOfAlbum(row, albumKey(update))) continue;
      if (row.state !== 'dropped') break;
      if (!SHOWN_LATER.has(row.reason)) continue;
      const { sender, isOwner, isSystemEvent, shared = [] } = row.message;
      const name = isSystemEvent ? undefined : (sender?.name ?? sender?.id);
      earlier.unshift({
        ...(name ? { sender: name } : {}),
        text: earlierText(row.message.text, shared),
        isOwner: isOwner && shared.length === 0,
      });
    }
    const isFirst = isNew && latest.every(({ state, message }) => state === 'dropped' || message.command);
    const threadLimit = Math.min(limit, policy.threadLimit ?? DEFAULT_THREAD);
    const isAsked = update.isInThread === true && isFirst && threadLimit > 0;
    return {
      ...(earlier.length > 0 ? { earlier } : {}),
      ...(isAsked && update.messageId !== undefined
        ? { threadBefore: { messageId: update.messageId, limit: threadLimit } }
        : {}),
    };
  }

  /** Why an admitted message is kept without an answer; undefined when it goes on. */
  private async refusal(sessionKey: string, update: InboundUpdate): Promise<string | undefined> {
    const others = [...(update.images ?? update.media ?? []), ...(update.shared ?? [])];
    if (update.text.trim() === '' && others.length === 0) return 'nothing to answer';
    const session = await this.sessions.find(sessionKey);
    return sendAllowed(this.config.config, sessionKey, session) ? undefined : 'send policy';
  }

  /** A stranger is told once how to be let in; the message itself goes no further. */
  private async offerPairing(
    base: { channel: string; account: string; externalId: string; sessionKey: string },
    update: InboundUpdate,
    route: DeliveryRoute,
    under: Lease | undefined,
  ): Promise<IntakeVerdict> {
    const { channel, account } = base;
    const { sender } = update;
    let announce: (() => void) | undefined;
    let asked: Record<string, unknown> | undefined;
    const receipt = await this.inbox.accept(
      { ...base, message: { text: '', isOwner: false, origin: 'stranger' }, dropped: 'sender is not paired' },
      async (transaction, { duplicate, row }) => {
        if (duplicate) return;
        const code = await this.pairing.askIn(transaction, {
          channel,
          account,
          senderId: sender.id,
          ...(sender.name ? { name: sender.name } : {}),
          route,
        });
        if (code === undefined) return;
        asked = { channel, accountId: account, senderId: sender.id, ...(sender.name ? { name: sender.name } : {}) };
        announce = await this.outbound.enqueueIn(transaction, {
          runId: `pairing:${row.runId}`,
          route,
          texts: [pairingText(channel, sender.id, code)],
        });
        this.log.info({ channel, account, sender: sender.id }, 'an unknown sender asks to be paired');
      },
      under,
    );
    announce?.();
    if (asked) this.events.emit('wire.event', { event: 'channels.pairing.requested', payload: asked });
    return receipt.duplicate ? { kind: 'duplicate' } : { kind: 'dropped', reason: 'sender is not paired' };
  }

  /** Which messages this one waits for: pictures of its album, the rest of a long text, what follows at once. */
  private together(channel: string, update: InboundUpdate): Pick<InboundMessage, 'together'> {
    const album = albumKey(update);
    if (album !== undefined) return { together: { key: album, waitMs: ALBUM_MS } };
    const hasFiles = update.media?.some(({ isAddress }) => isAddress !== true) === true;
    if (hasFiles || this.commands.isCommand(update.text)) return {};
    const { inbound } = this.config.config.messages ?? {};
    const debounceMs = inbound?.byChannel?.[channel] ?? inbound?.debounceMs ?? 0;
    const waitMs = update.text.length >= FRAGMENT_CHARS ? Math.max(FRAGMENT_MS, debounceMs) : debounceMs;
    return waitMs > 0 ? { together: { key: senderKey(update.sender.id), waitMs } } : {};
  }

  /** A command is kept as such and carried out after the commit; choices for one message are taken out of its text. */
  private withCommand(
    message: InboundMessage,
    sessionKey: string,
    giver: ChatOrigin & { route: DeliveryRoute },
  ): InboundMessage {
    const isStop = isStopRequest(message.text);
    if (!message.text.includes('/') && !this.commands.isCommand(message.text) && !isStop) return message;
    const plan = this.commands.plan(isStop ? '/stop' : message.text, sessionKey, giver);
    if (!plan) return message;
    if (plan.kind === 'command') return { ...message, command: plan.wish };
    const { text, overrides } = plan;
    return { ...message, text, overrides, ...(overrides.queueMode ? { queueMode: overrides.queueMode } : {}) };
  }

  private messageOf(channel: string, update: InboundUpdate, route: DeliveryRoute, isOwner: boolean): InboundMessage {
    const { sender, policy } = update;
    return {
      text: update.text,
      isOwner,
      origin: isOwner ? 'owner' : 'stranger',
      sender: {
        id: sender.id,
        ...nameOf(sender),
        ...(sender.username ? { handle: sender.username } : {}),
      },
      route,
      ...(update.images && update.images.length > 0 ? { images: update.images } : {}),
      ...(update.media && update.media.length > 0 ? { media: update.media } : {}),
      ...(update.shared && update.shared.length > 0 ? { shared: update.shared } : {}),
      ...this.together(channel, update),
      ...(policy.group?.at ? { rulesAt: policy.group.at } : {}),
      ...(policy.group?.systemPrompt ? { extraSystemPrompt: policy.group.systemPrompt } : {}),
    };
  }
}

const shortened = (text: string): string => cutText(text, MAX_SHORTENED);

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
