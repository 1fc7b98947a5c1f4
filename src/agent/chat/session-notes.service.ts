import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { EventBus } from '../../events/event-bus';
import type { EventMap } from '../../events/event-map';
import { InboxService } from '../../inbox/inbox.service';

/** Turns what the gateway has to tell the assistant into messages of its own, each once. */
@Injectable()
export class SessionNotes {
  private readonly log: Logger;

  constructor(
    private readonly inbox: InboxService,
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

  private async accept({
    sessionKey,
    externalId,
    text,
    isOwner,
    origin,
    route,
  }: EventMap['session.note']): Promise<void> {
    await this.inbox.accept({
      channel: route?.channel ?? 'internal',
      account: route?.account ?? 'default',
      externalId,
      sessionKey,
      runId: externalId,
      message: {
        text: `[from the gateway] ${text}`,
        isOwner,
        isSystemEvent: true,
        origin,
        ...(route ? { route } : {}),
      },
    });
  }
}
