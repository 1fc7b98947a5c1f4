import { Bool, Int, MapOf, Num, OneOf, Opt, Str, Text } from '../../common/validation/fields';
import { IdList } from '../../common/validation/id-list';
import { Keys } from '../../common/validation/keys';

/** Keys of one account of the webhook channel. */
@Keys<WebhookAccountConfig>({
  enabled: ['Whether the account runs.', true],
  name: 'What the account is called in lists.',
  secret: 'Both sides sign with it; at least 16 characters.',
  url: 'Address that answers of the assistant are posted to.',
  dmPolicy: ['Who may write directly: "pairing" asks you about strangers first.', 'pairing'],
  allowFrom: 'Who may write directly, by id; "*": everybody.',
  groupPolicy: ['Which groups are heard.', 'allowlist'],
  groupAllowFrom: 'Who may write in groups, by id; without it allowFrom.',
  requireMention: ['Whether messages in groups must name the assistant (mentionsBot).', true],
  textChunkLimit: ['Most characters of a message; longer answers are split.', 16_000],
  mediaMaxMb: ['Largest file that is taken or sent, in megabytes.', 5],
  linkPreview: ['Whether messages say that links in them may be fetched to show a preview.', false],
})
export class WebhookAccountConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Str() name?: string;
  @Opt() @Text() secret?: string;
  @Opt() @Text() url?: string;
  @Opt() @OneOf(['pairing', 'allowlist', 'open', 'disabled']) dmPolicy?: 'pairing' | 'allowlist' | 'open' | 'disabled';
  @Opt() @IdList() allowFrom?: (string | number)[];
  @Opt() @OneOf(['open', 'disabled', 'allowlist']) groupPolicy?: 'open' | 'disabled' | 'allowlist';
  @Opt() @IdList() groupAllowFrom?: (string | number)[];
  @Opt() @Bool() requireMention?: boolean;
  @Opt() @Int({ min: 100, max: 100_000 }) textChunkLimit?: number;
  @Opt() @Num({ min: 0, max: 50 }) mediaMaxMb?: number;
  @Opt()
  @Bool()
  linkPreview?: boolean;
}

/** Section `channels.webhook`: the keys of the default account, and further accounts. */
@Keys<Omit<WebhookConfig, keyof WebhookAccountConfig>>({
  accounts: 'Further accounts, by name.',
})
export class WebhookConfig extends WebhookAccountConfig {
  @Opt() @MapOf(() => WebhookAccountConfig) accounts?: Record<string, WebhookAccountConfig>;
}
