import { isPlainObject } from '../common/plain-object';
import { Checked } from '../common/validation/fields';

/** A model reference `provider/model` (or an alias) with its fall-backs. */
export interface ModelChoiceConfig {
  primary?: string;
  fallbacks?: string[];
}

const isStringList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string');

function isModelChoice(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '';
  if (!isPlainObject(value)) return false;
  return Object.entries(value).every(
    ([key, entry]) =>
      (key === 'primary' && typeof entry === 'string' && entry !== '') || (key === 'fallbacks' && isStringList(entry)),
  );
}

/** Property holds a model reference: a text, or `{ primary, fallbacks }`. */
export const ModelChoice = (): PropertyDecorator =>
  Checked(isModelChoice, 'must be "provider/model" or { primary: "provider/model", fallbacks: ["provider/model"] }', {
    anyOf: [
      { type: 'string' },
      {
        type: 'object',
        properties: { primary: { type: 'string' }, fallbacks: { type: 'array', items: { type: 'string' } } },
        additionalProperties: false,
      },
    ],
  });

/** Reads either form. */
export function modelChoiceOf(value: string | ModelChoiceConfig | undefined): ModelChoiceConfig {
  return typeof value === 'string' ? { primary: value } : (value ?? {});
}
