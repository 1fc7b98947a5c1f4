import { hasOpenKeys } from './fields';
import { type ClassRef, fieldsOf } from './field-registry';

export type JsonSchema = Record<string, unknown>;

/** JSON Schema (draft 07) of a DTO class, inlined: no references, so that any provider or form can read it. */
export function jsonSchemaOf(cls: ClassRef): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const [name, field] of fieldsOf(cls)) {
    if (field.hidden) continue;
    let schema: JsonSchema = { ...field.schema };
    if (field.nested && field.inShort) schema = { ...schema, type: 'object' };
    else if (field.nested) {
      const nested = jsonSchemaOf(field.nested());
      if (field.shape === 'list') schema = { ...schema, type: 'array', items: nested };
      else if (field.shape === 'map') schema = { ...schema, type: 'object', additionalProperties: nested };
      else schema = { ...schema, ...nested };
    }
    if (field.nullable && typeof schema['type'] === 'string') schema = { ...schema, type: [schema['type'], 'null'] };
    properties[name] = schema;
    if (!field.optional) required.push(name);
  }
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: hasOpenKeys(cls),
  };
}
