import { Injectable, Optional } from '@nestjs/common';
import { EventBus } from '../../events/event-bus';
import { CloseCode } from '../protocol/close-codes';
import { AWAY_MS, MOST_AWAY, PRE_AUTH_CONNECTIONS, PRE_AUTH_CONNECTIONS_PER_SOURCE } from '../protocol/limits';
import type { Connection } from './connection';
import type { EventTrail } from './event-trail';

/** All open sockets; the ones without a handshake are counted apart and limited. */
@Injectable()
export class ConnectionRegistry {
  private readonly connections = new Map<string, Connection>();
  private readonly waiting = new Set<Connection>();
  /** Cut connections of clients that may come back, with the time on the monotonic clock when they were cut. */
  private readonly away = new Map<Connection, number>();
  private readonly byEpoch = new Map<string, Connection>();

  constructor(@Optional() private readonly events?: EventBus) {
    events?.on('device.closed', ({ deviceId, role }) => this.closeHere(deviceId, role), 'elsewhere');
  }

  /**
   * Takes a socket. Where too many wait for their handshake the one that has waited longest without a word makes room,
   * of the source that has most: idle sockets keep nobody out. Returns false when all of them are being judged.
   */
  add(connection: Connection): boolean {
    const { source } = connection.address;
    const ofSource = this.waitingOf(source);
    if (ofSource.length >= PRE_AUTH_CONNECTIONS_PER_SOURCE && !this.makeRoom(ofSource)) return false;
    if (this.waiting.size >= PRE_AUTH_CONNECTIONS && !this.makeRoom(this.waitingOf(this.busiestSource()))) return false;
    this.connections.set(connection.id, connection);
    this.waiting.add(connection);
    return true;
  }

  admitted(connection: Connection): void {
    this.waiting.delete(connection);
  }

  remove(connection: Connection): void {
    this.waiting.delete(connection);
    if (!this.connections.delete(connection.id) || !connection.trail) return;
    this.away.set(connection, performance.now());
    const [longest] = this.away.keys();
    if (longest && this.away.size > MOST_AWAY) this.forget(longest);
  }

  /** The connection that a trail belongs to from now on. */
  track(connection: Connection, trail: EventTrail): void {
    const before = this.byEpoch.get(trail.epoch);
    if (before) this.away.delete(before);
    this.byEpoch.set(trail.epoch, connection);
  }

  /** The connection with this trail, cut or not. */
  withTrail(epoch: string): Connection | undefined {
    return this.byEpoch.get(epoch);
  }

  /** The client does not come back. */
  forget(connection: Connection): void {
    this.away.delete(connection);
    const { trail } = connection;
    if (!trail) return;
    connection.trail = undefined;
    this.byEpoch.delete(trail.epoch);
    trail.end();
  }

  /** Gives up waiting for clients that were cut too long ago. Called from a timer. */
  forgetAway(): void {
    const before = performance.now() - AWAY_MS;
    for (const [connection, since] of this.away) if (since < before) this.forget(connection);
  }

  /** Every socket, with or without a handshake. */
  all(): IterableIterator<Connection> {
    return this.connections.values();
  }

  /** Whoever is told of events: every socket, and clients that may come back for what they missed. */
  *recipients(): Generator<Connection> {
    yield* this.connections.values();
    yield* this.away.keys();
  }

  /** Ends what a device has open, in one role or in any, here and in other gateways on the database. */
  closeDevice(deviceId: string, role?: string): void {
    this.closeHere(deviceId, role);
    this.events?.emit('device.closed', { deviceId, ...(role === undefined ? {} : { role }) });
  }

  private closeHere(deviceId: string, role: string | undefined): void {
    for (const connection of this.recipients()) {
      const { caller } = connection;
      if (caller?.deviceId !== deviceId || (role !== undefined && caller.role !== role)) continue;
      this.forget(connection);
      connection.close(CloseCode.credentialsChanged, 'credentials changed');
    }
  }

  get size(): number {
    return this.connections.size;
  }

  /** Whether anybody is told of events. */
  get hasRecipients(): boolean {
    return this.connections.size + this.away.size > 0;
  }

  private waitingOf(source: string): Connection[] {
    return [...this.waiting].filter((connection) => connection.address.source === source);
  }

  private busiestSource(): string {
    const counts = new Map<string, number>();
    for (const { address } of this.waiting) counts.set(address.source, (counts.get(address.source) ?? 0) + 1);
    return [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most), ['', 0])[0];
  }

  /** Oldest first. */
  private makeRoom(candidates: readonly Connection[]): boolean {
    const idle = candidates.find((connection) => !connection.connecting);
    if (!idle) return false;
    this.remove(idle);
    idle.close(CloseCode.tryLater, 'too many connections wait for their handshake');
    // Whoever does not answer the close does not keep the socket.
    idle.terminateSoon();
    return true;
  }
}
