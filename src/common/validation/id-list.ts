import { Checked } from './fields';

/**
 * Whether a value can be an id of a person or chat. Numbers beyond 2^53, as Discord has them, are read as the next one
 * that fits, which is somebody else's.
 */
export const isId = (value: unknown): value is string | number =>
  typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));

/** Ids of people or chats: texts or numbers. */
export const IdList = (): PropertyDecorator =>
  Checked(
    (value) => Array.isArray(value) && value.every(isId),
    'must be an array of ids: texts, or whole numbers below 2^53; put longer ones between quotes',
    { type: 'array', items: { type: ['string', 'number'] } },
  );
