import { Any, Bool, OneOf, Opt, Text } from '../common/validation/fields';

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
