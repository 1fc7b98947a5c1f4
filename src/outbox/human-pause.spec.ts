import type { OpenclawConfig } from '../config/openclaw.config';
import { hasPauses, humanPause } from './human-pause';

type Delay = { mode?: 'off' | 'natural' | 'custom'; minMs?: number; maxMs?: number };
const between = (defaults?: Delay, own?: Delay): [number, number] => {
  const config: OpenclawConfig = {
    agents: {
      defaults: defaults ? { humanDelay: defaults } : {},
      list: [{ id: 'main', ...(own ? { humanDelay: own } : {}) }],
    },
  };
  return [humanPause(config, 'main', () => 0), humanPause(config, 'main', () => 1)];
};

describe('the pause between two blocks', () => {
  it('is looked for only where somebody has set one', () => {
    expect(hasPauses({})).toBe(false);
    expect(hasPauses({ agents: { list: [{ id: 'main' }] } })).toBe(false);
    expect(hasPauses({ agents: { list: [{ id: 'main' }, { id: 'ann', humanDelay: { mode: 'natural' } }] } })).toBe(
      true,
    );
    expect(hasPauses({ agents: { defaults: { humanDelay: { mode: 'natural' } } } })).toBe(true);
  });

  it.each<[string, Delay | undefined, Delay | undefined, [number, number]]>([
    ['is none by default', undefined, undefined, [0, 0]],
    ['is none where it is off', { mode: 'off', minMs: 5, maxMs: 9 }, undefined, [0, 0]],
    ['is none where only bounds are given', { minMs: 5, maxMs: 9 }, undefined, [0, 0]],
    ['is that of a person, whatever the bounds', { mode: 'natural', minMs: 5, maxMs: 9 }, undefined, [800, 2500]],
    ['is within the bounds', { mode: 'custom', minMs: 5, maxMs: 9 }, undefined, [5, 9]],
    ['is the least where the most is less', { mode: 'custom', minMs: 5000 }, undefined, [5000, 5000]],
    ['is that of the agent', { mode: 'custom', minMs: 5, maxMs: 9 }, { maxMs: 7 }, [5, 7]],
    ['is off for an agent', { mode: 'natural' }, { mode: 'off' }, [0, 0]],
  ])('%s', (_, defaults, own, bounds) => expect(between(defaults, own)).toEqual(bounds));
});
