import { Injectable } from '@nestjs/common';
import { CloseCode } from '../protocol/close-codes';
import { PRE_AUTH_CONNECTIONS, PRE_AUTH_CONNECTIONS_PER_SOURCE } from '../protocol/limits';
import type { Connection } from './connection';

/** All open sockets; the ones without a handshake are counted apart and limited. */
@Injectable()
export class ConnectionRegistry {
  private readonly connections = new Map<string, Connection>();
  private readonly waiting = new Set<Connection>();

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
    this.connections.delete(connection.id);
  }

  /** Every socket, with or without a handshake. */
  all(): IterableIterator<Connection> {
    return this.connections.values();
  }

  /** Ends what a device has open, in one role or in any. */
  closeDevice(deviceId: string, role?: string): void {
    for (const connection of this.connections.values()) {
      const { caller } = connection;
      if (caller?.deviceId === deviceId && (role === undefined || caller.role === role))
        connection.close(CloseCode.credentialsChanged, 'credentials changed');
    }
  }

  get size(): number {
    return this.connections.size;
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
