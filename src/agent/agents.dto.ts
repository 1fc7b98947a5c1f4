import { Any, Bool, OneOf, Opt, Str, Text } from '../common/validation/fields';

export class AgentIdentityParams {
  @Opt() @Text() agentId?: string;
  @Opt() @Text() sessionKey?: string;
}

export class ModelsListParams {
  @Opt() @Text() agentId?: string;
  @Opt() @Text() sessionKey?: string;
  @Opt() @Text() provider?: string;
  @Opt() @OneOf(['default', 'configured', 'provider-config', 'all']) view?: string;
  @Opt() @Bool() refresh?: boolean;
  @Opt() @Bool() preparedOnly?: boolean;
  @Opt() @Any() includeDetails?: unknown;
}

const MAX_FILE_CHARS = 500_000;

export class AgentFilesParams {
  @Text() agentId!: string;
}

export class AgentFileParams extends AgentFilesParams {
  @Text({ max: 100 }) name!: string;
}

export class AgentFileSetParams extends AgentFileParams {
  @Str({ max: MAX_FILE_CHARS }) content!: string;
}
