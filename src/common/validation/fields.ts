import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { Transform, Type, plainToInstance } from 'class-transformer';
import { isPlainObject } from '../plain-object';
import { isTimeZone } from '../zoned-time';
import { type ClassRef, type FieldSchema, type ReloadKind, recordField } from './field-registry';

/**
 * Property decorators for DTO classes: one short word per JSON type.
 * Each adds the runtime check and records the same fact as a JSON Schema fragment, so that a DTO class stays the only
 * definition of a message or section. Constraint messages are predicates ("must be …"); the property path is put in
 * front of them where they are shown.
 */
const field =
  (schema: FieldSchema, ...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const decorator of decorators) decorator(target, property);
    recordField(target.constructor, String(property), schema);
  };

/** The property may be left out. `null` is not the same as left out. */
export const Opt = (): PropertyDecorator =>
  field(
    { optional: true },
    ValidateIf((_, value) => value !== undefined),
  );

/** The property may be left out or `null`. */
export const OptNull = (): PropertyDecorator =>
  field(
    { optional: true, nullable: true },
    ValidateIf((_, value) => value !== undefined && value !== null),
  );

/** Accepted for the sake of old callers, without effect: left out of schemas and docs. */
export const Hidden = (): PropertyDecorator => field({ hidden: true });

/** Its description says what stands in it: schemas for models do without its parts, which are checked all the same. */
export const InShort = (): PropertyDecorator => field({ inShort: true });

/** What a change of the value needs while the gateway runs; fields below it may say something else. */
export const Reload = (kind: ReloadKind): PropertyDecorator => field({ reload: kind });

/** A sentence for people and models: shown in method docs, tool schemas and forms. */
export const Doc = (description: string): PropertyDecorator => field({ schema: { description } });

export interface StringLimits {
  min?: number;
  max?: number;
  pattern?: RegExp;
  /** Says what the pattern stands for, e.g. "a session key". */
  what?: string;
}

export function Str(limits: StringLimits = {}): PropertyDecorator {
  const rules: PropertyDecorator[] = [IsString({ message: 'must be string' })];
  if (limits.min !== undefined) {
    rules.push(MinLength(limits.min, { message: `must NOT have fewer than ${limits.min} characters` }));
  }
  if (limits.max !== undefined) {
    rules.push(MaxLength(limits.max, { message: `must NOT have more than ${limits.max} characters` }));
  }
  if (limits.pattern) {
    rules.push(Matches(limits.pattern, { message: `must be ${limits.what ?? `text matching ${limits.pattern}`}` }));
  }
  return field(
    {
      schema: {
        type: 'string',
        ...(limits.min === undefined ? {} : { minLength: limits.min }),
        ...(limits.max === undefined ? {} : { maxLength: limits.max }),
        ...(limits.pattern ? { pattern: limits.pattern.source } : {}),
      },
    },
    ...rules,
  );
}

/** A string with at least one character. */
export const Text = (limits: StringLimits = {}): PropertyDecorator => Str({ min: 1, ...limits });

export interface NumberLimits {
  min?: number;
  max?: number;
}

const bounds = (limits: NumberLimits): PropertyDecorator[] => {
  const rules: PropertyDecorator[] = [];
  if (limits.min !== undefined) rules.push(Min(limits.min, { message: `must be >= ${limits.min}` }));
  if (limits.max !== undefined) rules.push(Max(limits.max, { message: `must be <= ${limits.max}` }));
  return rules;
};

const numberSchema = (type: 'integer' | 'number', limits: NumberLimits): Record<string, unknown> => ({
  type,
  ...(limits.min === undefined ? {} : { minimum: limits.min }),
  ...(limits.max === undefined ? {} : { maximum: limits.max }),
});

export const Int = (limits: NumberLimits = {}): PropertyDecorator =>
  field({ schema: numberSchema('integer', limits) }, IsInt({ message: 'must be integer' }), ...bounds(limits));

export const Num = (limits: NumberLimits = {}): PropertyDecorator =>
  field(
    { schema: numberSchema('number', limits) },
    IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'must be number' }),
    ...bounds(limits),
  );

export const Bool = (): PropertyDecorator =>
  field({ schema: { type: 'boolean' } }, IsBoolean({ message: 'must be boolean' }));

export const OneOf = (values: readonly (string | number | boolean)[]): PropertyDecorator =>
  field(
    {
      schema: { ...(values.every((value) => typeof value === 'string') ? { type: 'string' } : {}), enum: [...values] },
    },
    IsIn(values, { message: `must be one of ${values.map((value) => JSON.stringify(value)).join(', ')}` }),
  );

/** Any JSON value; what is allowed is decided where it is used. */
export const Any = (): PropertyDecorator => field({ schema: {} });

export interface ListLimits {
  min?: number;
  max?: number;
}

const listRules = (limits: ListLimits): PropertyDecorator[] => {
  const rules: PropertyDecorator[] = [IsArray({ message: 'must be array' })];
  if (limits.min !== undefined) {
    rules.push(ArrayMinSize(limits.min, { message: `must NOT have fewer than ${limits.min} items` }));
  }
  if (limits.max !== undefined) {
    rules.push(ArrayMaxSize(limits.max, { message: `must NOT have more than ${limits.max} items` }));
  }
  return rules;
};

const listSchema = (limits: ListLimits): Record<string, unknown> => ({
  type: 'array',
  ...(limits.min === undefined ? {} : { minItems: limits.min }),
  ...(limits.max === undefined ? {} : { maxItems: limits.max }),
});

export const StrList = ({ each, ...limits }: ListLimits & { each?: number } = {}): PropertyDecorator =>
  field(
    {
      schema: { ...listSchema(limits), items: { type: 'string', ...(each === undefined ? {} : { maxLength: each }) } },
    },
    ...listRules(limits),
    IsString({ each: true, message: 'must hold strings only' }),
    ...(each === undefined
      ? []
      : [MaxLength(each, { each: true, message: `must NOT hold strings of more than ${each} characters` })]),
  );

export const AnyList = (limits: ListLimits = {}): PropertyDecorator =>
  field({ schema: { ...listSchema(limits), items: {} } }, ...listRules(limits));

/** Any JSON object. */
export const Obj = (): PropertyDecorator =>
  field({ schema: { type: 'object' } }, IsObject({ message: 'must be object' }));

/** An object described by a DTO class. */
export const Nested = (cls: () => ClassRef): PropertyDecorator =>
  field(
    { nested: cls, shape: 'object' },
    IsObject({ message: 'must be object' }),
    ValidateNested({ message: 'must be object' }),
    Type(cls),
  );

/** An array of objects described by a DTO class. */
export const NestedList = (cls: () => ClassRef, limits: ListLimits = {}): PropertyDecorator =>
  field(
    { nested: cls, shape: 'list', schema: listSchema(limits) },
    ...listRules(limits),
    ValidateNested({ each: true, message: 'must hold objects only' }),
    Type(cls),
  );

/**
 * An object whose values are described by a DTO class.
 * Only the validated copy becomes a `Map` (that is what the validator walks by key); callers keep the plain object.
 */
export const MapOf = (cls: () => ClassRef): PropertyDecorator =>
  field(
    { nested: cls, shape: 'map' },
    IsObject({ message: 'must be object' }),
    ValidateNested({ message: 'must be object' }),
    Transform(({ obj, key }) => {
      const value: unknown = (obj as Record<string, unknown>)[key];
      if (!isPlainObject(value)) return value;
      return new Map(
        Object.entries(value).map(([name, entry]) => [
          name,
          isPlainObject(entry) ? plainToInstance(cls(), entry) : entry,
        ]),
      );
    }),
  );

/** A property with a rule of its own; `message` is a predicate. */
export const Checked = (
  accepts: (value: unknown) => boolean,
  message: string,
  schema: Record<string, unknown> = {},
): PropertyDecorator =>
  field({ schema }, ValidateBy({ name: 'checked', validator: { validate: accepts, defaultMessage: () => message } }));

/** The name of a time zone, or one of a few words that stand for one. */
export const TimeZone = (...words: string[]): PropertyDecorator =>
  Checked(
    (value) => isTimeZone(value) || words.includes(value as string),
    `must be ${words.map((word) => `"${word}", `).join('')}${words.length > 0 ? 'or ' : ''}a time zone of the IANA list such as "Europe/Berlin"`,
    { type: 'string' },
  );

const OPEN_KEYS = Symbol('open-keys');

/** Class decorator: properties beyond the declared ones are part of the format (for example `env.<NAME>`). */
export const OpenKeys = (): ClassDecorator => (target) => {
  Reflect.defineMetadata(OPEN_KEYS, true, target);
};

export const hasOpenKeys = (target: object): boolean => Reflect.getMetadata(OPEN_KEYS, target) === true;
