import { Injectable } from '@nestjs/common';
import { SessionOrigins } from '../agent/context/session-origins.service';
import type { QuotedText } from '../common/chat-text';
import type { ContentOrigin } from '../common/content-parts';
import type { DeliveryRoute } from '../common/delivery-route';
import { OutboundPort } from '../events/outbound-port';
import { DatabaseService } from '../storage/database.service';
import { worstOrigin } from '../tools/provenance/taint';

/**
 * Whose text is in what the assistant itself has sent to a chat. It may have been sent from anywhere, by a job or by
 * another conversation, and repeat what was read there: whoever quotes it does not make it their own word.
 */
@Injectable()
export class OwnWords {
  constructor(
    private readonly outbound: OutboundPort,
    private readonly database: DatabaseService,
    private readonly origins: SessionOrigins,
  ) {}

  /** A quoted message with whose text may be in it. */
  async judged(quoted: QuotedText, route: DeliveryRoute, sessionKey: string): Promise<QuotedText> {
    const { ownId } = quoted;
    return ownId === undefined ? quoted : { ...quoted, origin: await this.originOf(ownId, route, sessionKey) };
  }

  /**
   * @param platformId id of a message of the assistant in the chat
   * @param sessionKey conversation that it comes back to: what is said there right now is in it anyway
   */
  async originOf(platformId: string, route: DeliveryRoute, sessionKey?: string): Promise<ContentOrigin> {
    const runs = await this.outbound.runsThatSent(route, platformId);
    if (runs.length === 0) return 'unknown';
    // What a turn sends beside its answer is named after it.
    const ids = runs.flatMap((run) => [run, ...run.split(':')]);
    const turns = await this.database.read
      .selectFrom('turns')
      .select(['session_id', 'session_key', 'state', 'kind'])
      .where('run_id', 'in', ids)
      .execute();
    if (turns.length === 0) return 'unknown';
    const origins: ContentOrigin[] = [];
    for (const turn of turns) {
      origins.push(...(await this.origins.of(turn.session_id)));
      // What is still being read elsewhere is not known yet, and the answer to a command may show anything.
      const isElsewhere = turn.state === 'running' && turn.session_key !== sessionKey;
      if (isElsewhere || turn.kind === 'command') origins.push('tool');
    }
    return worstOrigin(origins);
  }
}
