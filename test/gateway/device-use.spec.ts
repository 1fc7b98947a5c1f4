import { SilentLoggerFactory } from '../../src/common/logger';
import { EventBus } from '../../src/events/event-bus';
import { DevicePairingService } from '../../src/gateway/devices/device-pairing.service';
import type { PairedDevice } from '../../src/gateway/devices/device-record';
import { until } from '../harness/gateway-process';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

const HOUR = 3_600_000;

describe.each(STORE_KINDS)('when a device was last there (%s)', (kind) => {
  let home: TestDatabase;
  let devices: DevicePairingService;
  let now = Date.UTC(2026, 5, 1);

  beforeEach(async () => {
    home = await TestDatabase.create(kind);
    devices = new DevicePairingService(await home.open(), new EventBus(new SilentLoggerFactory()), {
      now: () => now,
      monotonic: () => now,
    });
  });
  afterEach(() => home.remove());

  const paired = async (): Promise<PairedDevice> => (await devices.find('phone')) as PairedDevice;
  const lastUsed = async (): Promise<number | undefined> => (await paired()).tokens?.['operator']?.lastUsedAtMs;
  const connect = async (): Promise<void> =>
    void (await devices.ensureToken(await paired(), 'operator', ['operator.read']));

  it('is known by the hour, and costs no write in between', async () => {
    const facts = { deviceId: 'phone', publicKey: 'a2V5', role: 'operator', scopes: ['operator.read'] };
    const { request } = await devices.request(facts);
    await devices.approve(request.requestId);
    await connect();
    const first = now;
    expect(await lastUsed()).toBe(first);
    const { token } = (await paired()).tokens?.['operator'] ?? {};

    now += HOUR / 2;
    await connect();
    expect(await lastUsed()).toBe(first);

    now += HOUR;
    await connect();
    await until('the note', async () => (await lastUsed()) === now);
    expect((await paired()).tokens?.['operator']).toMatchObject({ token, scopes: ['operator.read'] });
  });
});
