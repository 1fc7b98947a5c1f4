import { randomInt } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import type { Selectable, Transaction } from 'kysely';
import { Clock, systemClock } from '../../common/clock';
import type { DeliveryRoute } from '../../common/delivery-route';
import { OpenclawError } from '../../common/openclaw-error';
import { secretsEqual } from '../../common/secrets-equal';
import { DatabaseService } from '../../storage/database.service';
import type { ChannelSenderTable, PairingRequestTable, Schema } from '../../storage/schema';
import type { PairedPeople, PairedRole, PeoplesNames } from './access-gate';

/** No characters that are mistaken for each other. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 8;
export const PAIRING_TTL_MS = 60 * 60_000;
/** Requests that wait at an account at once. */
export const MAX_PENDING = 3;
const MAX_WRONG_CODES = 5;

export interface PairingRequest {
  channel: string;
  account: string;
  senderId: string;
  code: string;
  name?: string;
  /** Where the person asked; unknown of requests of older releases. */
  route?: DeliveryRoute;
  createdAt: number;
  lastSeenAt: number;
}

export interface PairedSender {
  channel: string;
  account: string;
  senderId: string;
  /** What they were called when they wrote last; unknown of those who were let in by id and have not written yet. */
  name?: string;
  role: PairedRole;
  approvedAt: number;
}

/** Whom to let in, and as what. */
export type Admission = Omit<PairedSender, 'approvedAt'>;

export interface PairingAsk {
  channel: string;
  account: string;
  senderId: string;
  name?: string;
  route: DeliveryRoute;
}

/** What is done in one with letting somebody in. */
export type PairedToo = (transaction: Transaction<Schema>, request: PairingRequest) => Promise<void>;

/** Approval of unknown people by code: short-lived, single-use, few tries, few at a time per account. */
@Injectable()
export class PairingService {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  /**
   * Files a request inside the caller's transaction.
   * @returns the code when the person is to be told now; undefined when a request is pending already or too many are
   */
  async askIn(transaction: Transaction<Schema>, ask: PairingAsk): Promise<string | undefined> {
    const now = this.clock.now();
    await this.pruneIn(transaction, now);
    const pending = await transaction
      .selectFrom('pairing_requests')
      .select(['sender_id'])
      .where('channel', '=', ask.channel)
      .where('account', '=', ask.account)
      .execute();
    if (pending.some((row) => row.sender_id === ask.senderId)) {
      await transaction
        .updateTable('pairing_requests')
        .set({ last_seen_at: now })
        .where('channel', '=', ask.channel)
        .where('account', '=', ask.account)
        .where('sender_id', '=', ask.senderId)
        .execute();
      return undefined;
    }
    if (pending.length >= MAX_PENDING) return undefined;
    const code = newCode();
    await transaction
      .insertInto('pairing_requests')
      .values({
        channel: ask.channel,
        account: ask.account,
        sender_id: ask.senderId,
        code,
        failed_attempts: 0,
        meta: JSON.stringify({ ...(ask.name ? { name: ask.name } : {}), route: ask.route }),
        created_at: now,
        last_seen_at: now,
      })
      .execute();
    return code;
  }

  async list(channel?: string): Promise<PairingRequest[]> {
    let query = this.database.read
      .selectFrom('pairing_requests')
      .selectAll()
      .where('created_at', '>', this.clock.now() - PAIRING_TTL_MS)
      .orderBy('created_at');
    if (channel !== undefined) query = query.where('channel', '=', channel);
    const nameOf = (row: Selectable<PairingRequestTable>): string => `${row.channel}/${row.account}/${row.sender_id}`;
    return this.database.readable('pairing_requests', await query.execute(), nameOf, (row) => ({
      channel: row.channel,
      account: row.account,
      senderId: row.sender_id,
      code: row.code,
      ...(JSON.parse(row.meta) as Pick<PairingRequest, 'name' | 'route'>),
      createdAt: Number(row.created_at),
      lastSeenAt: Number(row.last_seen_at),
    }));
  }

  /**
   * Approves by code. Five wrong codes void every pending request of the account.
   * @param roleFor says as what the person is let in
   * @throws OpenclawError PAIRING_CODE_UNKNOWN
   */
  async approve(
    channel: string,
    code: string,
    account: string | undefined,
    roleFor: (request: PairingRequest) => Promise<PairedRole>,
    also: PairedToo = () => Promise.resolve(),
  ): Promise<PairingRequest & { role: PairedRole }> {
    const wanted = code.trim().toUpperCase();
    const requests = (await this.list(channel)).filter(
      (request) => account === undefined || request.account === account,
    );
    const found = requests.find((request) => secretsEqual(request.code, wanted));
    const now = this.clock.now();
    const role = found ? await roleFor(found) : 'guest';
    const isAdmitted = await this.database.write('pairing.approve', async (transaction) => {
      await this.pruneIn(transaction, now);
      // Somebody else may have used the code up since it was looked for.
      if (!found || !(await this.removeIn(transaction, found))) {
        await this.countWrongCode(transaction, channel, account);
        return false;
      }
      const { account: at, senderId, name } = found;
      await this.admitIn(transaction, { channel, account: at, senderId, role, ...(name ? { name } : {}) });
      await also(transaction, found);
      return true;
    });
    if (found && isAdmitted) return { ...found, role };
    throw new OpenclawError(
      'PAIRING_CODE_UNKNOWN',
      `there is no pending pairing request with code ${JSON.stringify(code)} on ${channel}; codes live 60 minutes, "openclaw pairing list ${channel}" shows them`,
    );
  }

  /** Lets somebody in without a code, or changes as what they are in. */
  async admit(admission: Admission): Promise<void> {
    await this.database.write('pairing.admit', (transaction) => this.admitIn(transaction, admission));
  }

  /** Notes what somebody who was let in is called now. */
  async renameIn(transaction: Transaction<Schema>, person: Omit<Admission, 'role'>): Promise<void> {
    await transaction
      .updateTable('channel_senders')
      .set({ name: person.name ?? null })
      .where('channel', '=', person.channel)
      .where('account', '=', person.account)
      .where('sender_id', '=', person.senderId)
      .execute();
  }

  /** Turns a request down. Returns undefined when there is none. */
  async reject(channel: string, code: string): Promise<PairingRequest | undefined> {
    const found = (await this.list(channel)).find((request) => secretsEqual(request.code, code.trim().toUpperCase()));
    if (!found) return undefined;
    await this.database.write('pairing.reject', (transaction) => this.removeIn(transaction, found));
    return found;
  }

  /** Everybody who was let in, the last one first. */
  async approved(channel?: string): Promise<PairedSender[]> {
    const rows = await this.database.read
      .selectFrom('channel_senders')
      .selectAll()
      .$if(channel !== undefined, (query) => query.where('channel', '=', channel ?? ''))
      .orderBy('approved_at', 'desc')
      .execute();
    return rows.map((row) => ({
      channel: row.channel,
      account: row.account,
      senderId: row.sender_id,
      ...(row.name === null ? {} : { name: row.name }),
      role: row.role,
      approvedAt: Number(row.approved_at),
    }));
  }

  /** People who may write to an account because they were paired. */
  async approvedSenders(channel: string, account: string): Promise<PairedPeople> {
    return new Map((await this.peopleOf(channel, account)).map(({ sender_id, role }) => [sender_id, role]));
  }

  /** The same, with what each is called as far as that is known. */
  async namedSenders(channel: string, account: string): Promise<{ paired: PairedPeople; names: PeoplesNames }> {
    const rows = await this.peopleOf(channel, account);
    return {
      paired: new Map(rows.map(({ sender_id, role }) => [sender_id, role])),
      names: new Map(rows.flatMap(({ sender_id, name }) => (name === null ? [] : [[sender_id, name] as const]))),
    };
  }

  private peopleOf(
    channel: string,
    account: string,
  ): Promise<Pick<Selectable<ChannelSenderTable>, 'sender_id' | 'role' | 'name'>[]> {
    return this.database.read
      .selectFrom('channel_senders')
      .select(['sender_id', 'role', 'name'])
      .where('channel', '=', channel)
      .where('account', '=', account)
      .execute();
  }

  async revoke(channel: string, account: string, senderId: string): Promise<boolean> {
    const row = await this.database.write('pairing.revoke', (transaction) =>
      transaction
        .deleteFrom('channel_senders')
        .where('channel', '=', channel)
        .where('account', '=', account)
        .where('sender_id', '=', senderId)
        .returning('sender_id')
        .executeTakeFirst(),
    );
    return row !== undefined;
  }

  private async admitIn(
    transaction: Transaction<Schema>,
    { channel, account, senderId, role, name }: Admission,
  ): Promise<void> {
    await transaction
      .insertInto('channel_senders')
      .values({ channel, account, sender_id: senderId, role, name: name ?? null, approved_at: this.clock.now() })
      .onConflict((conflict) =>
        conflict.columns(['channel', 'account', 'sender_id']).doUpdateSet({ role, ...(name ? { name } : {}) }),
      )
      .execute();
  }

  private async pruneIn(transaction: Transaction<Schema>, now: number): Promise<void> {
    await transaction
      .deleteFrom('pairing_requests')
      .where('created_at', '<=', now - PAIRING_TTL_MS)
      .execute();
  }

  private async countWrongCode(
    transaction: Transaction<Schema>,
    channel: string,
    account: string | undefined,
  ): Promise<void> {
    let update = transaction
      .updateTable('pairing_requests')
      .set((eb) => ({ failed_attempts: eb('failed_attempts', '+', 1) }))
      .where('channel', '=', channel);
    if (account !== undefined) update = update.where('account', '=', account);
    await update.execute();
    await transaction.deleteFrom('pairing_requests').where('failed_attempts', '>=', MAX_WRONG_CODES).execute();
  }

  /** Returns whether it was still there. */
  private async removeIn(transaction: Transaction<Schema>, request: PairingRequest): Promise<boolean> {
    const row = await transaction
      .deleteFrom('pairing_requests')
      .where('channel', '=', request.channel)
      .where('account', '=', request.account)
      .where('sender_id', '=', request.senderId)
      .where('code', '=', request.code)
      .returning('code')
      .executeTakeFirst();
    return row !== undefined;
  }
}

function newCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
