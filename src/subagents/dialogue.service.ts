import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { cutText } from '../common/cut-text';
import { SessionOrigins } from '../agent/context/session-origins.service';
import { RunOutcomeService } from '../agent/turns/run-outcome.service';
import type { ContentOrigin } from '../common/content-parts';
import type { DeliveryRoute } from '../common/delivery-route';
import { type Logger, LoggerFactory } from '../common/logger';
import { quoteRest } from '../common/quoted-words';
import { ConfigService } from '../config/config.service';
import { EventBus } from '../events/event-bus';
import type { InboundMessage } from '../inbox/inbound-message';
import { InboxService } from '../inbox/inbox.service';
import { InboxStore } from '../inbox/inbox.store';
import type { SessionEntry } from '../sessions/session-entry';
import { SessionStore } from '../sessions/session.store';
import { worstOrigin } from '../tools/provenance/taint';

const DEFAULT_MOST_TURNS = 5;
const SHOWN = 2000;
/** Older exchanges are over. */
const RESUME_WITHIN_MS = 3_600_000;

export interface DialogueOpening {
  /** Unique for the call that opens it, so that a repeated call is the same message. */
  externalId: string;
  from: string;
  target: SessionEntry;
  message: string;
  isOwner: boolean;
  origin: ContentOrigin;
}

/**
 * Two conversations of the assistant talking to each other: what one answers is put before the other, for at most
 * `session.agentToAgent.maxPingPongTurns` further turns, and then the conversation that was asked says in its chat what
 * came out. Each message is an inbox row, so a restart neither loses nor repeats one.
 */
@Injectable()
export class DialogueService {
  private readonly log: Logger;

  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly origins: SessionOrigins,
    private readonly inbox: InboxService,
    private readonly rows: InboxStore,
    private readonly outcomes: RunOutcomeService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('dialogue');
  }

  /** Goes on with exchanges that a restart has cut between two messages. */
  async start(): Promise<void> {
    for (const runId of await this.rows.closedRuns('dialogue:', Date.now() - RESUME_WITHIN_MS)) await this.goOn(runId);
  }

  listen(): void {
    this.events.on('turn.closed', ({ runIds }) => {
      for (const runId of runIds)
        if (runId.startsWith('dialogue:'))
          this.goOn(runId).catch((error: unknown) =>
            this.log.error({ error, runId }, 'a conversation between two sessions broke off'),
          );
    });
  }

  /** Hands the first message over. @returns the run that answers it */
  async open({ externalId, from, target, message, isOwner, origin }: DialogueOpening): Promise<string> {
    const runId = `dialogue:${randomUUID()}`;
    const most = this.config.config.session?.agentToAgent?.maxPingPongTurns ?? DEFAULT_MOST_TURNS;
    const route = routeOf(target);
    const receipt = await this.inbox.accept({
      channel: 'internal',
      account: 'default',
      externalId,
      sessionKey: target.key,
      runId,
      message: {
        text: `[from the conversation ${from}] ${quoteRest(message)}`,
        isOwner,
        origin,
        // Without further turns there is nothing to sum up: the answer itself goes to the chat.
        ...(most === 0 && route ? { route } : {}),
        ...(most === 0 ? {} : { dialogue: { asker: from, asked: target.key, turn: 0, most, request: message } }),
      },
    });
    return receipt.row.runId;
  }

  /** The next message after one has been answered. */
  private async goOn(runId: string): Promise<void> {
    const row = await this.rows.findByRun(runId);
    const dialogue = row?.message.dialogue;
    if (!row?.sessionKey || !dialogue || dialogue.turn > dialogue.most) return;
    const outcome = await this.outcomes.find(runId);
    const said = (outcome?.result?.payloads ?? [])
      .map((payload) => payload.text)
      .join('\n\n')
      .trim();
    const { asker, asked, turn, most } = dialogue;
    const [speaker, listener] = row.sessionKey === asked ? [asked, asker] : [asker, asked];
    const origin = await this.originOf(speaker, row.message.origin);
    const base = {
      isOwner: row.message.isOwner,
      isSystemEvent: true,
      origin,
    };
    const isOver = outcome?.outcome !== 'reply' || said === '' || turn >= most;
    const next: { sessionKey: string; message: InboundMessage } | undefined = isOver
      ? await this.announcement(asked, { ...dialogue, turn: most + 1 }, said, base)
      : {
          sessionKey: listener,
          message: {
            ...base,
            text: `[from the conversation ${speaker}, an answer to what was asked from here] ${quoteRest(said)}\n\nAnswer it only if that leads on; the answer goes back there. Else answer REPLY_SKIP.`,
            dialogue: { ...dialogue, turn: turn + 1 },
          },
        };
    if (!next || !(await this.sessions.find(next.sessionKey))) return;
    await this.inbox.accept({
      channel: 'internal',
      account: 'default',
      externalId: `after:${runId}`,
      runId: `dialogue:${randomUUID()}`,
      ...next,
    });
  }

  /** The conversation that was asked tells its chat; nothing where it has none. */
  private async announcement(
    asked: string,
    dialogue: NonNullable<InboundMessage['dialogue']>,
    last: string,
    base: Pick<InboundMessage, 'isOwner' | 'isSystemEvent' | 'origin'>,
  ): Promise<{ sessionKey: string; message: InboundMessage } | undefined> {
    const target = await this.sessions.find(asked);
    const route = target && routeOf(target);
    if (!route) return undefined;
    return {
      sessionKey: asked,
      message: {
        ...base,
        text: `[from the gateway] The exchange with the conversation ${dialogue.asker} is over. It had asked: ${quoteRest(cutText(dialogue.request, SHOWN))}\nThe last word was: ${quoteRest(cutText(last, SHOWN)) || '(nothing)'}\n\nSay in one short message what the people in this chat should know of it, or answer ANNOUNCE_SKIP.`,
        route,
        dialogue,
      },
    };
  }

  private async originOf(speaker: string, own: ContentOrigin): Promise<ContentOrigin> {
    const session = await this.sessions.find(speaker);
    const read = session ? await this.origins.of(session.sessionId) : new Set<ContentOrigin>();
    return worstOrigin([...read, own]);
  }
}

function routeOf(target: SessionEntry): DeliveryRoute | undefined {
  if (!target.lastChannel || !target.lastTo || target.lastChannel === 'webchat') return undefined;
  return {
    channel: target.lastChannel,
    account: target.lastAccountId ?? 'default',
    to: target.lastTo,
    ...(target.lastThreadId ? { threadId: target.lastThreadId } : {}),
  };
}
