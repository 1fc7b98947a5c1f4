import { Bool, Nested, NestedList, OneOf, Opt, Str, Text } from '../../common/validation/fields';
import { LinkedPictures } from '../kit/linked-pictures.dto';

class WebhookChat {
  @Text({ max: 200 }) id!: string;
  @Opt() @OneOf(['direct', 'group', 'channel']) type?: 'direct' | 'group' | 'channel';
  @Opt() @Str({ max: 200 }) title?: string;
  @Opt() @Text({ max: 200 }) threadId?: string;
}

class WebhookSender {
  @Text({ max: 200 }) id!: string;
  @Opt() @Str({ max: 200 }) name?: string;
  @Opt() @Bool() isBot?: boolean;
}

/** Most files of one message. */
const MAX_FILES = 10;

class WebhookFile {
  @Text({ max: 200 }) name!: string;
  /** Base64. */
  @Text({ max: 100_000_000, pattern: /^[A-Za-z0-9+/]+={0,2}$/, what: 'base64' }) content!: string;
}

/** A message from outside. The same `id` again is the same message. */
export class WebhookMessage extends LinkedPictures {
  @Text({ max: 200 }) id!: string;
  @Nested(() => WebhookChat) chat!: WebhookChat;
  @Nested(() => WebhookSender) sender!: WebhookSender;
  @Str({ max: 100_000 }) text!: string;
  /** In groups: the assistant was spoken to. */
  @Opt() @Bool() mentionsBot?: boolean;
  @Opt() @NestedList(() => WebhookFile, { max: MAX_FILES }) files?: WebhookFile[];
}
