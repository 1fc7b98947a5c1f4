import { parseWebAddress } from '../../common/net/host';
import { Checked, NestedList, Opt, Str } from '../../common/validation/fields';

const MOST_CHARS = 4000;

/** A picture by its address: fetched when the assistant reads the message. */
export class LinkedPicture {
  @Checked(
    (value) => typeof value === 'string' && value.length <= MOST_CHARS && parseWebAddress(value) !== undefined,
    'must be an http or https address',
    { type: 'string', maxLength: MOST_CHARS },
  )
  url!: string;
  @Opt() @Str({ max: 1000 }) description?: string;
}

/** What messages of our own formats have beside their words. */
export class LinkedPictures {
  @Opt() @NestedList(() => LinkedPicture, { max: 8 }) pictures?: LinkedPicture[];
}
