import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { OpenclawError } from '../common/openclaw-error';
import { EventBus } from '../events/event-bus';
import { DatabaseService } from '../storage/database.service';
import type { Lease } from '../storage/lease';
import type { Schema } from '../storage/schema';
import type { InboxRow } from './inbox-row';
import { type IntakeReceipt, InboxStore, type NewInboxRow } from './inbox.store';

/**
 * Durable intake. Whoever receives a message commits it here before anything is acknowledged to the platform or
 * client; the same message twice is one row.
 */
@Injectable()
export class InboxService {
  private closed = false;
  private paused: string | undefined;

  constructor(
    private readonly database: DatabaseService,
    private readonly store: InboxStore,
    private readonly events: EventBus,
  ) {}

  /**
   * Commits a message; resolves when it is on disk.
   * @param together further writes that belong into the same commit
   * @param under lease of whoever listens, where one process does
   * @throws OpenclawError DRAINING while the gateway shuts down, INTAKE_PAUSED while there is no room: nothing was stored,
   * the sender keeps it.
   */
  async accept(
    row: NewInboxRow,
    together?: (transaction: Transaction<Schema>, receipt: IntakeReceipt) => Promise<void>,
    under?: Lease,
  ): Promise<IntakeReceipt> {
    if (this.closed) throw new OpenclawError('DRAINING', 'the gateway is shutting down', { retryAfterMs: 1000 });
    if (this.paused !== undefined) throw new OpenclawError('INTAKE_PAUSED', this.paused, { retryAfterMs: 30_000 });
    const receipt = await this.database.write(
      'inbox.accept',
      async (transaction) => {
        const result = await this.store.insertIn(transaction, row);
        if (together) await together(transaction, result);
        return result;
      },
      under ? { under } : {},
    );
    // Whoever called answers its client first; the work starts after that.
    if (!receipt.duplicate) setImmediate(() => this.announce(receipt.row));
    return receipt;
  }

  /** Tells those who work on it of a row that waits. */
  announce({ id: rowId, runId, sessionKey, state, message }: InboxRow): void {
    if (sessionKey === null) return;
    if (state === 'command') {
      const isUrgent = message.command?.isUrgent === true;
      this.events.emit('command.accepted', { sessionKey, rowId, isUrgent });
    }
    if (state !== 'pending') return;
    const { queueMode } = message;
    this.events.emit('inbox.accepted', { sessionKey, rowId, runId, ...(queueMode ? { queueMode } : {}) });
  }

  /** Why nothing is taken for now; undefined while messages are taken. */
  get pausedBecause(): string | undefined {
    return this.paused;
  }

  pause(reason: string): void {
    this.paused = reason;
  }

  resume(): void {
    this.paused = undefined;
  }

  /** From now on nothing is taken. */
  stop(): void {
    this.closed = true;
  }
}
