import { Bool, Doc, Int, MapOf, OneOf, Opt, Str, Text } from '../../common/validation/fields';
import { IdList } from '../../common/validation/id-list';

/** Keys of one account of the webhook channel. */
export class WebhookAccountConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Str() name?: string;
  /** Both sides sign with it; at least 16 characters. */
  @Opt() @Text() secret?: string;
  /** Where messages of the assistant are posted to. */
  @Opt() @Text() url?: string;
  @Opt() @OneOf(['pairing', 'allowlist', 'open', 'disabled']) dmPolicy?: 'pairing' | 'allowlist' | 'open' | 'disabled';
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @OneOf(['open', 'disabled', 'allowlist']) groupPolicy?: 'open' | 'disabled' | 'allowlist';
  @Opt() @IdList() groupAllowFrom?: (string | number)[];
  /** Whether messages in groups must name the assistant (`mentionsBot`); true by default. */
  @Opt() @Bool() requireMention?: boolean;
  @Opt() @Int({ min: 100, max: 100_000 }) textChunkLimit?: number;
  @Opt()
  @Bool()
  @Doc('Whether messages say that links in them may be fetched to show a preview; off by default.')
  linkPreview?: boolean;
}

/** Section `channels.webhook`: the keys of the default account, and further accounts. */
export class WebhookConfig extends WebhookAccountConfig {
  @Opt() @MapOf(() => WebhookAccountConfig) accounts?: Record<string, WebhookAccountConfig>;
}
