import type * as Pg from 'pg';
import { type BackoffPolicy, backoffDelay } from '../common/backoff';
import type { Logger } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { settlesWithin, sleep } from '../common/sleep';
import { NoticeReader, framesOf } from './notice-frames';
import type { LinkListener, LinkWay, Notice, ReplicaLink } from './replica-link';

const CHANNEL = 'openclaw_replicas';
const AGAIN: BackoffPolicy = { initialMs: 50, maxMs: 3000, factor: 2, jitter: 0.3 };
const CONNECT_MS = 5000;
/** A connection that does not answer for so long is given up, and made anew. */
const ANSWER_MS = 5000;
/** How often it is asked whether it is still there, where nothing is sent. */
const PING_MS = 3000;
/** Frames that wait for a connection; older ones are dropped. */
const MOST_WAITING = 5000;
const AT_ONCE = 200;

/** LISTEN and NOTIFY over a connection of its own, which is made anew whenever it breaks. */
export class PostgresLink implements ReplicaLink {
  readonly way: LinkWay = 'postgres';
  private readonly reader = new NoticeReader();
  private readonly waiting: string[] = [];
  private readonly closing = new AbortController();
  private client: Pg.Client | undefined;
  private sending: Promise<void> | undefined;
  private living: Promise<void> = Promise.resolve();

  constructor(
    private readonly url: string,
    private readonly id: string,
    private readonly log: Logger,
  ) {}

  get isUp(): boolean {
    return this.client !== undefined;
  }

  open(heard: LinkListener): void {
    this.living = this.live(heard);
  }

  send({ number, text }: Notice): void {
    if (this.closing.signal.aborted) return;
    this.waiting.push(...framesOf(this.id, number, text));
    if (this.waiting.length > MOST_WAITING) this.waiting.splice(0, this.waiting.length - MOST_WAITING);
    this.flush();
  }

  async close(graceMs: number): Promise<void> {
    await settlesWithin(this.sending ?? Promise.resolve(), graceMs);
    this.closing.abort();
    await settlesWithin(this.living, graceMs);
  }

  private async live(heard: LinkListener): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await this.liveOnce(heard, () => (failures = 0));
      } catch (error) {
        if (!signal.aborted) this.log.warn({ error: messageOf(error) }, 'the line to other gateways is down');
      }
      await sleep(backoffDelay(AGAIN, failures), signal);
    }
  }

  /** One connection, from its beginning to its end. */
  private async liveOnce(heard: LinkListener, connected: () => void): Promise<void> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'openclaw-nest replicas',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
    });
    const ended = new Promise<void>((resolve) => {
      client.once('end', () => resolve());
      client.once('error', () => resolve());
    });
    client.on('notification', ({ payload = '' }) => {
      const notice = this.reader.read(payload);
      if (notice && notice.sender !== this.id) heard.heard(notice.sender, notice);
    });
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      this.client = client;
      connected();
      heard.connected();
      this.flush();
      await this.untilGone(client, ended);
    } finally {
      this.client = undefined;
      // Without a listener an error after the end would end the process.
      client.on('error', () => undefined);
      await settlesWithin(
        client.end().catch(() => undefined),
        CONNECT_MS,
      );
    }
  }

  private async untilGone(client: Pg.Client, ended: Promise<void>): Promise<void> {
    const { signal } = this.closing;
    let isOver = false;
    const over = new AbortController();
    void ended.then(() => {
      isOver = true;
      over.abort();
    });
    const either = AbortSignal.any([signal, over.signal]);
    while (!isOver && !signal.aborted) {
      await sleep(PING_MS, either);
      if (!isOver && !signal.aborted) await client.query('select 1');
    }
  }

  private flush(): void {
    this.sending ??= this.sendAll().finally(() => (this.sending = undefined));
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const { client } = this;
      if (!client) return;
      const frames = this.waiting.splice(0, AT_ONCE);
      try {
        await client.query(`select pg_notify('${CHANNEL}', frame) from unnest($1::text[]) as frame`, [frames]);
      } catch (error) {
        // They may have arrived or not; who missed something looks by himself.
        this.log.debug({ error: messageOf(error) }, 'notices to other gateways were lost');
        client.end().catch(() => undefined);
        return;
      }
    }
  }
}
