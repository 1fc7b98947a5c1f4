import { ModelCooldown } from '../providers/model-cooldown.service';
import type { ModelInfo } from '../providers/model-info';
import { PassedOverNotes } from './passed-over.service';

const model = (provider: string, profile?: string): ModelInfo =>
  ({ provider, id: 'm', ...(profile ? { profile } : {}) }) as ModelInfo;
const FIRST = [model('first'), model('second')];
const BY_SECOND = { provider: 'second', model: 'm' };

describe('notes about a model that is passed over', () => {
  let cooldown: ModelCooldown;
  let notes: PassedOverNotes;
  beforeEach(() => {
    cooldown = new ModelCooldown({ config: {} } as never);
    notes = new PassedOverNotes(cooldown);
  });

  it('are given once in a conversation, and again after it has answered in between', () => {
    cooldown.recordFailure(model('first'), 'auth');
    expect(notes.noteFor('s', FIRST, BY_SECOND)).toContain('first/m refuses its key');
    expect(notes.noteFor('s', FIRST, BY_SECOND)).toBeUndefined();
    expect(notes.noteFor('t', FIRST, BY_SECOND)).toBeDefined();
    expect(notes.noteFor('s', FIRST, { provider: 'first', model: 'm' })).toBeUndefined();
    expect(notes.noteFor('s', FIRST, BY_SECOND)).toBeDefined();
  });

  it('are not given of what passes by itself, nor while another key of the model may work', () => {
    cooldown.recordFailure(model('first'), 'overloaded');
    cooldown.recordFailure(model('first'), 'rate_limit');
    expect(notes.noteFor('s', FIRST, BY_SECOND)).toBeUndefined();
    const keys = [model('first', 'a'), model('first', 'b'), model('second')];
    cooldown.recordFailure(model('first', 'a'), 'billing');
    expect(notes.noteFor('s', keys, BY_SECOND)).toBeUndefined();
    cooldown.recordFailure(model('first', 'b'), 'billing');
    expect(notes.noteFor('s', keys, BY_SECOND)).toContain('has no credit left');
  });
});
