import { Injectable } from '@nestjs/common';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import type { SessionEntry } from '../../sessions/session-entry';
import { sessionKind, splitSessionKey } from '../../sessions/session-key';
import type { ModelInfo } from '../providers/model-info';
import { thinkingChoices } from '../providers/thinking-choices';
import { ModelRegistry } from '../providers/model-registry.service';
import { LaneService } from '../turns/lane.service';
import { queueSettings } from '../turns/queue-plan';
import { OWN_RUNTIME } from './own-runtime';
import { listedKind } from './session-kind';

/** A session in a list. Times in milliseconds since 1970. */
export type SessionRow = Record<string, unknown> & { key: string };

/** What runs the turns of every agent, as clients are told of it. */
export const SHOWN_RUNTIME = {
  id: OWN_RUNTIME.id,
  source: 'implicit',
  cloudPlacementSupported: false,
  devicePlacementSupported: false,
} as const;

/** What is the same of every session here, as there is one owner, one runtime and one speed. */
const SHARED = {
  visibility: 'shared',
  sharingRole: 'admin',
  permissionModePending: false,
  runtimeSelectionLocked: false,
  agentRuntime: SHOWN_RUNTIME,
  effectiveFastMode: false,
  effectiveFastModeSource: 'default',
} as const;

/** Of a row, what clients expect of a stored session, too. */
const DERIVED_OF_ENTRY = [
  ...['abortedLastRun', 'chatType', 'contextTokens', 'createdVia', 'deliveryContext', 'endedAt', 'lastChannel'],
  ...['origin', 'runtimeMs', 'startedAt', 'status', 'systemSent', 'totalTokensFresh'],
] as const;

/** Sessions as clients see them: what is stored, which model answers next, and whether something runs. */
@Injectable()
export class SessionRows {
  constructor(
    private readonly config: ConfigService,
    private readonly models: ModelRegistry,
    private readonly lanes: LaneService,
  ) {}

  /** Everything that is known of a session but what was said. */
  row(entry: SessionEntry, now = Date.now()): SessionRow {
    // What the gateway keeps for itself is left out.
    const { rewound: _rewound, lastRun, modelOverride, markedUnreadAt, ...shown } = entry;
    const activeRunIds = this.lanes.activeRunNames(entry.key);
    const kind = listedKind(entry);
    const displayName = entry.label ?? entry.displayName ?? entry.subject;
    return {
      ...shown,
      ...(displayName === undefined ? {} : { displayName }),
      ...placeOf(entry),
      abortedLastRun: entry.abortedLastRun ?? false,
      kind: sessionKind(entry.key, entry.chatType),
      classification: kind,
      isMain: kind === 'main',
      isBackground: kind === 'cron' || splitSessionKey(entry.key).rest.startsWith('subagent:'),
      archived: entry.archivedAt !== undefined,
      pinned: entry.pinnedAt !== undefined,
      unread: isUnread(entry),
      ...(markedUnreadAt === undefined ? {} : { markedUnreadAt }),
      systemSent: (entry.inputTokens ?? 0) > 0,
      totalTokensFresh: (entry.totalTokens ?? 0) > 0,
      ...SHARED,
      createdVia: madeBy(entry),
      ...this.modelOf(entry),
      modelOverrideSource: modelOverride === undefined ? null : 'user',
      effectiveQueueMode: queueSettings(this.config.config, entry.channel ?? 'webchat', entry).mode,
      effectiveResponseUsage: entry.responseUsage ?? 'off',
      ...(lastRun
        ? {
            status: lastRun.outcome,
            lastRunId: lastRun.runId,
            startedAt: lastRun.startedAt,
            endedAt: lastRun.endedAt,
            runtimeMs: lastRun.endedAt - lastRun.startedAt,
          }
        : {}),
      ...(activeRunIds.length > 0 ? { status: 'running' } : {}),
      hasActiveRun: activeRunIds.length > 0,
      activeRunIds,
      snapshotAt: now,
    };
  }

  /** What is stored of a session, for whoever has just changed it, beside what follows from it in its row. */
  entry(entry: SessionEntry): Record<string, unknown> {
    const row = this.row(entry);
    const derived = DERIVED_OF_ENTRY.filter((name) => row[name] !== undefined).map((name) => [name, row[name]]);
    const parentSessionKey = entry.spawnedBy ?? entry.forkedFrom;
    return {
      ...entry,
      ...(Object.fromEntries(derived) as object),
      // A reset begins another conversation: what tells one from the next is its id.
      lifecycleRevision: entry.sessionId,
      sessionStartedAt: entry.createdAt,
      spawnDepth: entry.key.split(':subagent:').length - 1,
      ...(parentSessionKey === undefined ? {} : { parentSessionKey }),
      ...(entry.modelOverride === undefined ? {} : { modelOverrideSource: row['modelOverrideSource'] }),
    };
  }

  /** What holds for sessions that say nothing else. */
  defaults(agentId = defaultAgentId(this.config.config)): Record<string, unknown> {
    const { info } = this.models.resolve(agentId);
    return {
      modelProvider: info.provider,
      model: info.id,
      contextTokens: info.contextWindow,
      agentRuntime: SHOWN_RUNTIME,
      // A model that is chosen is that of the conversation, not of the agent.
      modelSelectionTarget: 'session',
      ...thinkingChoices(info, this.config.config),
    };
  }

  /** What a list shows of a session, for an event: no more than can have changed by what happened in it. */
  changedRow(entry: SessionEntry): SessionRow {
    const { key, kind, displayName, updatedAt, archived, pinned, unread, category, icon, color, label, ...rest } =
      this.row(entry);
    const { lastInteractionAt, totalTokens, modelProvider, model, status, hasActiveRun, activeRunIds } = rest;
    return {
      key,
      kind,
      ...{ label, displayName, category, icon, color },
      updatedAt,
      ...{ archived, pinned, unread, lastInteractionAt, totalTokens, modelProvider, model, status },
      ...{ hasActiveRun, activeRunIds },
    };
  }

  /** Which model answers next, and who chose it; undefined where that one is not known any more. */
  resolved({ agentId, modelOverride }: SessionEntry): Record<string, unknown> | undefined {
    try {
      const { provider, id, contextWindow, reasoning } = this.models.resolve(agentId, modelOverride).info;
      return {
        modelProvider: provider,
        model: id,
        contextWindow,
        reasoning,
        isChosen: modelOverride !== undefined,
        agentRuntime: SHOWN_RUNTIME,
        runtimeSelectionLocked: SHARED.runtimeSelectionLocked,
      };
    } catch {
      return undefined;
    }
  }

  /** Whether it is the model that the defaults of a list are about, where that one is known. */
  private isUsual({ agentId, modelOverride }: SessionEntry, { provider, id }: ModelInfo): boolean {
    const usual = defaultAgentId(this.config.config);
    if (modelOverride === undefined && agentId === usual) return true;
    try {
      const { info } = this.models.resolve(usual);
      return info.provider === provider && info.id === id;
    } catch {
      return false;
    }
  }

  /** Which model answers next, and how much it can think; what is stored where that model is not known any more. */
  private modelOf(entry: SessionEntry): Record<string, unknown> {
    const { agentId, modelOverride, contextTokens } = entry;
    try {
      const { info } = this.models.resolve(agentId, modelOverride);
      return {
        modelProvider: info.provider,
        model: info.id,
        contextTokens: contextTokens ?? info.contextWindow,
        // What holds for most stands at the top of a list.
        ...(this.isUsual(entry, info) ? {} : thinkingChoices(info, this.config.config)),
      };
    } catch {
      return {};
    }
  }
}

/** Where it is written: what comes by no chat platform comes from a client of the gateway. */
function placeOf(
  entry: SessionEntry,
): Pick<SessionEntry, 'chatType' | 'deliveryContext' | 'lastChannel'> & { origin?: object } {
  const channel = entry.lastChannel ?? entry.channel ?? (entry.lastInteractionAt === undefined ? undefined : 'webchat');
  const chatType = entry.chatType ?? (sessionKind(entry.key) === 'group' ? 'group' : 'direct');
  if (channel === undefined) return { chatType };
  return {
    chatType,
    lastChannel: channel,
    deliveryContext: entry.deliveryContext ?? { channel },
    origin: { provider: channel, surface: channel, chatType },
  };
}

/** What brought a session about, by its key and by where it is written. */
function madeBy({ key, channel, lastChannel }: SessionEntry): 'spawn' | 'cron' | 'channel' | 'operator' {
  const { rest } = splitSessionKey(key);
  if (rest.startsWith('subagent:')) return 'spawn';
  if (rest.startsWith('cron:')) return 'cron';
  return (channel ?? lastChannel ?? 'webchat') === 'webchat' ? 'operator' : 'channel';
}

/** Marked so, or something was said since it was last read, where anybody says when it is read. */
export function isUnread({ markedUnreadAt, lastReadAt, lastRun }: SessionEntry): boolean {
  if (markedUnreadAt !== undefined) return true;
  return lastReadAt !== undefined && (lastRun?.endedAt ?? 0) > lastReadAt;
}
