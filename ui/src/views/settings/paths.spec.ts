import { type Edit, type Edits, listsIn, originOf, patchBetween, pathText, withEdit, withEdits } from './paths';

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

  it('take out one entry after the other, and are made in what is left', () => {
    const before = { hooks: { outbound: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] } };
    const at = (...rest: (string | number)[]): (string | number)[] => ['hooks', 'outbound', ...rest];
    let made: Edits = new Map();
    const change = (path: (string | number)[], value: unknown): unknown => {
      made = withEdit(before, made, path, value);
      return withEdits(before, made);
    };
    change(at(1, 'url'), 'http://b');
    expect(change(at(0), undefined)).toEqual({ hooks: { outbound: [{ id: 'b', url: 'http://b' }, { id: 'c' }] } });
    change(at(1, 'url'), 'http://c');
    expect(change(at(0), undefined)).toEqual({ hooks: { outbound: [{ id: 'c', url: 'http://c' }] } });
    expect(change(at(0, 'url'), undefined)).toEqual({ hooks: { outbound: [{ id: 'c' }] } });
    expect(change(at(0), undefined)).toEqual({ hooks: { outbound: [] } });
    change(at(0), { id: 'a' });
    change(at(1), { id: 'b' });
    expect(change(at(2), { id: 'c' })).toEqual(before);
  });

  it('are none where the file says so already', () => {
    const before = { gateway: { port: 1 } };
    const made = withEdit(before, new Map(), ['gateway', 'port'], 2);
    expect([...made.keys()]).toEqual(['gateway.port']);
    expect(withEdit(before, made, ['gateway', 'port'], 1).size).toBe(0);
    const list = { list: [1, 2] };
    expect(withEdit(list, withEdit(list, new Map(), ['list', 2], 3), ['list', 2], undefined).size).toBe(0);
  });

  it('have paths as the gateway writes them', () => {
    expect(pathText(['models', 'providers', 'my.host', 'models', 0, 'id'])).toBe(
      'models.providers["my.host"].models[0].id',
    );
  });
});

describe('where a value comes from', () => {
  const origins = new Map([
    ['agents.list', { origin: 'file', value: [{ id: 'a', model: { primary: 'x' } }] }],
    ['gateway.port', { origin: 'default', value: 18789 }],
  ]);

  it('is said by the gateway, of what stands in a list by the list', () => {
    expect(originOf(origins, ['gateway', 'port'])).toEqual({ origin: 'default', value: 18789 });
    expect(originOf(origins, ['agents', 'list', 0, 'model', 'primary'])).toEqual({ origin: 'file', value: 'x' });
  });

  it('is nowhere where nothing says it', () => {
    expect(originOf(origins, ['agents', 'list', 0, 'name'])).toBeUndefined();
    expect(originOf(origins, ['agents', 'list', 1, 'id'])).toBeUndefined();
    expect(originOf(origins, ['gateway', 'bind'])).toBeUndefined();
  });
});
