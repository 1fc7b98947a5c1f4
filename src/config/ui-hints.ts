import { type ClassRef, type ReloadKind, fieldsOf } from '../common/validation/field-registry';
import { jsonSchemaOf, type JsonSchema } from '../common/validation/json-schema';
import { OpenclawConfig } from './openclaw.config';
import { isSensitivePath } from './sensitive-paths';

export interface UiHint {
  label?: string;
  help?: string;
  order?: number;
  sensitive?: boolean;
  /** What a change takes: nothing, taking over at once, or a restart. */
  reload?: ReloadKind;
  /** Accepted and kept, without effect. */
  idle?: true;
}

/**
 * Hints for configuration forms, one for each key: what it means, what a change of it takes, whether it has an effect and
 * whether its value is secret; label and order of each section. `*` stands for any key, `[]` for any entry.
 */
export function uiHints(): Record<string, UiHint> {
  const hints: Record<string, UiHint> = {};
  collect(OpenclawConfig, [], { reload: 'restart', idle: false }, hints);
  [...fieldsOf(OpenclawConfig).keys()].forEach((section, order) => {
    hints[section] = { label: labelOf(section), order, ...hints[section] };
  });
  return hints;
}

/** The answer to `config.schema`. */
export function describeConfig(version: string): {
  schema: JsonSchema;
  uiHints: Record<string, UiHint>;
  version: string;
  generatedAt: string;
} {
  return { schema: jsonSchemaOf(OpenclawConfig), uiHints: uiHints(), version, generatedAt: new Date().toISOString() };
}

/** What holds for a key and for all below it that say nothing else. */
interface Inherited {
  reload: ReloadKind;
  idle: boolean;
}

function collect(cls: ClassRef, path: readonly string[], above: Inherited, hints: Record<string, UiHint>): void {
  for (const [name, field] of fieldsOf(cls)) {
    if (field.hidden) continue;
    const at = [...path, name];
    const own: Inherited = { reload: field.reload ?? above.reload, idle: above.idle || field.idle === true };
    const help = field.schema?.['description'];
    hints[at.join('.').replaceAll('.[]', '[]')] = {
      ...(typeof help === 'string' ? { help } : {}),
      reload: own.reload,
      ...(own.idle ? { idle: true } : {}),
      ...(field.schema?.['type'] === 'string' && isSensitivePath(at) ? { sensitive: true } : {}),
    };
    const below = field.shape === 'list' ? ['[]'] : field.shape === 'map' ? ['*'] : [];
    if (field.nested) collect(field.nested(), [...at, ...below], own, hints);
  }
}

/** "canvasHost" → "Canvas host". */
export function labelOf(key: string): string {
  const words = key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
