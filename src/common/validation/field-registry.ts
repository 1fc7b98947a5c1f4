import 'reflect-metadata';

export type ClassRef = new () => object;

/** What a change of a value needs; see `src/config/reload-plan.ts`. */
export type ReloadKind = 'none' | 'hot' | 'restart';

/** What the field decorators know about one property. */
export interface FieldSchema {
  optional?: boolean;
  nullable?: boolean;
  /** JSON Schema fragment of the value. */
  schema?: Record<string, unknown>;
  /** DTO class of the value, of each list element or of each map value. */
  nested?: () => ClassRef;
  shape?: 'object' | 'list' | 'map';
  /** Accepted, but told to nobody. */
  hidden?: boolean;
  /** Schemas for models say it in words alone: its parts are checked, and not listed. */
  inShort?: true;
  /** What a change of it needs, and of all below it that says nothing else. */
  reload?: ReloadKind;
  /** Accepted and kept, without effect; nor has anything below it one. */
  idle?: true;
  /** Idle, although it would keep something from happening. */
  guards?: true;
}

const FIELDS = Symbol('dto-fields');

/** Adds a fact to what is known about a property. Decorators of one property are merged. */
export function recordField(target: object, property: string, fact: FieldSchema): void {
  const own = Reflect.getOwnMetadata(FIELDS, target) as Map<string, FieldSchema> | undefined;
  const fields = own ?? new Map<string, FieldSchema>(fieldsOf(target));
  const known = fields.get(property) ?? {};
  fields.set(property, { ...known, ...fact, schema: { ...known.schema, ...fact.schema } });
  if (!own) Reflect.defineMetadata(FIELDS, fields, target);
}

/** Declared properties of a DTO class, inherited ones first. */
export function fieldsOf(target: object): ReadonlyMap<string, FieldSchema> {
  return (
    (Reflect.getMetadata(FIELDS, target) as Map<string, FieldSchema> | undefined) ?? new Map<string, FieldSchema>()
  );
}

/** Property names at a path below a DTO class; empty where the path leaves the described part. */
export function fieldNamesAt(root: ClassRef, path: readonly string[]): string[] {
  let cls: ClassRef | undefined = root;
  let insideCollection = false;
  for (const key of path) {
    if (!cls) return [];
    if (insideCollection) {
      insideCollection = false;
      continue;
    }
    const field: FieldSchema | undefined = fieldsOf(cls).get(key);
    insideCollection = field?.shape === 'list' || field?.shape === 'map';
    cls = field?.nested?.();
  }
  return cls && !insideCollection ? [...fieldsOf(cls).keys()] : [];
}
