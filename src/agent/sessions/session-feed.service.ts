import { Injectable } from '@nestjs/common';
import { EventBus } from '../../events/event-bus';
import type { RpcContext } from '../../rpc/rpc-context';
import { historyMessage, plainUserText } from '../../sessions/history-view';
import { SessionStore } from '../../sessions/session.store';
import { TranscriptStore } from '../../sessions/transcript.store';
import { SessionRows } from './session-rows.service';

/** More messages than this at once are no conversation that goes on: whoever shows it reads it anew. */
const MOST_AT_ONCE = 50;

/**
 * Tells clients what happens to sessions: all of them that there was a change (`sessions.changed`), those that have
 * subscribed to the list what it shows of the session now and new messages of every conversation (`session.message`), and
 * those that have one open its new messages. While nobody has subscribed to anything it reads nothing.
 */
@Injectable()
export class SessionFeed {
  private watching = 0;
  /** How many clients have each conversation open. */
  private readonly followed = new Map<string, number>();

  constructor(
    private readonly events: EventBus,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly rows: SessionRows,
  ) {}

  listen(): void {
    // Whichever gateway it happens in: each tells the clients that are connected to it.
    this.events.on('session.changed', ({ sessionKey, reason }) => void this.changed(sessionKey, reason), 'anywhere');
    this.events.on(
      'transcript.appended',
      ({ sessionId, after, count }) => void this.appended(sessionId, after, count),
      'anywhere',
    );
  }

  watch({ caller, signal, lasting = signal }: RpcContext): void {
    if (caller.watchesSessions) return;
    caller.watchesSessions = true;
    this.watching++;
    lasting.addEventListener('abort', () => this.unwatch({ caller, signal } as RpcContext), { once: true });
  }

  unwatch({ caller }: RpcContext): void {
    if (!caller.watchesSessions) return;
    caller.watchesSessions = false;
    this.watching--;
  }

  follow(sessionKey: string, { caller, signal, lasting = signal }: RpcContext): void {
    if (caller.follows.has(sessionKey)) return;
    caller.follows.add(sessionKey);
    this.followed.set(sessionKey, (this.followed.get(sessionKey) ?? 0) + 1);
    lasting.addEventListener('abort', () => this.unfollow(sessionKey, { caller, signal } as RpcContext), {
      once: true,
    });
  }

  unfollow(sessionKey: string, { caller }: RpcContext): void {
    if (!caller.follows.delete(sessionKey)) return;
    const left = (this.followed.get(sessionKey) ?? 1) - 1;
    if (left > 0) this.followed.set(sessionKey, left);
    else this.followed.delete(sessionKey);
  }

  private async changed(sessionKey: string, reason: string): Promise<void> {
    const facts = { sessionKey, reason, ts: Date.now() };
    if (this.watching === 0) {
      this.events.emit('wire.event', { event: 'sessions.changed', payload: facts });
      return;
    }
    this.events.emit('wire.event', {
      event: 'sessions.changed',
      payload: facts,
      audience: { kind: 'not-watching' },
    });
    const entry = await this.sessions.find(sessionKey);
    this.events.emit('wire.event', {
      event: 'sessions.changed',
      payload: entry
        ? { ...facts, agentId: entry.agentId, sessionId: entry.sessionId, ...this.rows.changedRow(entry) }
        : facts,
      audience: { kind: 'watching' },
    });
  }

  private async appended(sessionId: string, after: number, count: number): Promise<void> {
    if ((this.followed.size === 0 && this.watching === 0) || count > MOST_AT_ONCE) return;
    const session = await this.sessions.findBySessionId(sessionId);
    if (!session || (this.watching === 0 && !this.followed.has(session.key))) return;
    const { key: sessionKey, agentId } = session;
    for (const event of await this.transcripts.readBeside(sessionId, { after }, count)) {
      this.events.emit('wire.event', {
        event: 'session.message',
        payload: {
          sessionKey,
          agentId,
          sessionId,
          messageId: event.id,
          messageSeq: event.seq,
          ...(event.runId ? { runId: event.runId } : {}),
          message: plainUserText(historyMessage(event)),
        },
        // Who goes on from pieces has it already.
        audience: { kind: 'whole', following: sessionKey, orWatching: true },
      });
    }
  }
}
