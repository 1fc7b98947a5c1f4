import { isPlainObject } from '../common/plain-object';
import { type JsonSchema, jsonSchemaOf } from '../common/validation/json-schema';
import { formatConfigPath, parseConfigPath } from './config-path';
import { OpenclawConfig } from './openclaw.config';
import type { ReloadKind } from '../common/validation/field-registry';
import { type UiHint, labelOf, uiHints } from './ui-hints';

export interface SchemaNode {
  path: string;
  /** Of this value alone: what stands below it is in `children`. */
  schema: JsonSchema;
  hint?: UiHint;
  /** Where the hint stands among those of `config.schema`: `*` for any key, `[]` for any entry. */
  hintPath?: string;
  /** What a change takes. */
  reloadKind?: ReloadKind;
  children: SchemaChild[];
}

export interface SchemaChild {
  /** Name, `*` for any name, or `[]` for any entry. */
  key: string;
  path: string;
  type?: unknown;
  required: boolean;
  hasChildren: boolean;
  hint?: UiHint;
  hintPath?: string;
}

/** Made at the first question: it is large, and the same for the life of the process. */
let described: { root: JsonSchema; hints: Record<string, UiHint> } | undefined;

function describe(): { root: JsonSchema; hints: Record<string, UiHint> } {
  const root = jsonSchemaOf(OpenclawConfig);
  return { root, hints: uiHints() };
}

const BELOW = ['properties', 'required', 'additionalProperties', 'items'];

/**
 * What the schema of the configuration says at one path; undefined where it says nothing.
 * @param text as `parseConfigPath` reads it; empty for the top. `*` stands for any key, `[]` for any entry.
 */
export function schemaNodeAt(text: string): SchemaNode | undefined {
  const { root, hints } = (described ??= describe());
  const keys = text === '' ? [] : keysOf(text);
  let schema: unknown = root;
  const pattern: string[] = [];
  for (const key of keys) {
    const below = keyBelow(schema, key);
    if (!below) return undefined;
    schema = below.schema;
    pattern.push(below.key);
  }
  if (!isPlainObject(schema)) return undefined;
  const { hint, hintPath } = hinted(hints, pattern);
  const title = keys.length === 0 ? undefined : labelOf(keys.at(-1) ?? '');
  return {
    path: text,
    schema: {
      ...(title === undefined ? {} : { title }),
      ...Object.fromEntries(Object.entries(schema).filter(([name]) => !BELOW.includes(name))),
    },
    ...(hint ? { hint: { ...(title === undefined ? {} : { label: title }), ...hint } } : {}),
    ...(hintPath === undefined ? {} : { hintPath }),
    ...(hint?.reload === undefined ? {} : { reloadKind: hint.reload }),
    children: childrenOf(schema, pattern, keys, hints),
  };
}

/** `[]` is no index of a path, so that it is taken apart first. */
const keysOf = (text: string): string[] =>
  text
    .split('[]')
    .flatMap((part, index) => [
      ...(index > 0 ? ['[]'] : []),
      ...(part.replace(/^\./, '') === '' ? [] : parseConfigPath(part.replace(/^\./, '')).map(String)),
    ]);

function keyBelow(schema: unknown, key: string): { key: string; schema: unknown } | undefined {
  if (!isPlainObject(schema)) return undefined;
  const { properties, additionalProperties, items } = schema;
  if (isPlainObject(properties) && Object.hasOwn(properties, key)) return { key, schema: properties[key] };
  if (isPlainObject(items) && (key === '[]' || /^\d+$/.test(key))) return { key: '[]', schema: items };
  if (isPlainObject(additionalProperties)) return { key: '*', schema: additionalProperties };
  return undefined;
}

function childrenOf(
  schema: JsonSchema,
  pattern: readonly string[],
  keys: readonly string[],
  hints: Record<string, UiHint>,
): SchemaChild[] {
  const { properties, required, additionalProperties, items } = schema;
  const needed = new Set(Array.isArray(required) ? (required as string[]) : []);
  const below: [string, unknown][] = [
    ...(isPlainObject(properties) ? Object.entries(properties) : []),
    ...(isPlainObject(additionalProperties) ? [['*', additionalProperties] as [string, unknown]] : []),
    ...(isPlainObject(items) ? [['[]', items] as [string, unknown]] : []),
  ];
  return below.map(([key, child]) => ({
    key,
    path: formatConfigPath([...keys, key]).replaceAll('["[]"]', '[]'),
    ...(isPlainObject(child) && child['type'] !== undefined ? { type: child['type'] } : {}),
    required: needed.has(key),
    hasChildren: isPlainObject(child) && ['properties', 'items'].some((name) => isPlainObject(child[name])),
    ...hinted(hints, [...pattern, key]),
  }));
}

function hinted(hints: Record<string, UiHint>, pattern: readonly string[]): { hint?: UiHint; hintPath?: string } {
  const hintPath = pattern.join('.').replaceAll('.[]', '[]');
  const hint = hints[hintPath];
  return hint ? { hint, hintPath } : {};
}
