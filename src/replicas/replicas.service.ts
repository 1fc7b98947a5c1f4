import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import { appVersion } from '../common/app-root';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { ConfigService } from '../config/config.service';
import { EventBus } from '../events/event-bus';
import { DatabaseService } from '../storage/database.service';
import { LeaseService } from '../storage/lease.service';
import { sharedSecret } from '../storage/shared-secret';
import { stateIdOf } from './state-id';
import { isPassed, readEvent, writeEvent } from './passed-events';
import type { LinkWay, ReplicaLink } from './replica-link';
import { NoticeSeal, SEAL_BYTES } from './sealed-notice';
import { TwoWays } from './two-ways';
import { ReplicaStore, type Replica, type ReplicaFacts } from './replica.store';

/** How often a gateway shows that it is there, and looks who else is. */
const PRESENT_MS = 2000;
/** After so long without a sign another one counts as gone. */
const GONE_MS = 10_000;
/** How often it is looked for what others have left or did not tell of. */
const LOOK_MS = 1000;
/** For so long it is looked after the start, and after the last other one was there: what it held has run out by then. */
const LOOK_AFTER_MS = 30_000;
const CLOSE_MS = 500;
const HELLO = 'hello';
const BYE = 'bye';

/**
 * The other gateways on the same PostgreSQL database: who is there, what they tell, and the time to look for what nobody told.
 * What one of them tells makes things fast; that they are right rests on the tables and their leases alone. On SQLite there
 * is nobody else, and nothing of this is loaded.
 */
@Injectable()
export class Replicas {
  private readonly log: Logger;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly others = new Map<string, Replica>();
  private link: ReplicaLink | undefined;
  private facts: ReplicaFacts = { host: hostname(), pid: process.pid, version: appVersion() };
  /** On the monotonic clock. */
  private lookUntil = 0;
  private isStopping = false;
  private lastNumber = 0;

  constructor(
    private readonly database: DatabaseService,
    private readonly leases: LeaseService,
    private readonly store: ReplicaStore,
    private readonly events: EventBus,
    private readonly config: ConfigService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('replicas');
  }

  /** This gateway among them. */
  get id(): string {
    return this.leases.id;
  }

  /** Gateways that were heard of lately, without this one. */
  get known(): readonly Replica[] {
    return [...this.others.values()];
  }

  /** Whether this gateway hears at once what others do. */
  get isConnected(): boolean {
    return this.link?.isUp === true;
  }

  /** What carries what gateways tell each other; undefined where there can be no others. */
  get way(): LinkWay | undefined {
    return this.link?.way;
  }

  async start(): Promise<void> {
    const url = this.config.env.get('OPENCLAW_DATABASE_URL');
    if (this.database.dialect === 'sqlite' || url === undefined) return;
    this.link = await this.makeLink(url);
    this.lookUntil = performance.now() + LOOK_AFTER_MS;
    this.facts = { ...this.facts, stateId: stateIdOf(this.config.stateDir) };
    await this.present();
    this.link.open({ heard: (sender, { text }) => this.heard(sender, text), connected: () => this.connected() });
    this.events.on('gateway.ready', ({ port }) => {
      this.facts = { ...this.facts, port };
      void this.tick();
    });
    this.timers.push(
      setInterval(() => void this.tick(), PRESENT_MS).unref(),
      setInterval(() => this.look(), LOOK_MS).unref(),
    );
  }

  /** This gateway takes nothing new: others may see that. */
  async drain(): Promise<void> {
    if (!this.link) return;
    this.facts = { ...this.facts, draining: true };
    await this.store.present(this.id, this.facts).catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    for (const timer of this.timers) clearInterval(timer);
    if (!this.link) return;
    this.tell(BYE);
    await this.link.close(CLOSE_MS);
    this.events.connect(undefined);
    await this.store.gone(this.id).catch(() => undefined);
  }

  private async makeLink(url: string): Promise<ReplicaLink> {
    const { PostgresLink } = await import('./postgres-link');
    const postgres = new PostgresLink(url, this.id, this.log);
    const redisUrl = this.config.env.get('OPENCLAW_REDIS_URL');
    if (redisUrl === undefined) return postgres;
    const { RedisLink } = await import('./redis-link');
    const seal = new NoticeSeal(await sharedSecret(this.database, 'replicas-notices', SEAL_BYTES));
    const redis = new RedisLink(redisUrl, this.id, seal, this.log);
    return new TwoWays(redis, postgres, () => this.others.size);
  }

  private tell(text: string): void {
    this.link?.send({ number: ++this.lastNumber, text });
  }

  private async tick(): Promise<void> {
    try {
      await this.present();
    } catch (error) {
      this.log.debug({ error: messageOf(error) }, 'the other gateways could not be looked up');
    }
  }

  private async present(): Promise<void> {
    await this.store.present(this.id, this.facts);
    const there = await this.store.all(GONE_MS);
    if (this.isStopping) return;
    const before = [...this.others.keys()];
    this.others.clear();
    for (const replica of there) if (replica.id !== this.id) this.others.set(replica.id, replica);
    for (const { id, facts } of this.known) if (!before.includes(id)) this.welcome(facts);
    const gone = before.filter((id) => !this.others.has(id));
    if (gone.length > 0) this.log.info({ left: this.others.size }, 'another gateway is gone');
    this.changed();
    for (const gateway of gone) this.events.emit('replica.left', { gateway });
    if (this.known.some(({ id }) => !before.includes(id))) this.events.emit('replica.joined', {});
  }

  private welcome({ host, pid, version, stateId }: ReplicaFacts): void {
    this.log.info(
      { host, pid, version },
      'another gateway shares the database; what each has for itself is in docs/how-to/run-several-gateways.md',
    );
    if (stateId !== this.facts.stateId)
      this.log.warn(
        { host, pid },
        'it has another state directory: configuration, secrets, workspaces and files to be sent are not shared with it; see docs/how-to/run-several-gateways.md',
      );
  }

  private connected(): void {
    this.tell(HELLO);
    this.look();
  }

  private heard(sender: string, text: string): void {
    if (text === BYE) {
      if (this.others.delete(sender)) this.events.emit('replica.left', { gateway: sender });
      this.changed();
      return;
    }
    if (text === HELLO) {
      void this.tick().then(() => this.events.emit('replica.joined', {}));
      return;
    }
    const event = readEvent(text);
    if (event) this.events.receive(event.name, event.payload, sender);
  }

  /** While nobody else is there nothing is told to anybody. */
  private changed(): void {
    if (this.others.size > 0) this.lookUntil = performance.now() + LOOK_AFTER_MS;
    this.events.connect(
      this.others.size === 0
        ? undefined
        : (name, payload) => {
            if (isPassed(name, payload)) this.tell(writeEvent(name, payload));
          },
    );
  }

  private look(): void {
    if (this.others.size > 0 || performance.now() < this.lookUntil) this.events.emit('replicas.look', {});
  }
}
