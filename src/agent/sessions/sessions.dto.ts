import { Any, Bool, Doc, Int, OneOf, Opt, OptNull, Str, StrList, Text } from '../../common/validation/fields';

export class SessionsListParams {
  @Opt() @Int({ min: 1 }) limit?: number;
  @Opt() @Int({ min: 1 }) activeMinutes?: number;
  @Opt() @Bool() includeGlobal?: boolean;
  @Opt() @Bool() includeUnknown?: boolean;
  @Opt() @Bool() includeDerivedTitles?: boolean;
  @Opt() @Bool() includeLastMessage?: boolean;
  @Opt() @Text() label?: string;
  @Opt() @Text() spawnedBy?: string;
  @Opt() @Text() agentId?: string;
  @Opt()
  @Str()
  @Doc('Part of a key, label, name, subject or, with includeDerivedTitles, of what the conversation began with.')
  search?: string;
  @Opt() @Int({ min: 0 }) offset?: number;
  @Opt() @Str() sortBy?: string;
  @Opt() @Bool() activeOnly?: boolean;
  @Opt() @Bool() archived?: boolean;
  @Opt() @Bool() pinned?: boolean;
  @Opt() @Any() group?: unknown;
  @Opt() @Bool() excludeSubagents?: boolean;
  @Opt() @Bool() excludeCron?: boolean;
  @Opt() @Bool() ownerFirst?: boolean;
  @Opt() @Bool() configuredAgentsOnly?: boolean;
}

export class SessionFollowParams {
  @Text({ max: 512 }) key!: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Bool() includeApprovals?: boolean;
}

export class SessionsSearchParams {
  @Text({ max: 200 }) @Doc('Words in a row, in whichever case.') query!: string;
  @Opt() @Int({ min: 1, max: 200 }) @Doc('Most messages to return, 30 by default.') limit?: number;
}

export class SessionsPreviewParams {
  @StrList({ min: 1 }) keys!: string[];
  @Opt() @Int({ min: 1 }) limit?: number;
  @Opt() @Int({ min: 20 }) maxChars?: number;
}

export class SessionsResolveParams {
  @Opt() @Text() key?: string;
  @Opt() @Text() sessionId?: string;
  @Opt() @Text() label?: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Text() spawnedBy?: string;
  @Opt() @Bool() includeGlobal?: boolean;
  @Opt() @Bool() includeUnknown?: boolean;
  @Opt() @Bool() allowMissing?: boolean;
}

export class SessionsPatchParams {
  @Text() key!: string;
  @OptNull() @Text({ max: 512 }) label?: string | null;
  @OptNull() @Text() thinkingLevel?: string | null;
  @OptNull() @OneOf(['on', 'off', 'full']) verboseLevel?: string | null;
  @OptNull() @OneOf(['on', 'off', 'stream']) reasoningLevel?: string | null;
  @OptNull() @OneOf(['off', 'tokens', 'full', 'on']) responseUsage?: string | null;
  @OptNull() @OneOf(['on', 'off', 'ask', 'full']) elevatedLevel?: string | null;
  @OptNull() @OneOf(['sandbox', 'gateway', 'node']) execHost?: string | null;
  @OptNull() @OneOf(['deny', 'allowlist', 'full']) execSecurity?: string | null;
  @OptNull() @OneOf(['off', 'on-miss', 'always']) execAsk?: string | null;
  @OptNull() @Text() execNode?: string | null;
  @OptNull() @OneOf(['none', 'web']) execNetwork?: string | null;
  @OptNull() @Text() model?: string | null;
  @OptNull() @Text() spawnedBy?: string | null;
  @OptNull() @OneOf(['allow', 'deny']) sendPolicy?: string | null;
  @OptNull() @Bool() planMode?: boolean | null;
  @OptNull() @OneOf(['mention', 'always']) groupActivation?: string | null;
  @OptNull() @OneOf(['steer', 'followup', 'collect', 'steer-backlog', 'interrupt']) queueMode?: string | null;
  @Opt() @Text() agentId?: string;
}

export class SessionKeyParams {
  @Text() key!: string;
  @Opt() @Text() agentId?: string;
}

export class SessionsDescribeParams extends SessionKeyParams {
  @Opt() @Bool() includeDerivedTitles?: boolean;
  @Opt() @Bool() includeLastMessage?: boolean;
}

export class SessionsResetParams extends SessionKeyParams {
  @Opt() @Text() expectedSessionId?: string;
  @Opt() @OneOf(['new', 'reset']) reason?: string;
}

export class SessionsDeleteParams extends SessionKeyParams {
  @Opt() @Bool() deleteTranscript?: boolean;
}

export class SessionsCompactParams {
  @Text() key!: string;
  @Opt() @Int({ min: 1 }) maxLines?: number;
  @Opt() @Text() agentId?: string;
}

export class SessionsCreateParams {
  @Opt() @Text() key?: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Text({ max: 512 }) label?: string;
  @Opt() @Text() displayName?: string;
  @Opt() @Text() model?: string;
  @Opt() @Text() thinkingLevel?: string;
  @Opt() @Text() parentSessionKey?: string;
  @Opt() @Bool() fork?: boolean;
}

export class SessionsExportParams {
  @Text() key!: string;
  @Opt() @OneOf(['md', 'html', 'jsonl']) format?: 'md' | 'html' | 'jsonl';
  @Opt() @Text() agentId?: string;
}

export class SessionsImportParams {
  @Text() key!: string;
  @Opt() @Text() agentId?: string;
  @Text({ max: 200_000_000 }) text!: string;
}

export class SessionsForkParams extends SessionKeyParams {
  @Opt() @Text() @Doc('Last message that the new session begins with; all of them without it.') messageId?: string;
  @Opt() @Text({ max: 512 }) @Doc('Key of the new session; one of its own without it.') newKey?: string;
}

export class SessionsRewindParams extends SessionKeyParams {
  @Text() @Doc('Message to the assistant before which the conversation is to go on.') messageId!: string;
}

export class SessionsBranchesSwitchParams extends SessionKeyParams {
  @Text({ max: 512 }) @Doc('Session of `sessions.branches.list` whose conversation is to go on.') branchKey!: string;
}

export class SessionsFilesListParams extends SessionKeyParams {
  @Opt() @Text({ max: 200 }) @Doc('Part of a path, in whichever case.') search?: string;
  @Opt() @Int({ min: 1, max: 500 }) @Doc('Most files to name, 50 by default.') limit?: number;
}

export class SessionsFilesGetParams extends SessionKeyParams {
  @Text({ max: 4096 }) @Doc('Path in the folder that the session works in.') path!: string;
  @Opt()
  @Int({ min: 0 })
  @Doc('Byte from which a piece of up to 4 MB is handed out, of a file of any size; without it the whole file is.')
  offset?: number;
}
