import { Int, Obj, Opt, Str, StrList, Text } from '../common/validation/fields';

const MAX_REPLACE_PATHS = 256;

export class ConfigSetParams {
  /** The whole file, JSON5. */
  @Text() raw!: string;
  /** `hash` of the `config.get` that the text is based on. */
  @Opt() @Text() baseHash?: string;
}

export class ConfigApplyParams extends ConfigSetParams {
  /** Session that is told when the gateway is back. */
  @Opt() @Text() sessionKey?: string;
  @Opt() @Str() note?: string;
  /** Milliseconds; more than a minute counts as a minute. */
  @Opt() @Int({ min: 0 }) restartDelayMs?: number;
  @Opt() @Obj() deliveryContext?: Record<string, unknown>;
}

export class ConfigPatchParams extends ConfigApplyParams {
  /** Paths of arrays that may lose entries. */
  @Opt() @StrList({ max: MAX_REPLACE_PATHS }) replacePaths?: string[];
}
