import type { Redis as Client, RedisOptions } from 'ioredis';
import { type BackoffPolicy, backoffDelay } from '../common/backoff';
import type { Logger } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { settlesWithin, sleep } from '../common/sleep';
import { MOST_CHARS } from './notice-frames';
import type { LinkListener, Notice } from './replica-link';
import type { NoticeSeal } from './sealed-notice';

const AGAIN: BackoffPolicy = { initialMs: 50, maxMs: 3000, factor: 2, jitter: 0.3 };
const CONNECT_MS = 5000;
/** A server that does not answer for so long is not there. */
const ANSWER_MS = 2000;
/** How often it is asked whether it is still there. */
const PING_MS = 3000;

/** Publish and subscribe over Redis, which keeps nothing: whoever is away misses what is sent. */
export class RedisLink {
  private readonly closing = new AbortController();
  private publisher: Client | undefined;
  private subscriber: Client | undefined;
  private living: Promise<void> = Promise.resolve();
  private isSubscribed = false;
  private isKnownDown = false;

  constructor(
    private readonly url: string,
    private readonly id: string,
    private readonly seal: NoticeSeal,
    private readonly log: Logger,
  ) {}

  get isUp(): boolean {
    return this.isSubscribed && this.publisher?.status === 'ready';
  }

  open(heard: LinkListener): void {
    this.living = this.live(heard);
  }

  /** @returns how many other gateways it was handed to; 0 while the server is away. Does not throw. */
  async publish(notice: Notice): Promise<number> {
    if (!this.isUp || !this.publisher || notice.text.length > MOST_CHARS) return 0;
    try {
      const all = await this.publisher.publish(this.seal.channel, this.seal.close(this.id, notice));
      return all - 1;
    } catch (error) {
      this.log.debug({ error: messageOf(error) }, 'Redis did not take a notice');
      return 0;
    }
  }

  async close(graceMs: number): Promise<void> {
    this.closing.abort();
    for (const client of [this.publisher, this.subscriber]) client?.disconnect();
    await settlesWithin(this.living, graceMs);
  }

  private async live(heard: LinkListener): Promise<void> {
    const { Redis } = await import('ioredis');
    const { signal } = this.closing;
    const options: RedisOptions = {
      lazyConnect: true,
      connectTimeout: CONNECT_MS,
      commandTimeout: ANSWER_MS,
      // What can't be sent now goes the other way, and not twice.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      retryStrategy: (times) => (signal.aborted ? null : backoffDelay(AGAIN, times - 1)),
    };
    const make = (): Client => {
      const client = new Redis(this.url, options);
      // Without a listener they would go to the console.
      client.on('error', (error: Error) => this.isAway(error));
      return client;
    };
    if (signal.aborted) return;
    this.publisher = make();
    this.subscriber = make();
    this.subscriber.on('close', () => (this.isSubscribed = false));
    this.subscriber.on('ready', () => void this.subscribe(heard));
    this.subscriber.on('messageBuffer', (_: Buffer, message: Buffer) => {
      const opened = this.seal.open(message);
      if (opened && opened.sender !== this.id) heard.heard(opened.sender, opened.notice);
    });
    for (const client of [this.publisher, this.subscriber]) client.connect().catch(() => undefined);
    while (!signal.aborted) {
      await sleep(PING_MS, signal);
      await this.ask(this.subscriber);
      await this.ask(this.publisher);
    }
  }

  private async subscribe(heard: LinkListener): Promise<void> {
    try {
      await this.subscriber?.subscribe(this.seal.channel);
      this.isSubscribed = true;
      this.log.info({}, this.isKnownDown ? 'Redis is there again' : 'other gateways are told over Redis');
      this.isKnownDown = false;
      heard.connected();
    } catch (error) {
      this.isAway(error);
      this.subscriber?.disconnect(true);
    }
  }

  /** A connection whose other end has gone without a word is made anew. */
  private async ask(client: Client): Promise<void> {
    if (client.status !== 'ready' || this.closing.signal.aborted) return;
    try {
      await client.ping();
    } catch {
      if (!this.closing.signal.aborted) client.disconnect(true);
    }
  }

  private isAway(error: unknown): void {
    if (this.isKnownDown || this.closing.signal.aborted) return;
    this.isKnownDown = true;
    this.log.warn({ error: messageOf(error) }, 'Redis is away; other gateways are told over PostgreSQL');
  }
}
