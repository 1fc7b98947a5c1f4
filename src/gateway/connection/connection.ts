import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { WebSocket } from 'ws';
import type { RpcCaller } from '../../rpc/rpc-context';
import type { WireRecipient } from '../../rpc/wire-recipient';
import { closeReason } from '../protocol/close-codes';
import { EVENT_QUEUE_LIMIT, MAX_BUFFERED, STALL_LIMIT_MS } from '../protocol/limits';
import type { RequestSource } from '../../common/net/request-source';
import type { WireDialect } from './wire-dialect';
import type { EventTrail, ToldEvent } from './event-trail';
import { batchWrites } from './write-batch';

const EMPTY: ReadonlySet<string> = new Set();

/** One client's socket: who it is, how it is spoken to, and how much is queued for it. */
export class Connection implements WireRecipient {
  readonly id = randomUUID();
  /** Nonce of the challenge this client was sent. */
  readonly nonce = randomUUID();
  readonly openedAt = Date.now();
  /** Set by the first valid frame. */
  dialect: WireDialect | undefined;
  /** Set by a successful handshake. */
  caller: RpcCaller | undefined;
  /** A handshake is being judged; another frame before its verdict is refused. */
  connecting = false;
  /** What it was told, for a client that comes back where it is cut; moves to the connection that it comes back with. */
  trail: EventTrail | undefined;
  /** Called once when the socket is gone. */
  onClosed: (() => void) | undefined;
  /** Pings without an answer. */
  missedPings = 0;
  private seq = 0;
  private stalledSince: number | undefined;
  private lowestQueue = 0;
  private readonly gone = new AbortController();

  constructor(
    private readonly socket: WebSocket,
    /** What the socket writes to. */
    private readonly stream: Writable,
    readonly address: RequestSource,
    readonly userAgent: string | undefined,
  ) {}

  get protocol(): 3 | 4 {
    return this.caller?.protocol ?? 4;
  }

  get role(): 'operator' | 'node' {
    return this.caller?.role ?? 'operator';
  }

  get capabilities(): ReadonlySet<string> {
    return this.caller?.capabilities ?? EMPTY;
  }

  get follows(): ReadonlySet<string> {
    return this.caller?.follows ?? EMPTY;
  }

  get watchesSessions(): boolean {
    return this.caller?.watchesSessions ?? false;
  }

  /** Aborts when the socket is closed. */
  get signal(): AbortSignal {
    return this.gone.signal;
  }

  /** Aborts when the client is gone for good. */
  get lasting(): AbortSignal {
    return this.trail?.ended ?? this.gone.signal;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  get queuedBytes(): number {
    return this.socket.bufferedAmount;
  }

  send(text: string): void {
    if (!this.isOpen) return;
    batchWrites(this.stream);
    this.socket.send(text);
    if (this.socket.bufferedAmount > MAX_BUFFERED) this.close(1008, 'slow consumer');
  }

  /**
   * Sends an event unless the client can't keep up. The number is given before that decision, so that a client
   * always sees a gap where something was left out. A client that may come back has its numbers also while it is away.
   * @param payloadJson its words, which may be forgotten while it is told to many
   */
  sendEvent(told: ToldEvent, payloadJson: string, droppable: boolean): void {
    const { event, stateVersionJson } = told;
    if (!this.dialect || (!this.isOpen && !this.trail)) return;
    const seq = this.trail ? this.trail.note(told) : ++this.seq;
    if (!this.isOpen) return;
    const queued = this.socket.bufferedAmount;
    if (queued > EVENT_QUEUE_LIMIT) {
      this.noteStall(queued);
      if (droppable || queued + payloadJson.length > EVENT_QUEUE_LIMIT * 1.3) return;
    } else {
      this.stalledSince = undefined;
    }
    batchWrites(this.stream);
    this.socket.send(this.dialect.event(event, payloadJson, seq, stateVersionJson));
  }

  /** Sends again what the client has missed. @param after number of the last event that it has */
  sendMissed(missed: readonly ToldEvent[], after: number): void {
    let seq = after;
    for (const { event, payloadJson, stateVersionJson } of missed)
      if (this.dialect) this.send(this.dialect.event(event, payloadJson ?? 'null', ++seq, stateVersionJson));
  }

  /** An event for this client alone; carries no number. */
  sendTargetedEvent(event: string, payloadJson: string): void {
    if (this.dialect) this.send(this.dialect.event(event, payloadJson, undefined, undefined));
  }

  /** Closes a client whose queue has made no progress for too long. Called from a timer. */
  closeIfStalled(): void {
    if (this.stalledSince === undefined) return;
    const queued = this.socket.bufferedAmount;
    if (queued <= EVENT_QUEUE_LIMIT) {
      this.stalledSince = undefined;
      return;
    }
    this.noteStall(queued);
    if (performance.now() - this.stalledSince >= STALL_LIMIT_MS) this.terminateSlow();
  }

  close(code: number, reason = ''): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.close(code, closeReason(reason));
  }

  terminate(): void {
    this.socket.terminate();
  }

  ping(): void {
    if (this.isOpen) this.socket.ping();
  }

  closed(): void {
    this.gone.abort();
    const { onClosed } = this;
    this.onClosed = undefined;
    onClosed?.();
  }

  /** Raises the largest frame this socket takes; small before the handshake, full after it. */
  allowFrames(maxPayload: number): void {
    const receiver = (this.socket as unknown as { _receiver?: { _maxPayload: number } })._receiver;
    if (receiver) receiver._maxPayload = maxPayload;
  }

  private noteStall(queued: number): void {
    if (this.stalledSince === undefined || queued < this.lowestQueue) {
      this.stalledSince = performance.now();
      this.lowestQueue = queued;
    }
  }

  /** Ends the socket although the other side does not answer the close. */
  terminateSoon(): void {
    setTimeout(() => this.socket.terminate(), 1000).unref();
  }

  private terminateSlow(): void {
    this.socket.close(1008, 'slow consumer');
    // The close frame waits behind the queue that never drains.
    this.terminateSoon();
  }
}
