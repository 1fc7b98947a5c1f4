import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { DeliveryRoute } from '../../common/delivery-route';
import { DatabaseService } from '../../storage/database.service';
import type { Schema } from '../../storage/schema';

/** What a poll asks, and how it stands. */
export interface PollState {
  question: string;
  options: { id: string; text: string; votes: number }[];
}

/** A poll of one account, by the platform's id. */
export interface PollKey {
  channel: string;
  account: string;
  pollId: string;
}

export interface KeptPoll {
  /** Where it stands. */
  route: DeliveryRoute;
  state: PollState;
}

export interface PollVote {
  voter: { id: string; name: string };
  /** Ids of the chosen answers; none: taken back. */
  choices: string[];
}

/** Polls that the assistant has sent, over restarts: platforms tell of votes without saying what was asked, or where. */
@Injectable()
export class PollStore {
  constructor(private readonly database: DatabaseService) {}

  /** Keeps a poll that was sent. */
  async keep({ channel, account, pollId }: PollKey, { route, state }: KeptPoll): Promise<void> {
    const values = { route: JSON.stringify(route), state: JSON.stringify(state), updated_at: Date.now() };
    await this.database.write('poll.keep', (transaction) =>
      transaction
        .insertInto('channel_polls')
        .values({ channel, account, poll_id: pollId, ...values })
        .onConflict((conflict) => conflict.columns(['channel', 'account', 'poll_id']).doUpdateSet(values))
        .execute(),
    );
  }

  async find({ channel, account, pollId }: PollKey): Promise<KeptPoll | undefined> {
    const row = await this.database.read
      .selectFrom('channel_polls')
      .select(['route', 'state'])
      .where('channel', '=', channel)
      .where('account', '=', account)
      .where('poll_id', '=', pollId)
      .executeTakeFirst();
    return row && { route: JSON.parse(row.route) as DeliveryRoute, state: JSON.parse(row.state) as PollState };
  }

  /** How a poll stands now; one that is not known is not kept. */
  async update({ channel, account, pollId }: PollKey, state: PollState): Promise<void> {
    await this.database.write('poll.state', (transaction) =>
      transaction
        .updateTable('channel_polls')
        .set({ state: JSON.stringify(state), updated_at: Date.now() })
        .where('channel', '=', channel)
        .where('account', '=', account)
        .where('poll_id', '=', pollId)
        .execute(),
    );
  }

  /** Keeps what somebody votes for now. @returns what they had voted for before */
  async vote(key: PollKey, { voter, choices }: PollVote): Promise<string[]> {
    const { channel, account, pollId } = key;
    const values = { name: voter.name, choices: JSON.stringify(choices), voted_at: Date.now() };
    return this.database.write('poll.vote', async (transaction) => {
      const before = await this.choicesIn(transaction, key, voter.id);
      await transaction
        .insertInto('channel_poll_votes')
        .values({ channel, account, poll_id: pollId, voter_id: voter.id, ...values })
        .onConflict((conflict) => conflict.columns(['channel', 'account', 'poll_id', 'voter_id']).doUpdateSet(values))
        .execute();
      await transaction
        .updateTable('channel_polls')
        .set({ updated_at: values.voted_at })
        .where('channel', '=', channel)
        .where('account', '=', account)
        .where('poll_id', '=', pollId)
        .execute();
      return before;
    });
  }

  /** Who has voted for what, in the order in which they did. */
  async votes({ channel, account, pollId }: PollKey): Promise<PollVote[]> {
    const rows = await this.database.read
      .selectFrom('channel_poll_votes')
      .select(['voter_id', 'name', 'choices'])
      .where('channel', '=', channel)
      .where('account', '=', account)
      .where('poll_id', '=', pollId)
      .orderBy('voted_at')
      .orderBy('voter_id')
      .execute();
    return rows.map(({ voter_id: id, name, choices }) => ({
      voter: { id, name },
      choices: JSON.parse(choices) as string[],
    }));
  }

  private async choicesIn(
    transaction: Transaction<Schema>,
    { channel, account, pollId }: PollKey,
    voter: string,
  ): Promise<string[]> {
    const row = await transaction
      .selectFrom('channel_poll_votes')
      .select('choices')
      .where('channel', '=', channel)
      .where('account', '=', account)
      .where('poll_id', '=', pollId)
      .where('voter_id', '=', voter)
      .executeTakeFirst();
    return row ? (JSON.parse(row.choices) as string[]) : [];
  }
}
