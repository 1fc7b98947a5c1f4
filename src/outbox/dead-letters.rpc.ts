import { Injectable } from '@nestjs/common';
import { cutText } from '../common/cut-text';
import { messageOf } from '../common/openclaw-error';
import { EventBus } from '../events/event-bus';
import { UpdateAgain } from '../events/update-again';
import { InboxService } from '../inbox/inbox.service';
import { QuarantineStore } from '../inbox/quarantine.store';
import { RpcMethod } from '../rpc/rpc-method';
import { invalidRequest } from '../rpc/rpc-error';
import { DeadLettersListParams, DeadLettersResubmitParams } from './dead-letters.dto';
import { DeadLetterStore } from './dead-letter.store';

const DEFAULT_LIMIT = 100;
const SHOWN_CHARS = 200;

/** Messages that could not be delivered and are kept until somebody decides. */
@Injectable()
export class DeadLettersRpc {
  constructor(
    private readonly store: DeadLetterStore,
    private readonly quarantine: QuarantineStore,
    private readonly inbox: InboxService,
    private readonly events: EventBus,
    private readonly updatesAgain: UpdateAgain,
  ) {}

  @RpcMethod({
    name: 'channels.deadLetters.list',
    scope: 'operator.read',
    params: DeadLettersListParams,
    summary:
      'Undeliverable messages (they failed, or nobody knows whether they arrived), and what came in and could not be handled, newest first, each with the reason.',
  })
  async list(params: DeadLettersListParams): Promise<unknown> {
    const [channel, limit] = [params.channel?.toLowerCase(), params.limit ?? DEFAULT_LIMIT];
    const letters = await this.store.list(channel, limit);
    return {
      quarantined: await this.quarantine.list(channel, limit),
      letters: letters.map((letter) => ({
        ...letter,
        text: cutText(letter.text, SHOWN_CHARS),
      })),
    };
  }

  @RpcMethod({
    name: 'channels.deadLetters.resubmit',
    scope: 'operator.admin',
    params: DeadLettersResubmitParams,
    summary:
      "Tries given-up messages again, in their old order: sends what was not delivered, works on what was put aside, takes updates that were kept as they came. What still can't be tried is refused, with the reason.",
  })
  async resubmit({ ids }: DeadLettersResubmitParams): Promise<unknown> {
    const parts = await this.store.resubmit(ids);
    for (const { channel, account } of parts) this.events.emit('outbox.queued', { channel, account });
    const others = ids.filter((id) => !parts.some((part) => part.id === id));
    const { rows, updates, refused } = await this.quarantine.resubmit(others);
    for (const row of rows) this.inbox.announce(row);
    const resubmitted = [...parts, ...rows].map(({ id }) => id);
    for (const { rowId, channel, account, id, raw } of updates) {
      try {
        // Intake knows what it has: should this end before the row does, trying again makes no second message.
        await this.updatesAgain.take(channel, account, { id, raw });
        await this.quarantine.taken(rowId);
        resubmitted.push(rowId);
      } catch (error) {
        refused.push({ id: rowId, reason: messageOf(error) });
      }
    }
    const missing = ids.filter((id) => !resubmitted.includes(id) && !refused.some((each) => each.id === id));
    const [first] = refused;
    if (resubmitted.length === 0)
      throw invalidRequest(
        first
          ? `ids: ${first.id} can't be tried again: ${first.reason}`
          : `ids: no given-up message has the id ${missing.join(', ')}; see channels.deadLetters.list`,
      );
    return { ok: true, resubmitted, missing, refused };
  }
}
