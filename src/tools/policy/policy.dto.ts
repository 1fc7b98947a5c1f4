import { Bool, Doc, Opt, StrList, Text } from '../../common/validation/fields';

export class ToolsExplainParams {
  @Opt() @Text() @Doc('One tool; all of them by default.') tool?: string;
  @Opt() @Text() @Doc('Whose facts to start from; the fields below override them.') sessionKey?: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Text() @Doc('provider/model') model?: string;
  @Opt() @Text() channel?: string;
  @Opt() @Text() accountId?: string;
  @Opt() @Text() groupId?: string;
  @Opt() @StrList() senders?: string[];
  @Opt() @Bool() stranger?: boolean;
  @Opt() @Bool() subagent?: boolean;
  @Opt() @Bool() sandboxed?: boolean;
}

export class ToolsCatalogParams {
  @Opt() @Text() agentId?: string;
  @Opt() @Bool() @Doc('Taken from clients that send it; tools of plugins are always there.') includePlugins?: boolean;
}

export class ToolsEffectiveParams {
  @Text() sessionKey!: string;
  @Opt() @Text() agentId?: string;
}
