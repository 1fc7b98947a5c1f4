import {
  AnyList,
  Bool,
  Checked,
  Doc,
  Int,
  Nested,
  OneOf,
  Opt,
  OptNull,
  Str,
  StrList,
  Text,
} from '../../common/validation/fields';

const SESSION_COLORS = ['red', 'blue', 'green', 'yellow', 'purple', 'orange', 'pink', 'cyan'] as const;

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
  @Opt() @OneOf(['updatedAt', 'lastInteractionAt', 'activity']) sortBy?: 'updatedAt' | 'lastInteractionAt' | 'activity';
  @Opt() @Bool() @Doc('Only those in which something runs or waits.') activeOnly?: boolean;
  @Opt()
  @OneOf([true, false, 'all'])
  @Doc('Those that were put away: only these, none (without it), or beside the others.')
  archived?: boolean | 'all';
  @Opt() @Bool() pinned?: boolean;
  @Opt() @Str({ max: 512 }) @Doc('Only of this group; empty: those in none.') group?: string;
  @Opt() @Bool() @Doc('Only those in which a person has said something.') requireLastInteraction?: boolean;
  @Opt() @Bool() excludeSubagents?: boolean;
  @Opt() @Bool() excludeCron?: boolean;
  @Opt() @Bool() configuredAgentsOnly?: boolean;
}

export class SessionFollowParams {
  @Text({ max: 512 }) key!: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Bool() includeApprovals?: boolean;
}

/** Which of the sessions of a list are looked through. There is one owner, so that all of them are the owner's. */
export class SessionsSearchScope extends SessionsListParams {
  @Opt() @Bool() excludeSystem?: boolean;
  @Opt() @Bool() involvingMe?: boolean;
  @Opt() @Text() creatorId?: string;
  @Opt() @Text() ownerId?: string;
  @Opt() @Text() projectId?: string;
}

export class SessionsSearchParams {
  @Text({ max: 4096 }) @Doc('Words in a row, in whichever case.') query!: string;
  @Opt() @Int({ min: 1, max: 200 }) @Doc('Most messages to return, 30 by default.') limit?: number;
  @Opt() @Text() @Doc('Only sessions of this agent.') agentId?: string;
  @Opt() @StrList({ min: 1, max: 200 }) @Doc('Only these sessions.') sessionKeys?: string[];
  @Opt()
  @Nested(() => SessionsSearchScope)
  @Doc('Only sessions that sessions.list has with these parameters; their rows come along. Not beside the two above.')
  scope?: SessionsSearchScope;
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
  @Opt() @Bool() @Doc('Stands before the others.') pinned?: boolean;
  @Opt() @Bool() @Doc('Put away: lists leave it out unless they are asked.') archived?: boolean;
  @Opt() @Bool() @Doc('True marks it as not read, false as read until now.') unread?: boolean;
  @OptNull() @Text({ max: 512 }) @Doc('Group that it stands in.') category?: string | null;
  @OptNull() @Text({ max: 64 }) icon?: string | null;
  @OptNull() @OneOf(SESSION_COLORS) color?: string | null;
  @Opt() @Text() @Doc('Changes nothing where the session has another conversation by now.') expectedSessionId?: string;
  @OptNull() @Int({ min: 0 }) @Doc('`markedUnreadAt` that was seen; null: none.') expectedMarkedUnreadAt?:
    number | null;
  @OptNull()
  @Checked(() => false, 'must be null: what may run unasked is set by execSecurity and execAsk')
  permissionMode?: null;
  @OptNull()
  @Checked(() => false, 'must be null: which tools an agent has is set in the configuration, at agents.list[].tools')
  toolOverrides?: null;
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
  @Opt() @Text() @Doc('Removes nothing where the session has another conversation by now.') expectedSessionId?: string;
  @Opt()
  @Bool()
  @Doc('Removes it only where it was put away, for which operator.write is enough.')
  archivedOnly?: boolean;
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
  @Opt() @Text({ max: 500 }) displayName?: string;
  @Opt() @Text({ max: 512 }) @Doc('Group that it stands in.') category?: string;
  @Opt() @Text() model?: string;
  @Opt() @Text() thinkingLevel?: string;
  @Opt() @Text() parentSessionKey?: string;
  @Opt() @Bool() @Doc('With the conversation of parentSessionKey so far; the main one without it.') fork?: boolean;
  @Opt()
  @OneOf(['last-completed'])
  @Doc('With fork: up to the last whole answer of the assistant, and nothing of what came after it.')
  forkFrom?: 'last-completed';
  @Opt() @Str() @Doc('What is said in it at once.') message?: string;
  @Opt() @Str() @Doc('The same, where there is no message.') task?: string;
  @Opt() @AnyList() @Doc('Files as `chat.send` takes them.') attachments?: unknown[];
  @Opt() @Int({ min: 0 }) timeoutMs?: number;
  @Opt()
  @Text({ max: 512 })
  @Doc('The same key again from the same caller makes no second session and starts no second run.')
  idempotencyKey?: string;
  @Opt() @Bool() @Doc('True is refused: there are no worktrees of sessions.') worktree?: boolean;
}

export class SessionsSendParams {
  @Text({ max: 512 }) key!: string;
  @Str() message!: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Str() thinking?: string;
  @Opt() @AnyList() attachments?: unknown[];
  @Opt() @Int({ min: 0 }) timeoutMs?: number;
  @Opt()
  @Text({ max: 512 })
  @Doc('Names this message, as for `chat.send`; one of its own without it.')
  idempotencyKey?: string;
}

export class SessionsAbortParams {
  @Opt() @Text({ max: 512 }) key?: string;
  @Opt() @Text() runId?: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Bool() @Doc('Takes back messages that wait, too.') clearQueued?: boolean;
}

export class SessionsGetParams {
  @Text({ max: 512 }) key!: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Int({ min: 1, max: 1000 }) limit?: number;
}

export class SessionsSubscribeParams extends SessionsListParams {}

export class SessionGroupsPutParams {
  @StrList({ max: 200 }) @Doc('All of them, in their order.') names!: string[];
}

export class SessionGroupsRenameParams {
  @Text({ max: 512 }) name!: string;
  @Text({ max: 512 }) to!: string;
}

export class SessionGroupsDeleteParams {
  @Text({ max: 512 }) name!: string;
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
