import { Bool, Int, Nested, NestedList, Num, OneOf, Opt, Str, StrList } from '../common/validation/fields';
import { malformedArguments, readArguments, readForeignArguments } from './read-arguments';

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

  const SCHEMA = {
    properties: {
      limit: { type: 'integer' },
      all: { type: ['boolean', 'null'] },
      id: { type: 'string' },
      either: { anyOf: [{ type: 'number' }, { type: 'string' }] },
      maybe: { anyOf: [{ type: 'number' }, { type: 'null' }] },
      names: { type: 'array', items: { type: 'string' } },
      part: { type: 'object', properties: { count: { type: 'number' } } },
      open: { description: 'anything' },
    },
    required: ['id'],
  };
  it.each<[unknown, unknown]>([
    [
      { limit: '5', all: 'true', id: 42 },
      { limit: 5, all: true, id: '42' },
    ],
    [
      { maybe: '1.5', names: '["a"]', part: '{"count":"3"}' },
      { maybe: 1.5, names: ['a'], part: { count: 3 } },
    ],
    [{ names: ['a', 5] }, { names: ['a', '5'] }],
    [
      { limit: null, all: null, id: null },
      { all: null, id: null },
    ],
  ])('of a tool that others made: %j are read as %j', (written, read) =>
    expect(readForeignArguments(SCHEMA, written)).toEqual(read),
  );
  it.each<unknown>([
    { either: '5', open: '5', other: '5', limit: 'five', names: 'a', part: [1] },
    { constructor: '5' },
    'text',
  ])('of a tool that others made: %j stay as they are', (written) =>
    expect(readForeignArguments(SCHEMA, written)).toEqual(written),
  );

  it('that are no JSON object are called so', () => {
    expect(malformedArguments({ $malformed: '{"path": "a' })).toMatch(/not valid JSON: .+one JSON object/);
    expect(malformedArguments({ $malformed: '[1]' })).toContain('no object');
    expect(malformedArguments({ path: 'a' })).toBeUndefined();
  });
});
