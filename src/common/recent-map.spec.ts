import fc from 'fast-check';
import { RecentMap } from './recent-map';

describe('a map that keeps what was used last', () => {
  it('lets go of what was read or written longest ago, and of nothing else', () => {
    const uses = fc.array(fc.record({ key: fc.integer({ min: 0, max: 7 }), isRead: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(uses, fc.integer({ min: 1, max: 5 }), (steps, most) => {
        const map = new RecentMap<number, string>(most);
        let kept: [number, string][] = [];
        for (const [index, { key, isRead }] of steps.entries()) {
          const before = kept.find(([each]) => each === key);
          if (isRead) expect(map.get(key)).toBe(before?.[1]);
          else map.set(key, `value ${index}`);
          const used: [number, string] | undefined = isRead ? before : [key, `value ${index}`];
          if (used) kept = [...kept.filter(([each]) => each !== key), used].slice(-most);
        }
        expect([...map]).toEqual(kept);
      }),
    );
  });

  it('looks without using', () => {
    const map = new RecentMap<string, number>(2).set('a', 1).set('b', 2);
    expect(map.has('a')).toBe(true);
    expect([...map.set('c', 3).keys()]).toEqual(['b', 'c']);
  });
});
