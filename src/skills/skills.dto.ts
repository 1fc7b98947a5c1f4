import { Bool, Int, Obj, Opt, Str, Text } from '../common/validation/fields';

export class SkillsStatusParams {
  @Opt() @Text() agentId?: string;
}

export class SkillsInstallParams {
  /** Skill whose requirement is installed; with `source`, its name there. */
  @Opt() @Text({ max: 100 }) name?: string;
  /** One of `install[].id` of `skills.status`. */
  @Opt() @Text({ max: 100 }) installId?: string;
  @Opt() @Int({ min: 1000, max: 900_000 }) timeoutMs?: number;
  /** `clawhub`: install a skill of the registry. */
  @Opt() @Text({ max: 40 }) source?: string;
  @Opt() @Text({ max: 200 }) slug?: string;
  @Opt() @Text({ max: 60 }) version?: string;
  @Opt() @Bool() force?: boolean;
}

export class SkillsUpdateParams {
  @Text({ max: 100 }) skillKey!: string;
  @Opt() @Bool() enabled?: boolean;
  /** An empty text removes the key. */
  @Opt() @Str() apiKey?: string;
  @Opt() @Obj() env?: Record<string, string>;
}

export class SkillsSearchParams {
  @Text({ max: 200 }) query!: string;
  @Opt() @Int({ min: 1, max: 100 }) limit?: number;
}

export class SkillsDetailParams {
  /** Name of the skill. */
  @Opt() @Text({ max: 200 }) slug?: string;
  @Opt() @Text({ max: 200 }) name?: string;
  @Opt() @Text() agentId?: string;
}
