import { PairingCodes } from './pairing-codes';

describe('pairing codes', () => {
  let now = 0;
  const codes = (): PairingCodes => new PairingCodes({ now: () => now } as never);

  it('let in once, with what their maker had', async () => {
    const kept = codes();
    const { code } = kept.make('me', ['operator.read']);
    expect(await kept.take(`${code}x`)).toBeUndefined();
    expect(await kept.take(code)).toEqual(['operator.read']);
    expect(await kept.take(code)).toBeUndefined();
  });

  it('end after five minutes, with the next of the same maker, and when they are taken back', async () => {
    const kept = codes();
    const old = kept.make('me', []);
    expect(old.expiresAtMs).toBe(now + 300_000);
    now += 300_000;
    expect(await kept.take(old.code)).toBeUndefined();
    const [first, other, second] = [kept.make('me', []), kept.make('you', []), kept.make('me', [])];
    expect(await kept.take(first.code)).toBeUndefined();
    kept.forget('me');
    expect(await kept.take(second.code)).toBeUndefined();
    expect(await kept.take(other.code)).toEqual([]);
  });

  it('are kept for a few makers only', async () => {
    const kept = codes();
    const made = Array.from({ length: 30 }, (_, index) => kept.make(`maker ${index}`, []).code);
    expect(await kept.take(made[0] ?? '')).toBeUndefined();
    expect(await kept.take(made[29] ?? '')).toEqual([]);
  });
});
