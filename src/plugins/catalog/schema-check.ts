import type { ValidateFunction } from 'ajv';

const compiled = new WeakMap<object, ValidateFunction>();

/** What a value has against it by a JSON Schema, with the key; undefined when nothing. */
export async function schemaProblem(schema: object, value: unknown): Promise<string | undefined> {
  let validate = compiled.get(schema);
  if (!validate) {
    const { Ajv } = await import('ajv');
    try {
      validate = new Ajv({ strict: false, allErrors: false, validateFormats: false }).compile(schema);
    } catch (error) {
      return `its schema is not a valid JSON Schema: ${(error as Error).message}`;
    }
    compiled.set(schema, validate);
  }
  if (validate(value)) return undefined;
  const [first] = validate.errors ?? [];
  const at = (first?.instancePath ?? '').slice(1).replaceAll('/', '.');
  const extra = first?.params['additionalProperty'] as string | undefined;
  return `${at === '' ? 'it' : at} ${first?.message ?? 'is invalid'}${extra === undefined ? '' : ` (${extra})`}`;
}
