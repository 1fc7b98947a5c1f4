import type { InboundUpdate } from '../channel-adapter';
import { hearsOf, judgeAccess } from './access-gate';

const nobody = { paired: new Map() };
const update = (policy: Partial<InboundUpdate['policy']>, more: Partial<InboundUpdate> = {}): InboundUpdate => ({
  externalId: '1',
  chat: { id: '-1', type: 'group' },
  sender: { id: '9', isBot: false },
  text: 'x',
  mentionsBot: true,
  policy: {
    dmPolicy: 'allowlist',
    allowFrom: ['5'],
    groupPolicy: 'allowlist',
    groupAllowFrom: [],
    group: { enabled: true, requireMention: true },
    ...policy,
  },
  ...more,
});

describe('who and what is heard in groups', () => {
  it('what the platform tells of a group is heard where the group is, whoever it is about', () => {
    expect(judgeAccess(update({}), nobody).kind).toBe('drop');
    expect(hearsOf(update({}), nobody)).toBe(true);
    expect(hearsOf(update({ groupPolicy: 'disabled' }), nobody)).toBe(false);
    expect(hearsOf(update({ group: { enabled: false, requireMention: true } }), nobody)).toBe(false);
    const direct = update({}, { chat: { id: '9', type: 'direct' } });
    expect(hearsOf(direct, nobody)).toBe(false);
    expect(hearsOf({ ...direct, sender: { id: '5', isBot: false } }, nobody)).toBe(true);
  });

  it('what is said to another bot is kept and not answered, also where no mention is needed', () => {
    const open = { groupPolicy: 'open' as const, group: { enabled: true, requireMention: false } };
    expect(judgeAccess(update(open), nobody).kind).toBe('admit');
    expect(judgeAccess(update(open, { isForAnother: true }), nobody)).toEqual({
      kind: 'drop',
      reason: 'not mentioned',
    });
  });
});
