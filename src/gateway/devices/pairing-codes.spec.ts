import { PairingCodes } from './pairing-codes';

describe('pairing codes', () => {
  let now = 0;
  const codes = (): PairingCodes => new PairingCodes({ now: () => now } as never);

  it('let in once, with what their maker had', () => {
    const kept = codes();
    const { code } = kept.make('me', ['operator.read']);
    expect(kept.take(`${code}x`)).toBeUndefined();
    expect(kept.take(code)).toEqual(['operator.read']);
    expect(kept.take(code)).toBeUndefined();
  });

  it('end after five minutes, with the next of the same maker, and when they are taken back', () => {
    const kept = codes();
    const old = kept.make('me', []);
    expect(old.expiresAtMs).toBe(now + 300_000);
    now += 300_000;
    expect(kept.take(old.code)).toBeUndefined();
    const [first, other, second] = [kept.make('me', []), kept.make('you', []), kept.make('me', [])];
    expect(kept.take(first.code)).toBeUndefined();
    kept.forget('me');
    expect(kept.take(second.code)).toBeUndefined();
    expect(kept.take(other.code)).toEqual([]);
  });

  it('are kept for a few makers only', () => {
    const kept = codes();
    const made = Array.from({ length: 30 }, (_, index) => kept.make(`maker ${index}`, []).code);
    expect(kept.take(made[0] ?? '')).toBeUndefined();
    expect(kept.take(made[29] ?? '')).toEqual([]);
  });
});
