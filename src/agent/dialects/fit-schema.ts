import { isPlainObject } from '../../common/plain-object';
import type { JsonSchema } from '../../common/validation/json-schema';
import type { SchemaRules } from './dialect';
import { NameMap } from './names';

const TYPES: ReadonlySet<string> = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);
/** What other languages call these types. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  str: 'string',
  text: 'string',
  int: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  bool: 'boolean',
  list: 'array',
  tuple: 'array',
  set: 'array',
  dict: 'object',
  map: 'object',
};
const UNIONS = ['anyOf', 'oneOf', 'allOf'] as const;
/** Alternatives within alternatives of a whole that are looked into. */
const MOST_UNIONS = 4;
/** Of a schema, not of a value; or of the whole document. */
const DROPPED: ReadonlySet<string> = new Set(['$schema', '$id', 'id', '$comment', '$anchor', '$vocabulary']);
/** Names by which a schema keeps others to point at. */
const DEFINITIONS = ['$defs', 'definitions'] as const;
/** Texts that Gemini knows a format of. */
const OPEN_API_FORMATS: ReadonlySet<string> = new Set(['enum', 'date-time', 'int32', 'int64', 'float', 'double']);
/** Numbers that bound something. */
const BOUNDS: ReadonlySet<string> = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
]);

export interface FittedSchema {
  schema: JsonSchema;
  /** Names of parameters as they are sent, where the tool knows them by another. */
  renamed: ReadonlyMap<string, string>;
}

/**
 * A tool's parameters as the target takes them. What it can't express is left out, as the tool checks its arguments itself;
 * the names and types of all parameters stay. Total: anything gives a schema of an object.
 */
export function fitSchema(source: unknown, rules: SchemaRules): FittedSchema {
  const walk = new SchemaWalk(isPlainObject(source) ? source : {}, rules);
  return { schema: walk.root(), renamed: walk.renamed };
}

class SchemaWalk {
  readonly renamed = new Map<string, string>();
  private readonly keys: NameMap | undefined;

  constructor(
    private readonly source: JsonSchema,
    private readonly rules: SchemaRules,
  ) {
    if (rules.keys) this.keys = new NameMap(rules.keys);
  }

  root(): JsonSchema {
    const flat = this.flattened(this.resolved(this.source), 0);
    const { properties, required, ...others } = this.schema({ ...flat, type: 'object' }, 0);
    const definitions: JsonSchema = {};
    for (const name of DEFINITIONS) {
      const kept = this.source[name];
      if (!isPlainObject(kept)) continue;
      definitions[name] = Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, this.schema(value, 1)]));
    }
    for (const name of [...UNIONS, 'not', 'enum', 'const', 'if', 'then', 'else', '$ref']) delete others[name];
    return {
      ...others,
      ...definitions,
      type: 'object',
      properties: isPlainObject(properties) ? properties : {},
      ...(Array.isArray(required) && required.length > 0 ? { required } : {}),
    };
  }

  /** Alternatives of the whole become parameters side by side: which go together, the tool says when it is called. */
  private flattened(schema: JsonSchema, depth: number): JsonSchema {
    if (depth > MOST_UNIONS) return {};
    const { ...flat } = schema;
    for (const union of UNIONS) {
      const branches = Array.isArray(schema[union]) ? (schema[union] as unknown[]).filter(isPlainObject) : [];
      delete flat[union];
      const parts = branches.map((branch) => this.flattened(this.resolved(branch), depth + 1));
      const properties: JsonSchema = { ...propertiesOf(flat) };
      for (const part of parts) {
        for (const [key, value] of Object.entries(propertiesOf(part))) {
          const known = properties[key];
          const isSame = known === undefined || JSON.stringify(known) === JSON.stringify(value);
          properties[key] = isSame ? value : { anyOf: [...alternativesOf(known), value] };
        }
      }
      if (Object.keys(properties).length > 0) flat['properties'] = properties;
      // Of parts that all apply, all that is required is required; of alternatives, nothing is for certain.
      if (union === 'allOf' && parts.length > 0)
        flat['required'] = [...stringsOf(flat['required']), ...parts.flatMap((part) => stringsOf(part['required']))];
    }
    return flat;
  }

  private schema(source: unknown, depth: number): JsonSchema {
    if (!isPlainObject(source) || depth > this.rules.depth) return this.anything(source);
    const { $ref: reference, description } = source;
    if (reference !== undefined) {
      // What stands beside a reference is read by some and refused by others.
      if (!this.isKnown(reference)) return this.anything(source);
      return { $ref: reference, ...(isText(description) ? { description } : {}) };
    }
    const schema: JsonSchema = {};
    for (const [key, value] of Object.entries(source)) this.keep(schema, key, value, depth);
    this.fitType(schema, source);
    this.fitArray(schema, source, depth);
    this.fitObject(schema, source, depth);
    if (this.rules.isOpenApi) this.fitOpenApi(schema);
    return schema;
  }

  /** Words that only describe are kept, words that hold schemas are walked, words that make no sense are left out. */
  private keep(schema: JsonSchema, key: string, value: unknown, depth: number): void {
    if (DROPPED.has(key) || (DEFINITIONS as readonly string[]).includes(key)) return;
    if (BOUNDS.has(key)) {
      if (typeof value === 'number' && Number.isFinite(value)) schema[key] = value;
    } else if ((UNIONS as readonly string[]).includes(key)) {
      const branches = Array.isArray(value) ? (value as unknown[]).filter((branch) => isPlainObject(branch)) : [];
      if (branches.length > 0) schema[key] = branches.map((branch) => this.schema(branch, depth + 1));
    } else if (key === 'not' || key === 'if' || key === 'then' || key === 'else') {
      // What must not be is for the tool to say.
    } else if (key === 'enum') {
      if (Array.isArray(value) && value.length > 0) schema[key] = [...new Set(value as unknown[])];
    } else if (key === 'additionalProperties') {
      if (typeof value === 'boolean') schema[key] = value;
      else if (isPlainObject(value)) schema[key] = this.schema(value, depth + 1);
    } else if (key === 'pattern') {
      if (isText(value) && isPattern(value)) schema[key] = value;
    } else if (key === 'description' || key === 'title' || key === 'format') {
      if (isText(value)) schema[key] = value;
    } else if (!HELD.has(key)) {
      schema[key] = value;
    }
  }

  private fitType(schema: JsonSchema, source: JsonSchema): void {
    const names = (Array.isArray(source['type']) ? (source['type'] as unknown[]) : [source['type']])
      .filter(isText)
      .map((name) => name.toLowerCase())
      .map((name) => OTHER_NAMES[name] ?? name)
      .filter((name) => TYPES.has(name));
    const types = [...new Set(names)];
    if (types.length === 1) schema['type'] = types[0];
    else if (types.length > 1) schema['type'] = types;
    else if (isPlainObject(source['properties'])) schema['type'] = 'object';
    else if (source['items'] !== undefined || source['prefixItems'] !== undefined) schema['type'] = 'array';
  }

  private fitArray(schema: JsonSchema, source: JsonSchema, depth: number): void {
    if (!hasType(schema, 'array')) return;
    const listed = [source['prefixItems'], source['items']].flatMap((list) => (Array.isArray(list) ? list : []));
    const one = isPlainObject(source['items']) ? [source['items']] : [];
    const kinds = [...listed, ...one].map((item: unknown) => this.schema(item, depth + 1));
    const [only] = kinds;
    const items = kinds.length > 1 ? { anyOf: kinds } : (only ?? {});
    schema['items'] = this.rules.isOpenApi && Object.keys(items).length === 0 ? { type: 'string' } : items;
  }

  private fitObject(schema: JsonSchema, source: JsonSchema, depth: number): void {
    if (!hasType(schema, 'object')) return;
    const names = new Map<string, string>();
    const properties: JsonSchema = {};
    for (const [key, value] of Object.entries(propertiesOf(source))) {
      const sent = this.keys?.of(key) ?? key;
      if (sent !== key) this.renamed.set(sent, key);
      names.set(key, sent);
      properties[sent] = this.schema(value, depth + 1);
    }
    if (Object.keys(properties).length > 0 || depth === 0) schema['properties'] = properties;
    const required = [...new Set(stringsOf(source['required']))].flatMap((key) => names.get(key) ?? []);
    if (required.length > 0) schema['required'] = required;
  }

  private fitOpenApi(schema: JsonSchema): void {
    if (schema['const'] !== undefined && schema['enum'] === undefined) schema['enum'] = [schema['const']];
    delete schema['const'];
    const { enum: values, format } = schema;
    if (Array.isArray(values)) {
      const texts = values.filter((value) => isText(value));
      // Gemini chooses among texts; a blank one is none to it.
      if (texts.length > 0 && texts.length === values.filter((value) => value !== '' && value !== null).length) {
        schema['enum'] = texts;
        schema['type'] = 'string';
      } else delete schema['enum'];
    }
    // Everything has a type; of several, those that hold others say what they hold.
    const types = Array.isArray(schema['type']) ? (schema['type'] as string[]) : [];
    if (types.includes('array') || types.includes('object')) {
      const { items, properties, required, ...others } = schema;
      for (const key of Object.keys(schema)) delete schema[key];
      Object.assign(schema, others, {
        anyOf: types.map((type) => ({
          type,
          ...(type === 'array' ? { items } : {}),
          ...(type === 'object' && properties !== undefined ? { properties, ...(required ? { required } : {}) } : {}),
        })),
      });
      delete schema['type'];
    }
    if (schema['type'] === undefined && !UNIONS.some((union) => union in schema)) schema['type'] = 'string';
    if (format !== undefined && !OPEN_API_FORMATS.has(format as string)) delete schema['format'];
  }

  /** A schema that a reference stands for, for the whole; itself where there is none. */
  private resolved(schema: JsonSchema): JsonSchema {
    const { $ref: reference, ...others } = schema;
    if (!isText(reference)) return schema;
    const target = this.target(reference);
    return target ? { ...target, ...others } : others;
  }

  private isKnown(reference: unknown): boolean {
    if (!isText(reference) || !this.target(reference)) return false;
    return !this.rules.isOpenApi || !this.isRecursive(reference, new Set());
  }

  /** Only direct members of the definitions: all that every provider follows. */
  private target(reference: string): JsonSchema | undefined {
    for (const name of DEFINITIONS) {
      const prefix = `#/${name}/`;
      const definitions = this.source[name];
      if (!reference.startsWith(prefix) || !isPlainObject(definitions)) continue;
      const key = reference.slice(prefix.length);
      const target = Object.hasOwn(definitions, key) ? definitions[key] : undefined;
      if (isPlainObject(target)) return target;
    }
    return undefined;
  }

  private isRecursive(reference: string, seen: ReadonlySet<string>): boolean {
    if (seen.has(reference)) return true;
    const target = this.target(reference);
    const inside = new Set([...seen, reference]);
    return target !== undefined && referencesIn(target).some((next) => this.isRecursive(next, inside));
  }

  private anything(source: unknown): JsonSchema {
    const description = isPlainObject(source) && isText(source['description']) ? source['description'] : undefined;
    return {
      ...(this.rules.isOpenApi ? { type: 'string' } : {}),
      ...(description === undefined ? {} : { description }),
    };
  }
}

/** Words that are read where their type is fitted. */
const HELD: ReadonlySet<string> = new Set([
  'type',
  'items',
  'prefixItems',
  'additionalItems',
  'properties',
  'required',
  'patternProperties',
  'dependencies',
  'dependentSchemas',
  'dependentRequired',
  'unevaluatedProperties',
  'unevaluatedItems',
  'propertyNames',
  'contains',
]);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const hasType = ({ type }: JsonSchema, name: string): boolean =>
  type === name || (Array.isArray(type) && type.includes(name));

const stringsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter(isText) : []);

const alternativesOf = (schema: unknown): unknown[] =>
  isPlainObject(schema) && Array.isArray(schema['anyOf']) ? (schema['anyOf'] as unknown[]) : [schema];

/** Some write the parameters as a list, and a list without any for none. */
function propertiesOf({ properties }: JsonSchema): JsonSchema {
  if (isPlainObject(properties)) return properties;
  if (!Array.isArray(properties)) return {};
  return Object.fromEntries(
    properties.flatMap((entry: unknown): [string, unknown][] => {
      if (!isPlainObject(entry) || !isText(entry['name'])) return [];
      const { name, ...schema } = entry;
      return [[name as string, schema]];
    }),
  );
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) =>
    key === '$ref' && isText(entry) ? [entry] : referencesIn(entry),
  );
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}
