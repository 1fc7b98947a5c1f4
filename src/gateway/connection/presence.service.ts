import { hostname, networkInterfaces, release } from 'node:os';
import { Injectable } from '@nestjs/common';
import { appVersion } from '../../common/app-root';
import { EventBus } from '../../events/event-bus';
import type { RpcCaller } from '../../rpc/rpc-context';
import type { ConnectClient } from '../protocol/connect.dto';
import type { PresenceEntry } from '../protocol/hello';

const EXPIRY_MS = 5 * 60_000;
const MAX_ENTRIES = 200;
/** Several arrivals within this time are told together. */
const ANNOUNCE_DELAY_MS = 50;

interface Kept {
  entry: PresenceEntry;
  sockets: number;
}

/** Who is connected, as clients see it. */
@Injectable()
export class PresenceService {
  private readonly entries = new Map<string, Kept>();
  /** Clients of other gateways on the database. */
  private readonly elsewhere = new Map<string, PresenceEntry[]>();
  private announceTimer: NodeJS.Timeout | undefined;
  private self: PresenceEntry | undefined;
  /** Whether what is announced next is about clients of this gateway. */
  private isOwnChange = false;
  version = 0;

  constructor(private readonly events: EventBus) {
    events.on('presence.there', ({ clients }, from = '') => this.put(from, clients), 'elsewhere');
    events.on('replica.left', ({ gateway }) => this.put(gateway, []));
    events.on('replica.joined', () => this.tellElsewhere());
  }

  /** @returns by which {@link disconnected} finds it; undefined for a client that is not shown */
  connected(client: ConnectClient, caller: RpcCaller): string | undefined {
    if (client.mode === 'cli') return undefined;
    const key = caller.deviceId ?? client.instanceId ?? caller.connectionId;
    const host = client.displayName ?? client.id;
    this.keep(
      key,
      {
        host,
        ip: caller.remoteAddress,
        version: client.version,
        platform: client.platform,
        ...(client.deviceFamily ? { deviceFamily: client.deviceFamily } : {}),
        ...(client.modelIdentifier ? { modelIdentifier: client.modelIdentifier } : {}),
        mode: client.mode,
        ...(caller.deviceId ? { deviceId: caller.deviceId } : {}),
        roles: [caller.role],
        scopes: [...caller.scopes],
        instanceId: client.instanceId ?? key,
        reason: 'connect',
        ts: Date.now(),
        text: `Client: ${host} · mode ${client.mode}`,
      },
      this.socketsOf(key) + 1,
    );
    return key;
  }

  disconnected(key: string): void {
    const known = this.entries.get(key);
    if (!known) return;
    const left = known.sockets - 1;
    // Another window of the same browser is still there.
    if (left > 0) known.sockets = left;
    else this.keep(key, { ...known.entry, reason: 'disconnect', ts: Date.now() }, 0);
  }

  /** A device says that it is there; it is forgotten when it says so no more. */
  beacon(facts: Omit<PresenceEntry, 'ts'>): void {
    const key = facts.deviceId ?? facts.instanceId ?? facts.host ?? facts.text ?? 'device';
    const known = this.entries.get(key);
    this.keep(key, { ...known?.entry, ...facts, ts: Date.now() }, known?.sockets ?? 0);
  }

  /** Newest first, the gateway itself at the head; with those of other gateways on the database. */
  list(): PresenceEntry[] {
    const clients = [...this.own(), ...[...this.elsewhere.values()].flat()].sort((a, b) => b.ts - a.ts);
    return [{ ...this.gatewayEntry(), ts: Date.now() }, ...clients.slice(0, MAX_ENTRIES - 1)];
  }

  /** How many clients that tell who they are this gateway has itself. */
  get size(): number {
    return this.own().length;
  }

  private own(): PresenceEntry[] {
    const now = Date.now();
    for (const [key, kept] of this.entries) {
      if (kept.sockets === 0 && now - kept.entry.ts > EXPIRY_MS) this.entries.delete(key);
    }
    return [...this.entries.values()].map((kept) => kept.entry);
  }

  stop(): void {
    clearTimeout(this.announceTimer);
  }

  /** Notes what clients another gateway has. */
  private put(gateway: string, clients: PresenceEntry[]): void {
    if (clients.length > 0) this.elsewhere.set(gateway, clients.slice(0, MAX_ENTRIES));
    else if (!this.elsewhere.delete(gateway)) return;
    this.changed();
  }

  private tellElsewhere(): void {
    this.events.emit('presence.there', { clients: this.own().slice(-MAX_ENTRIES) });
  }

  private socketsOf(key: string): number {
    return this.entries.get(key)?.sockets ?? 0;
  }

  private keep(key: string, entry: PresenceEntry, sockets: number): void {
    this.entries.delete(key);
    this.entries.set(key, { entry, sockets });
    if (this.entries.size > MAX_ENTRIES) this.dropOldest();
    this.isOwnChange = true;
    this.changed();
  }

  private changed(): void {
    this.version++;
    this.announceTimer ??= setTimeout(() => this.announce(), ANNOUNCE_DELAY_MS).unref();
  }

  private dropOldest(): void {
    for (const [key, kept] of this.entries) {
      if (kept.sockets > 0 && this.entries.size <= MAX_ENTRIES * 2) continue;
      this.entries.delete(key);
      return;
    }
  }

  private announce(): void {
    this.announceTimer = undefined;
    if (this.isOwnChange) this.tellElsewhere();
    this.isOwnChange = false;
    this.events.emit('wire.event', {
      event: 'presence',
      payload: { presence: this.list() },
      stateVersion: { presence: this.version, health: 0 },
    });
  }

  private gatewayEntry(): PresenceEntry {
    this.self ??= {
      host: hostname(),
      ip: lanAddress(),
      version: appVersion(),
      platform: `${process.platform} ${release()}`,
      deviceFamily: process.platform === 'darwin' ? 'Mac' : process.platform === 'win32' ? 'Windows' : 'Linux',
      modelIdentifier: process.arch,
      mode: 'gateway',
      reason: 'self',
      text: `Gateway: ${hostname()} · ${appVersion()}`,
      ts: Date.now(),
    };
    return this.self;
  }
}

function lanAddress(): string {
  for (const entries of Object.values(networkInterfaces())) {
    for (const entry of entries ?? []) if (entry.family === 'IPv4' && !entry.internal) return entry.address;
  }
  return '127.0.0.1';
}
