import { Injectable } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
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
    private readonly events: EventBus,
  ) {}

  @RpcMethod({
    name: 'channels.deadLetters.list',
    scope: 'operator.read',
    params: DeadLettersListParams,
    summary:
      'Messages that were given up (they failed, or nobody knows whether they arrived), and what came in and could not be handled, newest first, each with the reason.',
  })
  async list(params: DeadLettersListParams): Promise<unknown> {
    const [channel, limit] = [params.channel?.toLowerCase(), params.limit ?? DEFAULT_LIMIT];
    const letters = await this.store.list(channel, limit);
    return {
      quarantined: await this.quarantine.list(channel, limit),
      letters: letters.map((letter) => ({
        ...letter,
        text: letter.text.length > SHOWN_CHARS ? `${letter.text.slice(0, SHOWN_CHARS)}…` : letter.text,
      })),
    };
  }

  @RpcMethod({
    name: 'channels.deadLetters.resubmit',
    scope: 'operator.admin',
    params: DeadLettersResubmitParams,
    summary: 'Tries given-up messages again, in their old order.',
  })
  async resubmit({ ids }: DeadLettersResubmitParams): Promise<unknown> {
    const parts = await this.store.resubmit(ids);
    const missing = ids.filter((id) => !parts.some((part) => part.id === id));
    if (parts.length === 0)
      throw invalidRequest(`ids: no given-up message has the id ${missing.join(', ')}; see channels.deadLetters.list`);
    for (const { channel, account } of parts) this.events.emit('outbox.queued', { channel, account });
    return { ok: true, resubmitted: parts.map(({ id }) => id), missing };
  }
}
