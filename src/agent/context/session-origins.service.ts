import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../../common/content-parts';
import type { TranscriptEvent } from '../../sessions/transcript-event';
import { originsOf } from '../../sessions/said-texts';
import { ContextHistory } from './context-history.service';

/**
 * Whose text a conversation holds. A part of it may repeat what was read at its very beginning: whoever takes some of its
 * messages elsewhere takes them with the origins of all.
 */
@Injectable()
export class SessionOrigins {
  constructor(private readonly context: ContextHistory) {}

  /** @param taken messages that are taken, among them what its model is never sent */
  async of(sessionId: string, taken: readonly TranscriptEvent[] = []): Promise<Set<ContentOrigin>> {
    const { messages } = await this.context.of(sessionId);
    return new Set([...originsOf(messages), ...originsOf(taken)]);
  }
}
