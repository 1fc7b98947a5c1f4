import { type Edit, listsIn, patchBetween, pathText, withEdits } from './paths';

const edits = (...list: Edit[]): Map<string, Edit> => new Map(list.map((edit) => [pathText(edit.path), edit]));

describe('changes of settings', () => {
  it('become a patch that holds no more than what changes', () => {
    const before = { gateway: { port: 1, bind: 'lan' }, tools: { deny: ['a', 'b'] }, talk: { voiceId: 'x' } };
    const after = withEdits(
      before,
      edits(
        { path: ['gateway', 'port'], value: 2 },
        { path: ['tools', 'deny'], value: ['a'] },
        { path: ['talk', 'voiceId'], value: undefined },
        { path: ['models', 'providers', 'my.host', 'baseUrl'], value: 'http://x' },
      ),
    );
    const patch = patchBetween(before, after);
    expect(patch).toEqual({
      gateway: { port: 2 },
      tools: { deny: ['a'] },
      talk: { voiceId: null },
      models: { providers: { 'my.host': { baseUrl: 'http://x' } } },
    });
    expect(listsIn(patch)).toEqual(['tools.deny']);
    expect(before.gateway.port).toBe(1);
  });

  it('reach into lists, and take entries out of them', () => {
    const before = { agents: { list: [{ id: 'a' }, { id: 'b' }] } };
    expect(withEdits(before, edits({ path: ['agents', 'list', 1, 'name'], value: 'B' }))).toEqual({
      agents: { list: [{ id: 'a' }, { id: 'b', name: 'B' }] },
    });
    expect(withEdits(before, edits({ path: ['agents', 'list', 0], value: undefined }))).toEqual({
      agents: { list: [{ id: 'b' }] },
    });
  });

  it('have paths as the gateway writes them', () => {
    expect(pathText(['models', 'providers', 'my.host', 'models', 0, 'id'])).toBe(
      'models.providers["my.host"].models[0].id',
    );
  });
});
