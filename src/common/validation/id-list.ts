import { Checked } from './fields';

/** Ids of people or chats: texts or numbers. */
export const IdList = (): PropertyDecorator =>
  Checked(
    (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string' || typeof entry === 'number'),
    'must be an array of ids (texts or numbers)',
    { type: 'array', items: { type: ['string', 'number'] } },
  );
