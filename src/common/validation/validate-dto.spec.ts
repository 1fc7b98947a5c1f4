import { Bool, Int, MapOf, Nested, NestedList, OneOf, OpenKeys, Opt, OptNull, Str, StrList, Text } from './fields';
import { describeDtoProblems, findDtoProblems } from './validate-dto';

class Inner {
  @Text() name!: string;
  @Opt() @Int({ min: 1 }) size?: number;
}

@OpenKeys()
class Open {
  @Opt() @Bool() flag?: boolean;
}

class Sample {
  @Text() key!: string;
  @Opt() @Int({ min: 1, max: 10 }) limit?: number;
  @Opt() @OneOf(['a', 'b']) kind?: string;
  @Opt() @Nested(() => Inner) inner?: Inner;
  @Opt() @NestedList(() => Inner) list?: Inner[];
  @Opt() @MapOf(() => Inner) map?: Record<string, Inner>;
  @Opt() @Nested(() => Open) open?: Open;
  @OptNull() @Str() note?: string | null;
  @Opt() @StrList({ max: 2 }) tags?: string[];
}

const say = (plain: unknown): string => describeDtoProblems(findDtoProblems(Sample, plain));

describe('findDtoProblems', () => {
  it('accepts a valid value and leaves it untouched', () => {
    const plain = {
      key: 'k',
      limit: 3,
      inner: { name: 'n' },
      list: [{ name: 'x' }],
      map: { a: { name: 'y' } },
      note: null,
    };
    const copy = structuredClone(plain);
    expect(say(plain)).toBe('');
    expect(plain).toEqual(copy);
  });

  it.each([
    [{}, "must have required property 'key'"],
    [{ key: 'k', bogus: 1 }, "at root: unexpected property 'bogus'"],
    [{ key: 'k', limit: 'ten' }, 'at /limit: must be integer'],
    [{ key: 'k', limit: 1.5 }, 'at /limit: must be integer'],
    [{ key: 'k', limit: 0 }, 'at /limit: must be >= 1'],
    [{ key: 'k', limit: null }, 'at /limit: must be integer'],
    [{ key: '' }, 'at /key: must NOT have fewer than 1 characters'],
    [{ key: 'k', kind: 'c' }, 'at /kind: must be one of "a", "b"'],
    [{ key: 'k', inner: 'x' }, 'at /inner: must be object'],
    [{ key: 'k', inner: {} }, "at /inner: must have required property 'name'"],
    [{ key: 'k', inner: { name: 'n', size: 0 } }, 'at /inner/size: must be >= 1'],
    [{ key: 'k', inner: { name: 'n', extra: 1 } }, "at /inner: unexpected property 'extra'"],
    [{ key: 'k', list: [{ name: 'n' }, { name: 4 }] }, 'at /list/1/name: must be string'],
    [{ key: 'k', map: { 'a/b': { name: 4 } } }, 'at /map/a~1b/name: must be string'],
    [{ key: 'k', tags: ['x', 1] }, 'at /tags: must hold strings only'],
    [{ key: 'k', tags: ['x', 'y', 'z'] }, 'at /tags: must NOT have more than 2 items'],
    [[], 'at root: must be object'],
    [null, 'at root: must be object'],
  ])('%j → %s', (plain, expected) => {
    expect(say(plain)).toBe(expected);
  });

  it('lists every problem', () => {
    expect(say({ limit: 'x', bogus: true })).toBe(
      "must have required property 'key'; at root: unexpected property 'bogus'; at /limit: must be integer",
    );
  });

  it('lets a class with open keys hold names it does not declare, yet checks the declared ones', () => {
    expect(say({ key: 'k', open: { ANY: 'thing' } })).toBe('');
    expect(say({ key: 'k', open: { flag: 'yes' } })).toBe('at /open/flag: must be boolean');
  });
});
