import { cutText } from '../common/cut-text';
import { isPlainObject } from '../common/plain-object';
import type { JsonSchema } from '../common/validation/json-schema';
import { visibleText } from '../common/visible-text';

const MAX_DESCRIPTION = 1000;
/** Of each note inside a schema. */
const MAX_NOTE = 300;
const MAX_SCHEMA = 40_000;
/** Far beyond what any provider takes. */
const MAX_DEPTH = 200;
const NOTES = ['description', 'title'];
/** Values of parameters: no schemas, and they have to stay what they are. */
const VALUES = ['default', 'enum', 'const', 'examples'];
/** Parts by name. */
const NAMED = ['properties', 'patternProperties', '$defs', 'definitions'];
const MAKERS: Readonly<Record<string, string>> = { mcp: 'MCP server', plugin: 'plugin' };

/** What makers of tools say of them, as data: one line of visible text that has an end. */
export const foreignLine = (text: string, most = MAX_DESCRIPTION): string =>
  cutText(visibleText(text.replace(/\s+/gu, ' ').trim()), most);

/** Who made a tool that is not the gateway's, from the name of its owner (`mcp:notes`). */
export function makerOf(owner: string): string {
  const [kind = '', ...name] = owner.split(':');
  return `${MAKERS[kind] ?? kind} ${JSON.stringify(name.join(':'))}`;
}

/** A description beside those of the gateway's own tools: in quotes that it can't close, and with its maker's name. */
export const attributed = (owner: string, description: string): string =>
  `Described by ${makerOf(owner)}, in its own words: ${JSON.stringify(description)}`;

/** What a maker says of the parameters of a tool, as far as a call needs it. What is too large loses its notes first. */
export function foreignSchema(schema: JsonSchema): JsonSchema {
  for (const withNotes of [true, false]) {
    const bounded = { ...(boundedPart(schema, withNotes, 0) as JsonSchema), type: 'object' };
    if (JSON.stringify(bounded).length <= MAX_SCHEMA) return bounded;
  }
  return { type: 'object' };
}

function boundedPart(part: unknown, withNotes: boolean, depth: number): unknown {
  const inner = (value: unknown): unknown => boundedPart(value, withNotes, depth + 1);
  if (Array.isArray(part)) return depth > MAX_DEPTH ? [] : part.map(inner);
  if (!isPlainObject(part)) return part;
  if (depth > MAX_DEPTH) return {};
  return Object.fromEntries(
    Object.entries(part).flatMap(([key, value]): [string, unknown][] => {
      if (NOTES.includes(key) && typeof value === 'string')
        return withNotes ? [[key, foreignLine(value, MAX_NOTE)]] : [];
      // Of these the keys are names that the maker chose, and none is a word of the schema.
      if (NAMED.includes(key) && isPlainObject(value))
        return [[key, Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inner(each)]))]];
      return [[key, VALUES.includes(key) ? boundedValue(value, depth + 1) : inner(value)]];
    }),
  );
}

/** A value as it is, but for what nobody would nest so deep. */
function boundedValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((each) => boundedValue(each, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, boundedValue(each, depth + 1)]));
}
