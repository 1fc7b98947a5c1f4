import { Bool, Int, Obj, Opt, Str, StrList, Text } from '../common/validation/fields';

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

export class RestartParams {
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
  /** False: what needs a restart waits for one; `config.origins` names it. True by default. */
  @Opt() @Bool() restart?: boolean;
}

/** One of the two. */
export class ConfigValidateParams {
  /** The whole file, JSON5. */
  @Opt() @Text() raw?: string;
  /** An object to merge into the file (RFC 7396), JSON5. */
  @Opt() @Text() patch?: string;
}

export class ConfigHistoryParams {
  /** How many of the newest entries. */
  @Opt() @Int({ min: 1, max: 200 }) limit?: number;
}

export class ConfigHistoryGetParams {
  @Int({ min: 1 }) number!: number;
}

export class ConfigRestoreParams {
  @Int({ min: 1 }) number!: number;
  /** `hash` of the `config.get` that is to be replaced. */
  @Text() baseHash!: string;
}

export class ConfigSchemaLookupParams {
  /** As in `gateway.port`, `agents.list[0].id` or `models.providers["my.host"].baseUrl`; empty for the whole. */
  @Str({ max: 1024 }) path!: string;
}
