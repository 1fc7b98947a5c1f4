import { isPlainObject } from '../common/plain-object';
import { type ClassRef, type FieldSchema, fieldsOf } from '../common/validation/field-registry';
import type { ConfigIssue } from './config-error';
import { type ConfigPath, formatConfigPath } from './config-path';
import { OpenclawConfig } from './openclaw.config';

/** Notes of those who wrote the file; nobody expects them to do anything. */
const NOTES = new Set(['wizard', 'meta', '$schema', 'canvasHost', 'web']);

/**
 * Keys that a configuration sets and that have no effect, the uppermost of each.
 * @returns warnings, and issues for those that would keep something from happening
 */
export function idleKeys(config: unknown): { warnings: ConfigIssue[]; issues: ConfigIssue[] } {
  const found = { warnings: [] as ConfigIssue[], issues: [] as ConfigIssue[] };
  const note = (path: ConfigPath, { schema, guards }: FieldSchema): void => {
    const meaning = String(schema?.['description'] ?? '');
    const at = formatConfigPath(path);
    if (guards)
      found.issues.push({
        path: at,
        message: `would make this safer and is not enforced here, so take it out (${meaning})`,
      });
    else found.warnings.push({ path: at, message: `is accepted and has no effect here (${meaning})` });
  };
  const walk = (cls: ClassRef, value: unknown, path: ConfigPath): void => {
    if (!isPlainObject(value)) return;
    for (const [key, field] of fieldsOf(cls)) {
      if (!Object.hasOwn(value, key) || (path.length === 0 && NOTES.has(key))) continue;
      const [entry, at] = [value[key], [...path, key]];
      if (entry === undefined || entry === null) continue;
      if (field.idle) note(at, field);
      else if (field.nested) below(field, field.nested(), entry, at);
    }
  };
  const below = ({ shape }: FieldSchema, cls: ClassRef, value: unknown, path: ConfigPath): void => {
    if (shape === 'list' && Array.isArray(value)) value.forEach((entry, index) => walk(cls, entry, [...path, index]));
    else if (shape === 'map' && isPlainObject(value))
      for (const [key, entry] of Object.entries(value)) walk(cls, entry, [...path, key]);
    else walk(cls, value, path);
  };
  walk(OpenclawConfig, config, []);
  return found;
}
