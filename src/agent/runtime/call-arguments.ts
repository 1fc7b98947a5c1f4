import { isPlainObject } from '../../common/plain-object';

/** How often a text may have been encoded as JSON. */
const MOST_ENCODINGS = 3;
const FENCED = /^```\w*\n([\s\S]*?)\n?```$/;

/**
 * Arguments of a call as an object: also those that were encoded once more, that stand in a list of their own or in a block
 * of code, that came twice or behind an empty object, and before the marks of a chat template. What is none of these, the
 * tool's own check tells the model: it stands under `$malformed`.
 */
export function parseArguments(input: string): Record<string, unknown> {
  const text = input.trim();
  if (text === '') return {};
  const value = decoded(text) ?? decoded(FENCED.exec(text)?.[1] ?? '') ?? repeated(text);
  if (value === null) return {};
  const single: unknown = Array.isArray(value) && value.length === 1 ? (value as unknown[])[0] : value;
  return isPlainObject(single) ? single : { $malformed: input };
}

function decoded(text: string): unknown {
  let value: unknown = text;
  try {
    for (let times = 0; times < MOST_ENCODINGS && typeof value === 'string'; times++) value = JSON.parse(value);
  } catch {
    return undefined;
  }
  return value;
}

/** The one object that a row of objects says, empty ones and marks behind them left aside. */
function repeated(text: string): unknown {
  const { objects, rest } = objectsAtStart(text);
  const values = objects.map(decoded);
  if (values.length === 0 || !values.every(isPlainObject)) return undefined;
  const said = new Map(
    values.filter((value) => Object.keys(value).length > 0).map((value) => [JSON.stringify(value), value]),
  );
  if (said.size > 1 || (rest !== '' && !/^<[|\uff5c/][^<>]*>$/.test(rest))) return undefined;
  return [...said.values()][0] ?? {};
}

/** The texts of the objects with which a text begins, and what follows them. */
function objectsAtStart(text: string): { objects: string[]; rest: string } {
  const objects: string[] = [];
  let object = '';
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  const characters = [...text];
  for (const [at, character] of characters.entries()) {
    if (depth === 0 && character !== '{') {
      if (character.trim() !== '') return { objects, rest: characters.slice(at).join('') };
      continue;
    }
    object += character;
    if (isEscaped) isEscaped = false;
    else if (isText && character === '\\') isEscaped = true;
    else if (character === '"') isText = !isText;
    else if (!isText && character === '{') depth++;
    else if (!isText && character === '}' && --depth === 0) {
      objects.push(object);
      object = '';
    }
  }
  return { objects, rest: object };
}
