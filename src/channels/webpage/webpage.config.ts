import { Bool, Int, MapOf, Opt, Str, StrList, Text } from '../../common/validation/fields';
import { Keys } from '../../common/validation/keys';

/** Keys of one account of the page that can stand on other sites. */
@Keys<WebpageAccountConfig>({
  enabled: ['Whether the page is there.', true],
  name: ['What the page is called.', 'Assistant'],
  token:
    'Opens this page and nothing else; at least 16 characters. It stands in the sites’ source, so it is no secret to visitors.',
  greeting: 'First words of the page.',
  allowedOrigins: 'Sites that may show the page in a frame, such as https://example.com; none without it.',
  messagesPerMinute: ['Messages that one visitor may write in a minute.', 10],
  messagesPerMinuteInAll: ['Messages that all visitors together may write in a minute.', 60],
})
export class WebpageAccountConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Str({ max: 80 }) name?: string;
  @Opt() @Text() token?: string;
  @Opt() @Str({ max: 500 }) greeting?: string;
  @Opt() @StrList() allowedOrigins?: string[];
  @Opt() @Int({ min: 1, max: 600 }) messagesPerMinute?: number;
  @Opt() @Int({ min: 1, max: 6000 }) messagesPerMinuteInAll?: number;
}

/** Section `channels.webpage`: the keys of the default account, and further accounts. */
@Keys<Omit<WebpageConfig, keyof WebpageAccountConfig>>({
  accounts: 'Further pages, by name.',
})
export class WebpageConfig extends WebpageAccountConfig {
  @Opt() @MapOf(() => WebpageAccountConfig) accounts?: Record<string, WebpageAccountConfig>;
}
