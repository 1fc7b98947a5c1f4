import { Bool, Int, MapOf, Opt, Str, StrList, Text } from '../../common/validation/fields';

/** Keys of one account of the page that can stand on other sites. */
export class WebpageAccountConfig {
  @Opt() @Bool() enabled?: boolean;
  /** What the page is called. */
  @Opt() @Str({ max: 80 }) name?: string;
  /** Opens this page and nothing else; at least 16 characters. It stands in the sites' source, so it is no secret to visitors. */
  @Opt() @Text() token?: string;
  /** First words of the page. */
  @Opt() @Str({ max: 500 }) greeting?: string;
  /** Sites that may show the page in a frame, such as `https://example.com`; none by default. */
  @Opt() @StrList() allowedOrigins?: string[];
  /** Messages that one visitor may write in a minute; 10 by default. */
  @Opt() @Int({ min: 1, max: 600 }) messagesPerMinute?: number;
  /** Messages that all visitors together may write in a minute; 60 by default. */
  @Opt() @Int({ min: 1, max: 6000 }) messagesPerMinuteInAll?: number;
}

/** Section `channels.webpage`: the keys of the default account, and further accounts. */
export class WebpageConfig extends WebpageAccountConfig {
  @Opt() @MapOf(() => WebpageAccountConfig) accounts?: Record<string, WebpageAccountConfig>;
}
