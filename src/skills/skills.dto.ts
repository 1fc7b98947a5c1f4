import { Doc, Bool, Int, Obj, Opt, Str, Text } from '../common/validation/fields';

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

export class SkillsAgreeParams {
  /** Name of a skill that was not installed, such as one of the workspace. */
  @Text({ max: 100 }) name!: string;
  @Opt() @Text() agentId?: string;
  /** Hash of what was seen; absent: only shows what would be agreed to. */
  @Opt() @Text({ max: 64 }) hash?: string;
  /** Agrees although the scan found dangers. */
  @Opt() @Bool() acceptRisk?: boolean;
}

export class SkillsSearchParams {
  @Opt() @Text({ max: 200 }) @Doc('What it is to be about; without it the first ones are named.') query?: string;
  @Opt() @Int({ min: 1, max: 100 }) limit?: number;
}

export class SkillsDetailParams {
  /** Name of the skill. */
  @Opt() @Text({ max: 200 }) slug?: string;
  @Opt() @Text({ max: 200 }) name?: string;
  @Opt() @Text() agentId?: string;
}

export class SkillsNameParams {
  @Text({ max: 200 }) name!: string;
  /** Whose skill, where it is one of a workspace; the default agent's otherwise. */
  @Opt() @Text() agentId?: string;
}

export class SkillsFetchParams {
  /** Git address, https archive, `npm:<package>`, or a folder of the gateway's machine. */
  @Text({ max: 1000 }) source!: string;
}

export class SkillsAddParams {
  /** The same that skills.fetch was given. */
  @Text({ max: 1000 }) source!: string;
  @Text({ max: 100 }) name!: string;
  /** Hash that skills.fetch has shown. */
  @Text({ max: 64 }) hash!: string;
  /** Installs although the scan found dangers. */
  @Opt() @Bool() acceptRisk?: boolean;
}
