import { Any, Bool, Doc, NestedList, OneOf, Opt, OptNull, Str, Text } from '../common/validation/fields';

export class AgentIdentityParams {
  @Opt() @Text() agentId?: string;
  @Opt() @Text() sessionKey?: string;
}

export class ModelsListParams {
  @Opt() @Text() agentId?: string;
  @Opt() @Text() sessionKey?: string;
  @Opt() @Text() provider?: string;
  @Opt() @OneOf(['default', 'configured', 'provider-config', 'all']) view?: string;
  /** Reads the lists of the providers anew. */
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
  /** `hash` of the content that was read, null where there was no file; where it is another one by now, nothing is written. */
  @OptNull() @Text({ max: 64 }) baseHash?: string | null;
}

const MAX_PATH = 1024;

export class AgentWorkspaceListParams extends AgentFilesParams {
  @Opt() @Str({ max: MAX_PATH }) @Doc('Folder in the workspace; without it, the workspace itself.') path?: string;
}

export class AgentWorkspaceParams extends AgentFilesParams {
  @Text({ max: MAX_PATH }) path!: string;
}

export class AgentWorkspaceSetParams extends AgentWorkspaceParams {
  @Str({ max: MAX_FILE_CHARS }) content!: string;
  /** As for `agents.files.set`. */
  @OptNull() @Text({ max: 64 }) baseHash?: string | null;
}

export class BoundPlaceParams {
  @Text({ max: 40 }) channel!: string;
  /** One account of the channel; without it all of them. */
  @Opt() @Text({ max: 100 }) accountId?: string;
}

export class AgentsCreateParams {
  /** Its id is made of it: lower-case letters, digits, `_` and `-`. */
  @Text({ max: 100 }) name!: string;
  /** Absolute path, or one that begins with `~`; without it a folder of the state directory. */
  @Opt() @Text({ max: 1024 }) workspace?: string;
  /** `provider/model`, or an alias. */
  @Opt() @Text({ max: 200 }) model?: string;
  @Opt() @Text({ max: 32 }) emoji?: string;
  @Opt() @Text({ max: 200 }) avatar?: string;
  @Opt() @Text({ max: 200 }) @Doc('A word or two about its manner, which its prompt says.') theme?: string;
  @Opt() @Text({ max: 1024 }) @Doc('Folder of its credentials, as an absolute path or with ~.') agentDir?: string;
  @Opt() @NestedList(() => BoundPlaceParams, { max: 50 }) @Doc('Where it answers.') bindings?: BoundPlaceParams[];
}

export class AgentsUpdateParams {
  @Text({ max: 64 }) agentId!: string;
  @Opt() @Text({ max: 100 }) name?: string;
  @Opt() @Text({ max: 1024 }) workspace?: string;
  /** Null: the model of all agents. */
  @Opt() @OptNull() @Text({ max: 200 }) model?: string | null;
  @Opt() @Text({ max: 32 }) emoji?: string;
  @Opt() @Text({ max: 200 }) avatar?: string;
  @Opt() @Text({ max: 200 }) @Doc('A word or two about its manner, which its prompt says.') theme?: string;
}

export class AgentsDeleteParams {
  @Text({ max: 64 }) agentId!: string;
  /** True by default: its workspace is moved to the archive of the state directory, where it is one of ours. */
  @Opt() @Bool() deleteFiles?: boolean;
}
