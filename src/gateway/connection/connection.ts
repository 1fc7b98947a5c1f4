import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { WebSocket } from 'ws';
import type { RpcCaller } from '../../rpc/rpc-context';
import type { WireRecipient } from '../../rpc/wire-event';
import { closeReason } from '../protocol/close-codes';
import { EVENT_QUEUE_LIMIT, MAX_BUFFERED, STALL_LIMIT_MS } from '../protocol/limits';
import type { RequestSource } from '../../common/net/request-source';
import type { WireDialect } from './wire-dialect';
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
   * always sees a gap where something was left out.
   */
  sendEvent(event: string, payloadJson: string, droppable: boolean, stateVersionJson: string | undefined): void {
    if (!this.dialect || !this.isOpen) return;
    const seq = ++this.seq;
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
    this.onClosed?.();
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
