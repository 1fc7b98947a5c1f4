import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Clock, systemClock } from '../../common/clock';
import { EventBus } from '../../events/event-bus';
import type { EventName } from '../../rpc/event-rules';
import { invalidRequest } from '../../rpc/rpc-error';
import { DatabaseService } from '../../storage/database.service';
import type { Schema } from '../../storage/schema';
import { secretsEqual } from '../../common/secrets-equal';
import { type DevicePairRequest, type DeviceToken, type PairedDevice, isNode, isSameKey } from './device-record';
import { nodeOfRequest } from './paired-node';

const REQUEST_TTL_MS = 5 * 60_000;
/** Lists say by the hour when a device was last there. */
const USE_NOTED_EVERY_MS = 3_600_000;

export type DeviceFacts = Omit<DevicePairRequest, 'requestId' | 'ts' | 'isRepair'>;

/** Paired devices, their tokens and pending requests. Nothing is cached: a revoked right is gone with the commit. */
@Injectable()
export class DevicePairingService {
  constructor(
    private readonly database: DatabaseService,
    private readonly events: EventBus,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  async find(deviceId: string): Promise<PairedDevice | undefined> {
    const row = await this.database.read
      .selectFrom('devices')
      .select('record')
      .where('device_id', '=', deviceId)
      .executeTakeFirst();
    return row ? (JSON.parse(row.record) as PairedDevice) : undefined;
  }

  async list(): Promise<{ pending: DevicePairRequest[]; paired: PairedDevice[] }> {
    const [requests, devices] = await Promise.all([
      this.database.read
        .selectFrom('device_requests')
        .select(['device_id', 'record'])
        .where('created_at', '>', this.clock.now() - REQUEST_TTL_MS)
        .orderBy('created_at', 'desc')
        .execute(),
      this.database.read.selectFrom('devices').select(['device_id', 'record']).orderBy('approved_at', 'desc').execute(),
    ]);
    return {
      pending: this.database.readable('device_requests', requests, idOf, read<DevicePairRequest>),
      paired: this.database.readable('devices', devices, idOf, read<PairedDevice>),
    };
  }

  /** Files a request, or returns the one that is pending for the device already. Announces new ones that need a person. */
  async request(facts: DeviceFacts): Promise<{ request: DevicePairRequest; created: boolean }> {
    const now = this.clock.now();
    const filed = await this.database.write('device.request', (transaction) => fileIn(transaction, facts, now));
    this.announceFiled(filed);
    return { request: filed.request, created: filed.created };
  }

  /** @throws RpcError INVALID_REQUEST `unknown requestId` */
  async approve(requestId: string): Promise<PairedDevice> {
    const now = this.clock.now();
    const approved = await this.database.write('device.approve', (transaction) =>
      this.approveIn(transaction, requestId, now),
    );
    return this.announceApproved(approved);
  }

  /** Lets a device in that needs no person: asked for and approved in one, whoever connects with its key meanwhile. */
  async admit(facts: DeviceFacts): Promise<PairedDevice> {
    const now = this.clock.now();
    const { filed, approved } = await this.database.write('device.admit', async (transaction) => {
      const filed = await fileIn(transaction, facts, now);
      return { filed, approved: await this.approveIn(transaction, filed.request.requestId, now) };
    });
    this.announceFiled(filed);
    return this.announceApproved(approved);
  }

  private async approveIn(transaction: Transaction<Schema>, requestId: string, now: number): Promise<Approved> {
    const row = await transaction
      .deleteFrom('device_requests')
      .where('request_id', '=', requestId)
      .where('created_at', '>', now - REQUEST_TTL_MS)
      .returning('record')
      .executeTakeFirst();
    if (!row) throw invalidRequest('unknown requestId');
    const request = JSON.parse(row.record) as DevicePairRequest;
    const stored = await transaction
      .selectFrom('devices')
      .select('record')
      .where('device_id', '=', request.deviceId)
      .$if(this.database.dialect === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    const device = mergeApproval(stored ? (JSON.parse(stored.record) as PairedDevice) : undefined, request, now);
    const values = {
      device_id: device.deviceId,
      public_key: device.publicKey,
      record: JSON.stringify(device),
      approved_at: device.approvedAtMs,
      updated_at: now,
    };
    await transaction
      .insertInto('devices')
      .values(values)
      .onConflict((conflict) => conflict.column('device_id').doUpdateSet(values))
      .execute();
    return { device, request };
  }

  private announceFiled({ request, created, replaced }: Filed): void {
    if (replaced) this.announceDecision(replaced, 'rejected');
    if (!created) return;
    this.announce('device.pair.requested', request);
    if (isNode(request)) this.announce('node.pair.requested', nodeOfRequest(request));
  }

  private announceApproved({ device, request }: Approved): PairedDevice {
    this.announceDecision(request, 'approved');
    if (isNode(request)) this.events.emit('node.changed', device);
    return device;
  }

  async reject(requestId: string): Promise<{ requestId: string; deviceId: string }> {
    const row = await this.database.write('device.reject', (transaction) =>
      transaction
        .deleteFrom('device_requests')
        .where('request_id', '=', requestId)
        .returning('record')
        .executeTakeFirst(),
    );
    if (!row) throw invalidRequest('unknown requestId');
    const request = JSON.parse(row.record) as DevicePairRequest;
    this.announceDecision(request, 'rejected');
    return { requestId, deviceId: request.deviceId };
  }

  /** The token that a device holds for a role; a missing or revoked one is replaced. */
  async ensureToken(device: PairedDevice, role: string, scopes: readonly string[]): Promise<DeviceToken> {
    const held = device.tokens?.[role];
    if (held && held.revokedAtMs === undefined && scopes.every((scope) => held.scopes.includes(scope))) {
      this.noteUse(device.deviceId, role, held);
      return held;
    }
    return this.updateToken(device.deviceId, role, (old, now) => ({
      token: old && old.revokedAtMs === undefined ? old.token : newToken(),
      role,
      scopes: [...new Set([...(old?.scopes ?? []), ...scopes])].sort(),
      createdAtMs: old?.createdAtMs ?? now,
      lastUsedAtMs: now,
      ...(old?.rotatedAtMs === undefined ? {} : { rotatedAtMs: old.rotatedAtMs }),
    }));
  }

  /** Behind the connection, which does not wait for it. */
  private noteUse(deviceId: string, role: string, { lastUsedAtMs = 0 }: DeviceToken): void {
    if (this.clock.now() - lastUsedAtMs < USE_NOTED_EVERY_MS) return;
    const noted = this.change(deviceId, (device, now) => {
      const token = device.tokens?.[role];
      return token ? { ...device, tokens: { ...device.tokens, [role]: { ...token, lastUsedAtMs: now } } } : device;
    });
    // The next connection tries it again.
    noted.catch(() => undefined);
  }

  /** @throws RpcError INVALID_REQUEST `unknown deviceId/role`, and what `allow` throws */
  rotateToken(deviceId: string, role: string, allow: Allow, scopes?: readonly string[]): Promise<DeviceToken> {
    return this.updateToken(deviceId, role, (old, now, device) => {
      if (!old) throw invalidRequest('unknown deviceId/role');
      allow(device);
      return {
        ...old,
        token: newToken(),
        scopes: scopes ? [...scopes] : old.scopes,
        rotatedAtMs: now,
        revokedAtMs: undefined,
      };
    });
  }

  /** @throws RpcError INVALID_REQUEST `unknown deviceId/role`, and what `allow` throws */
  revokeToken(deviceId: string, role: string, allow: Allow): Promise<DeviceToken> {
    return this.updateToken(deviceId, role, (old, now, device) => {
      if (!old) throw invalidRequest('unknown deviceId/role');
      allow(device);
      return { ...old, revokedAtMs: now };
    });
  }

  /** @throws what `allow` throws; then the device stays */
  async remove(deviceId: string, allow: Allow): Promise<boolean> {
    return this.database.write('device.remove', async (transaction) => {
      const row = await transaction
        .deleteFrom('devices')
        .where('device_id', '=', deviceId)
        .returning('record')
        .executeTakeFirst();
      if (row) allow(JSON.parse(row.record) as PairedDevice);
      return row !== undefined;
    });
  }

  /** Whether `token` is the live token of the device for the role. */
  matchesToken(device: PairedDevice, role: string, token: string): DeviceToken | undefined {
    const held = device.tokens?.[role];
    if (!held || held.revokedAtMs !== undefined) return undefined;
    return secretsEqual(token, held.token) ? held : undefined;
  }

  /**
   * Changes what is kept of a device, with its row held.
   * @param change what is kept from now on; the same object: nothing is written
   * @returns undefined where there is no such device
   */
  async change(
    deviceId: string,
    change: (device: PairedDevice, now: number) => PairedDevice,
  ): Promise<PairedDevice | undefined> {
    const now = this.clock.now();
    return this.database.write('device.change', async (transaction) => {
      const row = await transaction
        .selectFrom('devices')
        .select('record')
        .where('device_id', '=', deviceId)
        .$if(this.database.dialect === 'postgres', (query) => query.forUpdate())
        .executeTakeFirst();
      if (!row) return undefined;
      const device = JSON.parse(row.record) as PairedDevice;
      const changed = change(device, now);
      if (changed === device) return device;
      await transaction
        .updateTable('devices')
        .set({ record: JSON.stringify(changed), updated_at: now })
        .where('device_id', '=', deviceId)
        .execute();
      return changed;
    });
  }

  private async updateToken(
    deviceId: string,
    role: string,
    change: (old: DeviceToken | undefined, now: number, device: PairedDevice) => DeviceToken,
  ): Promise<DeviceToken> {
    const changed = await this.change(deviceId, (device, now) => ({
      ...device,
      tokens: { ...device.tokens, [role]: change(device.tokens?.[role], now, device) },
    }));
    const token = changed?.tokens?.[role];
    if (!token) throw invalidRequest('unknown deviceId/role');
    return token;
  }

  private announceDecision(request: DevicePairRequest, decision: 'approved' | 'rejected'): void {
    const { requestId, deviceId } = request;
    const ts = this.clock.now();
    this.announce('device.pair.resolved', { requestId, deviceId, decision, ts });
    if (isNode(request)) this.announce('node.pair.resolved', { requestId, nodeId: deviceId, decision, ts });
  }

  private announce(event: EventName, payload: unknown): void {
    this.events.emit('wire.event', { event, payload });
  }
}

interface Filed {
  request: DevicePairRequest;
  created: boolean;
  /** Asked for something else, and is answered by this one. */
  replaced?: DevicePairRequest;
}

interface Approved {
  device: PairedDevice;
  request: DevicePairRequest;
}

/** Whether a request that waits asks for the same: who approves it has read it. */
const isSameWish = (a: DeviceFacts, b: DeviceFacts): boolean =>
  isSameKey(a.publicKey, b.publicKey) &&
  JSON.stringify([a.role, a.scopes, a.node?.caps, a.node?.commands]) ===
    JSON.stringify([b.role, b.scopes, b.node?.caps, b.node?.commands]);

interface DeviceRow {
  device_id: string;
  record: string;
}

const idOf = (row: DeviceRow): string => row.device_id;
const read = <T>(row: DeviceRow): T => JSON.parse(row.record) as T;

/** Throws where the caller may not touch a device. */
export type Allow = (device: PairedDevice) => void;

const newToken = (): string => randomUUID().replaceAll('-', '');

function mergeApproval(stored: PairedDevice | undefined, request: DevicePairRequest, now: number): PairedDevice {
  const same = stored && isSameKey(stored.publicKey, request.publicKey) ? stored : undefined;
  const union = (a: readonly string[] | undefined, b: readonly string[] | undefined): string[] => [
    ...new Set([...(a ?? []), ...(b ?? [])]),
  ];
  const { requestId: _, ts: __, silent: ___, isRepair: ____, ...facts } = request;
  return {
    ...(same?.node ? { node: same.node } : {}),
    ...(same?.nodeName ? { nodeName: same.nodeName } : {}),
    ...(same?.operatorLabel ? { operatorLabel: same.operatorLabel } : {}),
    ...facts,
    publicKey: facts.publicKey || (same?.publicKey ?? ''),
    roles: union(same?.roles, request.role ? [request.role] : []),
    scopes: union(same?.scopes, request.scopes),
    tokens: same?.tokens ?? {},
    createdAtMs: same?.createdAtMs ?? now,
    approvedAtMs: now,
  };
}

async function fileIn(transaction: Transaction<Schema>, facts: DeviceFacts, now: number): Promise<Filed> {
  await transaction
    .deleteFrom('device_requests')
    .where('created_at', '<=', now - REQUEST_TTL_MS)
    .execute();
  const known = await transaction
    .selectFrom('device_requests')
    .select('record')
    .where('device_id', '=', facts.deviceId)
    .executeTakeFirst();
  const waiting = known && (JSON.parse(known.record) as DevicePairRequest);
  if (waiting && isSameWish(waiting, facts)) return { request: waiting, created: false };
  if (waiting) await transaction.deleteFrom('device_requests').where('request_id', '=', waiting.requestId).execute();
  const paired = await transaction
    .selectFrom('devices')
    .select('device_id')
    .where('device_id', '=', facts.deviceId)
    .executeTakeFirst();
  const request: DevicePairRequest = {
    ...facts,
    requestId: randomUUID(),
    ...(paired ? { isRepair: true } : {}),
    ts: now,
  };
  await transaction
    .insertInto('device_requests')
    .values({
      request_id: request.requestId,
      device_id: facts.deviceId,
      record: JSON.stringify(request),
      created_at: now,
    })
    .execute();
  return { request, created: true, ...(waiting ? { replaced: waiting } : {}) };
}
