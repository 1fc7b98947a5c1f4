import { inLanguage } from './setting-words';
import { type Path, isObject, pathText } from './paths';

export interface Schema {
  type?: string | readonly string[];
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  default?: unknown;
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minimum?: number;
  maximum?: number;
}

export interface Hint {
  help?: string;
  /** The help as the gateway says it, where the page speaks another language. */
  said?: string;
  label?: string;
  sensitive?: boolean;
  reload?: 'none' | 'hot' | 'restart';
  idle?: boolean;
}

export type Kind = 'switch' | 'choice' | 'number' | 'text' | 'secret' | 'lines' | 'json';

/** One value of the configuration. */
export interface Field {
  path: Path;
  /** The path as the gateway writes it. */
  at: string;
  name: string;
  schema: Schema;
  hint: Hint;
}

/** Values that stand together in one object. */
export interface Group {
  path: Path;
  at: string;
  title: string;
  help: string;
  fields: Field[];
  /** Where one can add an entry below it, and how that is done. */
  holds?: 'names' | 'list';
  /** Whether it is such an entry. */
  isEntry: boolean;
  /** Whether it stands below such an entry. */
  isInEntry: boolean;
}

export type Hints = Readonly<Record<string, Hint>>;

/** What each key means, in the language of the page where that has it. */
export const inLanguageAll = (hints: Hints): Hints =>
  Object.fromEntries(
    Object.entries(hints).map(([path, hint]) => [
      path,
      hint.help === undefined ? hint : { ...hint, help: inLanguage(hint.help), said: hint.help },
    ]),
  );

/** "allowFrom" → "Allow from", "baseUrl" → "Base URL". */
export function inWords(key: string): string {
  const words = key
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\b(url|api|id|ms|mb|tls|http|mcp|mdns|dm|ui|tts|cdp|pdf|usd)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a section is called. */
export const titleOf = (section: string): string => inLanguage(inWords(section));

/** What a field is changed with. A text that may also be an object is one while it is a text. */
export function kindOf({ schema, hint }: Field, value: unknown): Kind {
  if (schema.enum) return 'choice';
  switch (schema.type) {
    case 'boolean':
      return 'switch';
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
      return hint.sensitive ? 'secret' : 'text';
    case 'array':
      return schema.items?.type === 'object' || Object.keys(schema.items ?? {}).length === 0 ? 'json' : 'lines';
    default:
      return schema.anyOf?.some(({ type }) => type === 'string') && !isObject(value) ? 'text' : 'json';
  }
}

const isEntryKey = (key: string | undefined): boolean => key === '*' || key === '[]';

/** All groups of a section, as they are with these values. */
export function groupsOf(section: string, schema: Schema, hints: Hints, values: unknown): Group[] {
  const groups: Group[] = [];
  const hintOf = (pattern: readonly string[]): Hint => hints[pattern.join('.').replaceAll('.[]', '[]')] ?? {};

  const visit = (
    node: Schema,
    path: Path,
    pattern: readonly string[],
    value: unknown,
    words: readonly string[],
  ): void => {
    const isEntry = isEntryKey(pattern.at(-1));
    const group: Group = {
      path,
      at: pathText(path),
      title: words.join(' › '),
      help: hintOf(pattern).help ?? '',
      fields: [],
      isEntry,
      isInEntry: pattern.slice(0, -1).some(isEntryKey),
    };
    groups.push(group);
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      const below = [...path, key];
      const at = [...pattern, key];
      const inside = isObject(value) ? value[key] : undefined;
      const called = [...words, inWords(key)];
      if (child.properties && Object.keys(child.properties).length > 0) visit(child, below, at, inside, called);
      else if (isObject(child.additionalProperties) && child.additionalProperties.properties)
        entries(child.additionalProperties, below, at, inside, called, 'names');
      else if (child.items?.properties) entries(child.items, below, at, inside, called, 'list');
      else group.fields.push({ path: below, at: pathText(below), name: inWords(key), schema: child, hint: hintOf(at) });
    }
  };

  const entries = (
    node: Schema,
    path: Path,
    pattern: readonly string[],
    value: unknown,
    words: readonly string[],
    holds: 'names' | 'list',
  ): void => {
    const help = hintOf(pattern).help ?? '';
    groups.push({
      path,
      at: pathText(path),
      title: words.join(' › '),
      help,
      fields: [],
      isEntry: false,
      isInEntry: pattern.some(isEntryKey),
      holds,
    });
    if (holds === 'list')
      (Array.isArray(value) ? value : []).forEach((entry: unknown, index) =>
        visit(node, [...path, index], [...pattern, '[]'], entry, [...words, String(index + 1)]),
      );
    else
      for (const [key, entry] of Object.entries(isObject(value) ? value : {}))
        visit(node, [...path, key], [...pattern, '*'], entry, [...words, key]);
  };

  if (schema.properties) visit(schema, [section], [section], values, [titleOf(section)]);
  else if (schema.items?.properties) entries(schema.items, [section], [section], values, [titleOf(section)], 'list');
  else
    groups.push({
      path: [section],
      at: section,
      title: titleOf(section),
      help: hintOf([section]).help ?? '',
      isEntry: false,
      isInEntry: false,
      fields: [{ path: [section], at: section, name: inWords(section), schema, hint: hintOf([section]) }],
    });
  return groups.filter(({ fields, holds }) => fields.length > 0 || holds !== undefined);
}

/** Whether all words stand in what is known of a field. */
export function matches({ at, name, hint }: Field, words: readonly string[]): boolean {
  const text = `${at} ${name} ${hint.help ?? ''} ${hint.said ?? ''}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** How near a field is to the words; 0 is called so, 3 only speaks of it. */
export function closeness({ at, name }: Field, words: readonly string[]): number {
  const [path, called, all] = [at.toLowerCase(), name.toLowerCase(), words.join(' ')];
  if (path === all || called === all) return 0;
  if (words.every((word) => ` ${called}`.includes(` ${word}`))) return 1;
  return words.every((word) => path.includes(word)) ? 2 : 3;
}
