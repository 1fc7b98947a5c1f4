import { SilentLoggerFactory } from '../common/logger';
import { OpenclawError } from '../common/openclaw-error';
import type { QuarantineStore, UnhandledUpdate } from '../inbox/quarantine.store';
import { UpdateIntake } from './update-intake.service';

const paused = (): OpenclawError => new OpenclawError('INTAKE_PAUSED', 'the disk is full');

describe('the updateIntake of updates', () => {
  let kept: UnhandledUpdate[];
  let refusals: number;
  let updateIntake: UpdateIntake;
  beforeEach(() => {
    kept = [];
    refusals = 0;
    const quarantine = {
      keep: (update: UnhandledUpdate) => {
        if (refusals-- > 0) return Promise.reject(paused());
        kept.push(update);
        return Promise.resolve();
      },
    };
    updateIntake = new UpdateIntake(quarantine as unknown as QuarantineStore, new SilentLoggerFactory());
  });
  const take = (work: () => Promise<void>, wait?: Parameters<UpdateIntake['take']>[4]): Promise<void> =>
    updateIntake.take('telegram', 'default', { id: '7', raw: { text: 'x' } }, work, wait);

  it('keeps an update that fails each time as it came, after three tries, and goes on', async () => {
    let tries = 0;
    await take(() => {
      tries++;
      return Promise.reject(new TypeError('null has no length'));
    });
    expect([tries, kept]).toMatchObject([3, [{ externalId: '7', raw: { text: 'x' }, channel: 'telegram' }]]);
    expect(kept[0]?.reason).toContain('null has no length');
  });

  it('keeps nothing of one that works at the second try', async () => {
    let tries = 0;
    await take(() => (++tries < 2 ? Promise.reject(new TypeError('once')) : Promise.resolve()));
    expect([tries, kept]).toEqual([2, []]);
  });

  it('waits while nothing can be stored, however often, and says so', async () => {
    const told: string[] = [];
    let tries = 0;
    await take(() => (++tries < 6 ? Promise.reject(paused()) : Promise.resolve()), {
      signal: new AbortController().signal,
      begins: (reason) => told.push(reason),
      over: () => told.push('over'),
    });
    expect([tries, kept, told.at(0), told.at(-1)]).toEqual([6, [], 'the disk is full', 'over']);
  });

  it('waits with what it wants to keep, too', async () => {
    refusals = 2;
    const wait = { signal: new AbortController().signal, begins: () => undefined, over: () => undefined };
    await take(() => Promise.reject(new Error('boom')), wait);
    expect(kept).toHaveLength(1);
  });

  it('leaves it to a platform that tells it again where it may not wait', async () => {
    await expect(take(() => Promise.reject(paused()))).rejects.toThrow('the disk is full');
    refusals = 1;
    await expect(take(() => Promise.reject(new Error('boom')))).rejects.toThrow('the disk is full');
    expect(kept).toEqual([]);
  });
});
