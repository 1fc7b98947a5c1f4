import { NestedList, Opt, Str } from '../../common/validation/fields';

/** A picture by its address: fetched when the assistant reads the message. */
export class LinkedPicture {
  @Str({ max: 4000, pattern: /^https?:\/\/[^/\s]\S*$/i, what: 'an http or https address' }) url!: string;
  @Opt() @Str({ max: 1000 }) description?: string;
}

/** What messages of our own formats have beside their words. */
export class LinkedPictures {
  @Opt() @NestedList(() => LinkedPicture, { max: 8 }) pictures?: LinkedPicture[];
}
