import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { type Logger, LoggerFactory } from '../../common/logger';
import { EventBus } from '../../events/event-bus';
import type { EventMap } from '../../events/event-map';
import { InboxService } from '../../inbox/inbox.service';
import { InboxStore, type NewInboxRow } from '../../inbox/inbox.store';
import type { Schema } from '../../storage/schema';

/** Turns what the gateway has to tell the assistant into messages of its own, each once. */
@Injectable()
export class SessionNotes {
  private readonly log: Logger;

  constructor(
    private readonly inbox: InboxService,
    private readonly rows: InboxStore,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('agent/notes');
  }

  listen(): void {
    this.events.on('session.note', (note) => {
      this.accept(note).catch((error: unknown) =>
        this.log.warn({ error, session: note.sessionKey }, 'a note was lost'),
      );
    });
  }

  /** As part of a larger transaction; what it returns is to be called after the commit. */
  async acceptIn(transaction: Transaction<Schema>, note: EventMap['session.note']): Promise<() => void> {
    const { row, duplicate } = await this.rows.insertIn(transaction, rowOf(note));
    return () => (duplicate ? undefined : this.inbox.announce(row));
  }

  private async accept(note: EventMap['session.note']): Promise<void> {
    await this.inbox.accept(rowOf(note));
  }
}

const rowOf = ({ sessionKey, externalId, text, isOwner, origin, route }: EventMap['session.note']): NewInboxRow => ({
  channel: route?.channel ?? 'internal',
  account: route?.account ?? 'default',
  externalId,
  sessionKey,
  message: {
    text: `[from the gateway] ${text}`,
    isOwner,
    isSystemEvent: true,
    origin,
    ...(route ? { route } : {}),
  },
});
