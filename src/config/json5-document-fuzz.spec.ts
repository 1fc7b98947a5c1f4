import JSON5 from 'json5';
import { Json5Document } from './json5-document';

/** Small seeded generator, so that a failing run can be repeated. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const KEYS = ['a', 'b', 'c'];

describe('edits of a configuration', () => {
  it.each([
    '{}',
    '{"a": 1}',
    '{"a": {"b": {"c": 1}}}',
    '{"a": [1, {"b": 2}], "b": {"c": []}}',
    '{\n  // a comment\n  a: { b: 1 }, // and one more\n  b: [\n    1,\n  ],\n}\n',
  ])('give what the same edits of a plain object give: %j', (text) => {
    for (let seed = 1; seed <= 150; seed++) {
      const random = generator(seed);
      const document = new Json5Document(text);
      const plain = JSON5.parse<Record<string, unknown>>(text);
      const done: string[] = [];
      for (let step = 0; step < 6; step++) {
        const path = Array.from({ length: 1 + random(3) }, () => KEYS[random(3)] ?? 'a');
        let at: unknown = plain;
        for (const key of path.slice(0, -1)) at = isObject(at) ? (at[key] ??= {}) : undefined;
        const isRemoval = random(2) === 0;
        done.push(`${isRemoval ? 'delete' : 'set'} ${path.join('.')}`);
        if (!isObject(at)) break;
        const last = path.at(-1) ?? '';
        if (isRemoval) {
          // Nothing is made on the way to what is not there.
          const asItIs = JSON5.parse<Record<string, unknown>>(document.toString());
          document.delete(path);
          for (const key of Object.keys(plain)) delete plain[key];
          Object.assign(plain, asItIs);
          let inside: unknown = plain;
          for (const key of path.slice(0, -1)) inside = isObject(inside) ? inside[key] : undefined;
          if (isObject(inside)) delete inside[last];
        } else {
          const value = [step, { c: step }, [step], 'text'][random(4)];
          document.set(path, value);
          at[last] = value;
        }
        expect([seed, done, parsed(document.toString())]).toEqual([seed, done, plain]);
      }
    }
  });
});

function parsed(text: string): unknown {
  try {
    return JSON5.parse(text);
  } catch (error) {
    return `${String(error)} in ${text}`;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
