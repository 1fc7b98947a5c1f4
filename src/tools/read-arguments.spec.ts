import { Bool, Int, Nested, NestedList, Num, OneOf, Opt, Str, StrList } from '../common/validation/fields';
import { malformedArguments, readArguments } from './read-arguments';

class Part {
  @Int() count!: number;
}
class Params {
  @Opt() @Int() limit?: number;
  @Opt() @Num() share?: number;
  @Opt() @Bool() all?: boolean;
  @Opt() @Str() id?: string;
  @Opt() @StrList() names?: string[];
  @Opt() @Nested(() => Part) part?: Part;
  @Opt() @NestedList(() => Part) parts?: Part[];
  @Opt() @OneOf(['a', 'b']) kind?: string;
}

describe('arguments of a call', () => {
  it.each<[unknown, unknown]>([
    [{ limit: '5' }, { limit: 5 }],
    [
      { limit: '-5', share: '0.25' },
      { limit: -5, share: 0.25 },
    ],
    [{ all: 'true' }, { all: true }],
    [{ all: 'False' }, { all: false }],
    [{ id: 42 }, { id: '42' }],
    [{ names: '["a","b"]' }, { names: ['a', 'b'] }],
    [{ part: '{"count":"3"}' }, { part: { count: 3 } }],
    [{ parts: [{ count: '3' }, { count: 4 }] }, { parts: [{ count: 3 }, { count: 4 }] }],
    [{ limit: null, kind: null }, {}],
  ])('%j are read as %j', (written, read) => expect(readArguments(Params, written)).toEqual(read));

  it.each<unknown>([
    { limit: 'five' },
    { limit: '' },
    { limit: '5 lines' },
    { limit: '0x10' },
    { all: 'yes' },
    { names: 'a' },
    { names: '{"a":1}' },
    { part: '[1]' },
    { kind: true },
    { unknown: null },
    'text',
    [1],
  ])('%j stay as they are, for the check', (written) => expect(readArguments(Params, written)).toEqual(written));

  it('that are no JSON object are called so', () => {
    expect(malformedArguments({ $malformed: '{"path": "a' })).toMatch(/not valid JSON: .+one JSON object/);
    expect(malformedArguments({ $malformed: '[1]' })).toContain('no object');
    expect(malformedArguments({ path: 'a' })).toBeUndefined();
  });
});
