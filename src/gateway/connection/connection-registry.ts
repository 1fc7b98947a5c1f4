import { Injectable } from '@nestjs/common';
import { PRE_AUTH_CONNECTIONS, PRE_AUTH_CONNECTIONS_PER_ADDRESS } from '../protocol/limits';
import type { Connection } from './connection';

/** All open sockets; the ones without a handshake are counted apart and limited. */
@Injectable()
export class ConnectionRegistry {
  private readonly connections = new Map<string, Connection>();
  private readonly waiting = new Set<Connection>();

  /** Returns false when too many sockets wait for their handshake. */
  add(connection: Connection): boolean {
    const { address } = connection.address;
    let sameAddress = 0;
    for (const other of this.waiting) if (other.address.address === address) sameAddress++;
    if (this.waiting.size >= PRE_AUTH_CONNECTIONS || sameAddress >= PRE_AUTH_CONNECTIONS_PER_ADDRESS) return false;
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

  get size(): number {
    return this.connections.size;
  }
}
