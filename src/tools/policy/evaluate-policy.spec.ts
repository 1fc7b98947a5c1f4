import fc from 'fast-check';
import { evaluatePolicy } from './evaluate-policy';

const layer = (policy: object, name = 'tools') => ({ name, policy: policy as never });

describe('tool policy', () => {
  it.each<[string, string, object[], boolean]>([
    ['nothing said: everything', 'exec', [{}], true],
    ['an empty list: everything', 'exec', [{ allow: [] }], true],
    ['a list: only what is on it', 'write', [{ allow: ['read'] }], false],
    ['deny beats allow', 'exec', [{ allow: ['exec'], deny: ['exec'] }], false],
    ['names without regard to case', 'exec', [{ deny: ['EXEC'] }], false],
    ['patterns', 'sessions_list', [{ deny: ['sessions_*'] }], false],
    ['everything denied', 'read', [{ deny: ['*'] }], false],
    ['groups', 'write', [{ deny: ['group:fs'] }], false],
    ['exec brings apply_patch', 'apply_patch', [{ allow: ['exec'] }], true],
    ['a profile', 'exec', [{ profile: 'minimal' }], false],
    ['a profile and more', 'exec', [{ profile: 'minimal', alsoAllow: ['exec'] }], true],
    ['a lower layer can tighten', 'exec', [{}, { deny: ['exec'] }], false],
    ['and never loosen', 'exec', [{ deny: ['exec'] }, { allow: ['exec'] }], false],
  ])('%s', (_, tool, layers, allowed) => {
    expect(
      evaluatePolicy(
        tool,
        layers.map((policy) => layer(policy)),
      ).allowed,
    ).toBe(allowed);
  });

  it('names the layer and the entry that refused', () => {
    expect(evaluatePolicy('exec', [layer({}), layer({ deny: ['group:runtime'] }, 'agents.list[a].tools')])).toEqual({
      allowed: false,
      layer: 'agents.list[a].tools',
      reason: 'agents.list[a].tools.deny has "group:runtime"',
    });
  });

  it('never allows more with one layer more', () => {
    const names = fc.constantFrom('read', 'write', 'exec', 'cron', 'group:fs', '*', 'e*');
    const policy = fc.record(
      { allow: fc.array(names, { maxLength: 3 }), deny: fc.array(names, { maxLength: 2 }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.array(policy, { maxLength: 3 }),
        policy,
        fc.constantFrom('read', 'write', 'exec', 'cron'),
        (layers, more, tool) => {
          const before = evaluatePolicy(
            tool,
            layers.map((entry) => layer(entry)),
          ).allowed;
          const after = evaluatePolicy(
            tool,
            [...layers, more].map((entry) => layer(entry)),
          ).allowed;
          expect(after && !before).toBe(false);
        },
      ),
    );
  });
});
