import Ajv2020 from 'ajv/dist/2020';
import { type Body, isRecord, refuse } from './refusal';

const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });

export interface SchemaChecks {
  keys?: RegExp;
  needsItems?: boolean;
  depth?: number;
}

/** A tool's parameters as Anthropic and OpenAI look at them. */
export function refuseSchema(schema: unknown, where: string, { keys, needsItems, depth = 30 }: SchemaChecks): void {
  refuse(!isRecord(schema) || schema['type'] !== 'object', `${where}: schema must have type 'object'`);
  const root = schema as Body;
  for (const word of ['anyOf', 'oneOf', 'allOf', 'not', 'enum'])
    refuse(word in root, `${where}: schema does not support oneOf, allOf, anyOf, not or enum at the top level`);
  refuse(!ajv.validateSchema(root), `${where}: JSON schema is invalid: ${JSON.stringify(ajv.errors?.[0])}`);
  walk(root, root, where, { keys, needsItems, depth });
}

function walk(value: unknown, root: Body, where: string, checks: SchemaChecks & { depth: number }): void {
  refuse(checks.depth === 0, `${where}: schema is nested too deeply`);
  const deeper = { ...checks, depth: checks.depth - 1 };
  if (Array.isArray(value)) value.forEach((entry) => walk(entry, root, where, deeper));
  if (!isRecord(value)) return;
  const { properties, type, items, $ref: reference } = value;
  if (isRecord(properties)) {
    for (const key of Object.keys(properties))
      refuse(
        checks.keys?.test(key) === false,
        `${where}.properties: Property keys should match pattern ${String(checks.keys)}`,
      );
  } else refuse(properties !== undefined, `${where}: properties must be an object`);
  const isArray = type === 'array' || (Array.isArray(type) && type.includes('array'));
  refuse(checks.needsItems === true && isArray && !isRecord(items), `${where}: array schema missing items`);
  if (typeof reference === 'string') {
    const target = reference
      .slice(2)
      .split('/')
      .reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), root);
    refuse(!reference.startsWith('#/') || !isRecord(target), `${where}: unresolvable reference ${reference}`);
  }
  for (const [key, entry] of Object.entries(value))
    if (key !== 'enum' && key !== 'default') walk(entry, root, where, deeper);
}

const OPEN_API_KEYS = new Set([
  'type',
  'format',
  'title',
  'description',
  'nullable',
  'enum',
  'items',
  'minItems',
  'maxItems',
  'properties',
  'required',
  'minProperties',
  'maxProperties',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'anyOf',
  'oneOf',
  'allOf',
  'propertyOrdering',
  'default',
  'example',
]);

/** Parameters in the subset of OpenAPI that Gemini documents. */
export function refuseOpenApiSchema(schema: unknown, where: string, depth = 30): void {
  refuse(!isRecord(schema), `${where}: schema must be an object`);
  refuse(depth === 0, `${where}: schema is nested too deeply`);
  const { type, items, enum: values, format, properties, required, anyOf, oneOf, allOf } = schema as Body;
  for (const key of Object.keys(schema as Body))
    refuse(
      !OPEN_API_KEYS.has(key),
      `Invalid JSON payload received. Unknown name "${key}" at '${where}': Cannot find field.`,
    );
  const unions = [anyOf, oneOf, allOf].flatMap((list) => (Array.isArray(list) ? list : []));
  refuse(type === undefined && unions.length === 0, `${where}: schema didn't specify the schema type field`);
  refuse(type === 'array' && !isRecord(items), `${where}.items: missing field.`);
  if (values !== undefined) {
    refuse(!Array.isArray(values) || values.length === 0, `${where}.enum: should not be empty`);
    for (const value of values as unknown[])
      refuse(typeof value !== 'string' || value === '', `${where}.enum: cannot be empty or other than text`);
  }
  refuse(
    type === 'string' && format !== undefined && format !== 'enum' && format !== 'date-time',
    `${where}.format: only 'enum' and 'date-time' are supported for STRING type`,
  );
  const names = isRecord(properties) ? Object.keys(properties) : [];
  for (const name of Array.isArray(required) ? (required as unknown[]) : [])
    refuse(!names.includes(String(name)), `${where}.required: property is not defined: ${String(name)}`);
  for (const name of names) refuseOpenApiSchema((properties as Body)[name], `${where}.${name}`, depth - 1);
  if (isRecord(items)) refuseOpenApiSchema(items, `${where}.items`, depth - 1);
  unions.forEach((branch) => refuseOpenApiSchema(branch, where, depth - 1));
}
