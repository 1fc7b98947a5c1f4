import { Injectable } from '@nestjs/common';
import { PING_INTERVAL_MS } from '../protocol/limits';
import { ConnectionRegistry } from './connection-registry';

const STALL_CHECK_MS = 1000;
const MAX_MISSED_PINGS = 2;

/** Finds sockets that are gone without a word and clients that stopped reading. */
@Injectable()
export class ConnectionKeeper {
  private timers: NodeJS.Timeout[] = [];

  constructor(private readonly connections: ConnectionRegistry) {}

  start(): void {
    this.timers = [
      setInterval(() => this.pingAll(), PING_INTERVAL_MS).unref(),
      setInterval(() => this.closeStalled(), STALL_CHECK_MS).unref(),
    ];
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private pingAll(): void {
    for (const connection of this.connections.all()) {
      if (connection.missedPings >= MAX_MISSED_PINGS) {
        connection.terminate();
        continue;
      }
      connection.missedPings++;
      connection.ping();
    }
  }

  private closeStalled(): void {
    for (const connection of this.connections.all()) connection.closeIfStalled();
    this.connections.forgetAway();
  }
}
