import { messageOf } from '../common/openclaw-error';
import { isPlainObject } from '../common/plain-object';
import type { JsonSchema } from '../common/validation/json-schema';
import { type ClassRef, type FieldSchema, fieldsOf } from '../common/validation/field-registry';

const NUMBER = /^\s*-?\d+(\.\d+)?(e[+-]?\d+)?\s*$/i;
/** Arguments that are no JSON object reach the tools under this name, as they were written. */
const MALFORMED = '$malformed';

/**
 * Arguments as the parameters are declared, where a model has written the same value in another JSON type: numbers and
 * booleans as text, text as a number, lists and objects as JSON text, `null` for what may be left out. Whatever else is
 * wrong stays as it is, for the check.
 */
export function readArguments(cls: ClassRef, value: unknown): unknown {
  if (!isPlainObject(value)) return value;
  const fields = fieldsOf(cls);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, entry]) => {
      const field = fields.get(name);
      if (field && entry === null && field.optional && !field.nullable) return [];
      return [[name, field ? readValue(field, entry) : entry]];
    }),
  );
}

/**
 * The same for a tool that is not the gateway's, by its JSON schema. What the schema leaves open stays as it was written.
 */
export function readForeignArguments(schema: JsonSchema, value: unknown): unknown {
  const { properties, required } = schema;
  if (!isPlainObject(value) || !isPlainObject(properties)) return value;
  const needed = new Set(Array.isArray(required) ? (required as unknown[]) : []);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, entry]) => {
      const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (!isPlainObject(field)) return [[name, entry]];
      const types = typesOf(field);
      if (entry === null && types.length > 0 && !types.includes('null') && !needed.has(name)) return [];
      return [[name, readForeignValue(field, types, entry)]];
    }),
  );
}

function readForeignValue(schema: JsonSchema, types: readonly unknown[], value: unknown): unknown {
  const isRight = types.length === 0 || types.some((type) => isOfType(type, value));
  const read = isRight
    ? value
    : types.reduce((found, type) => (found === value ? scalarOf(type, schema['enum'], value) : found), value);
  if (Array.isArray(read) && isPlainObject(schema['items'])) {
    const { items } = schema;
    const inner = typesOf(items);
    return read.map((each) => readForeignValue(items, inner, each));
  }
  return readForeignArguments(schema, read);
}

/** Types that a schema names; none where it does not say, or not in one place. */
function typesOf({ type, anyOf, oneOf }: JsonSchema): unknown[] {
  if (type !== undefined) return Array.isArray(type) ? (type as unknown[]) : [type];
  const parts = Array.isArray(anyOf) ? (anyOf as unknown[]) : Array.isArray(oneOf) ? (oneOf as unknown[]) : [];
  const types = parts.map((part) => (isPlainObject(part) ? typesOf(part) : []));
  return types.every((each) => each.length > 0) ? types.flat() : [];
}

function isOfType(type: unknown, value: unknown): boolean {
  switch (type) {
    case 'integer':
    case 'number':
      return typeof value === 'number';
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isPlainObject(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}

function readValue(field: FieldSchema, value: unknown): unknown {
  const { nested, shape, schema = {} } = field;
  const cls = nested?.();
  const type = shape === 'list' ? 'array' : cls ? 'object' : schema['type'];
  const read = scalarOf(type, schema['enum'], value);
  if (!cls) return read;
  if (shape === 'list') return Array.isArray(read) ? read.map((entry) => readArguments(cls, entry)) : read;
  return shape === 'map' ? read : readArguments(cls, read);
}

function scalarOf(type: unknown, allowed: unknown, value: unknown): unknown {
  switch (type) {
    case 'integer':
    case 'number':
      return typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
    case 'boolean':
      return typeof value === 'string' ? (BOOLEANS[value.trim().toLowerCase()] ?? value) : value;
    case 'string':
      return typeof value === 'number' || (typeof value === 'boolean' && !Array.isArray(allowed))
        ? String(value)
        : value;
    case 'array':
      return typeof value === 'string' ? jsonOf(value, Array.isArray) : value;
    case 'object':
      return typeof value === 'string' ? jsonOf(value, isPlainObject) : value;
    default:
      return value;
  }
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };

function jsonOf(text: string, accepts: (value: unknown) => boolean): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return accepts(value) ? value : text;
  } catch {
    return text;
  }
}

/** Why arguments are no JSON object, in words for the model; undefined where they are one. */
export function malformedArguments(args: unknown): string | undefined {
  const written = isPlainObject(args) ? args[MALFORMED] : undefined;
  if (typeof written !== 'string') return undefined;
  const way = 'Send all of them as one JSON object, with line breaks and quotation marks inside texts escaped';
  try {
    JSON.parse(written);
    return `the arguments are JSON, but no object. ${way}`;
  } catch (error) {
    return `the arguments are not valid JSON: ${messageOf(error)}. ${way}`;
  }
}
