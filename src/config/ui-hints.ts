import { jsonSchemaOf, type JsonSchema } from '../common/validation/json-schema';
import { isPlainObject } from '../common/plain-object';
import { OpenclawConfig } from './openclaw.config';
import { isSensitivePath } from './sensitive-paths';

export interface UiHint {
  label?: string;
  help?: string;
  order?: number;
  sensitive?: boolean;
}

/**
 * Hints for configuration forms, derived from the schema: label and order of each section, the help text of each
 * documented value, and which values are secret. `*` stands for any key, `[]` for any entry.
 */
export function uiHintsOf(schema: JsonSchema): Record<string, UiHint> {
  const hints: Record<string, UiHint> = {};
  Object.keys(propertiesOf(schema)).forEach((section, order) => {
    hints[section] = { label: labelOf(section), order };
  });
  collect(schema, [], hints);
  return hints;
}

/** The answer to `config.schema`. */
export function describeConfig(version: string): {
  schema: JsonSchema;
  uiHints: Record<string, UiHint>;
  version: string;
  generatedAt: string;
} {
  const schema = jsonSchemaOf(OpenclawConfig);
  return { schema, uiHints: uiHintsOf(schema), version, generatedAt: new Date().toISOString() };
}

function collect(schema: unknown, path: readonly string[], hints: Record<string, UiHint>): void {
  if (!isPlainObject(schema)) return;
  const isSecret = schema['type'] === 'string' && isSensitivePath(path);
  const help = schema['description'];
  if (path.length > 0 && (isSecret || typeof help === 'string')) {
    const key = path.join('.').replaceAll('.[]', '[]');
    hints[key] = {
      ...hints[key],
      ...(typeof help === 'string' ? { help } : {}),
      ...(isSecret ? { sensitive: true } : {}),
    };
  }
  for (const [name, property] of Object.entries(propertiesOf(schema))) collect(property, [...path, name], hints);
  if (isPlainObject(schema['additionalProperties'])) collect(schema['additionalProperties'], [...path, '*'], hints);
  if (isPlainObject(schema['items'])) collect(schema['items'], [...path, '[]'], hints);
}

const propertiesOf = (schema: JsonSchema): Record<string, unknown> =>
  isPlainObject(schema['properties']) ? schema['properties'] : {};

/** "canvasHost" → "Canvas host". */
function labelOf(key: string): string {
  const words = key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
