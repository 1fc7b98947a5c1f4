import { Injectable, Optional } from '@nestjs/common';
import { type RpcCaller, callerKey } from '../../rpc/rpc-context';
import { satisfies } from '../../rpc/scopes';
import type { ConnectResume } from '../protocol/connect.dto';
import type { HelloResume } from '../protocol/hello';
import type { Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';
import { EventMemory, EventTrail, type ToldEvent } from './event-trail';

/** Capability of clients that may come back. */
export const RESUMES = 'resume';

export interface Resumption {
  hello: HelloResume;
  /** Whom the connection speaks for from now on. */
  caller: RpcCaller;
  /** What it has missed, to be sent behind the hello. */
  missed: readonly ToldEvent[];
}

/** Lets clients whose connection was cut go on with their events, their numbers and what they have subscribed to. */
@Injectable()
export class ResumeService {
  constructor(
    private readonly connections: ConnectionRegistry,
    @Optional() private readonly memory: EventMemory = new EventMemory(),
  ) {}

  /** Undefined for a client that does not ask for it, and for nodes: what they are asked has an answer of its own. */
  begin(connection: Connection, caller: RpcCaller, asked: ConnectResume | undefined): Resumption | undefined {
    if (caller.role === 'node' || (!asked && !caller.capabilities.has(RESUMES))) return undefined;
    const resumed = asked && this.goOn(connection, caller, asked);
    if (resumed) return resumed;
    const trail = new EventTrail(this.memory);
    connection.trail = trail;
    this.connections.track(connection, trail);
    return { hello: { epoch: trail.epoch, seq: 0, state: asked ? 'resync' : 'new' }, caller, missed: [] };
  }

  private goOn(connection: Connection, caller: RpcCaller, { epoch, seq }: ConnectResume): Resumption | undefined {
    const before = this.connections.withTrail(epoch);
    const { trail, caller: known } = before ?? {};
    if (!before || !trail || !known || !isSame(known, caller)) return undefined;
    const missed = trail.since(seq);
    // It may be that nobody has noticed yet that the old one is cut.
    before.onClosed?.();
    before.onClosed = undefined;
    before.terminate();
    if (!missed) {
      this.connections.forget(before);
      return undefined;
    }
    // What it has subscribed to holds on to this very caller.
    const { follows, watchesSessions } = known;
    Object.assign(known, caller, { follows, watchesSessions });
    before.trail = undefined;
    connection.trail = trail;
    this.connections.track(connection, trail);
    return { hello: { epoch, seq, state: 'resumed', missed: missed.length }, caller: known, missed };
  }
}

/** The same client with at least the same rights: what it missed is what it may see now. */
const isSame = (before: RpcCaller, now: RpcCaller): boolean =>
  callerKey(before) === callerKey(now) &&
  before.protocol === now.protocol &&
  before.dialect === now.dialect &&
  before.role === now.role &&
  [...before.scopes].every((scope) => satisfies(now.scopes, scope as never));
