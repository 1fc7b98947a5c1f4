import { Injectable } from '@nestjs/common';
import { cutText } from '../../common/cut-text';
import { textOf } from '../../common/content-parts';
import { agentEntries } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import type { RpcContext } from '../../rpc/rpc-context';
import { invalidRequest, missingScope } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { satisfies } from '../../rpc/scopes';
import type { SessionEntry } from '../../sessions/session-entry';
import { agentOfSession, canonicalSessionKey, splitSessionKey } from '../../sessions/session-key';
import { type SessionQuery, SessionStore } from '../../sessions/session.store';
import type { TranscriptEvent } from '../../sessions/transcript-event';
import { ConversationTitles } from '../../sessions/conversation-titles';
import { TranscriptStore } from '../../sessions/transcript.store';
import { ModelChoice } from '../providers/model-choice.service';
import { ModelRegistry } from '../providers/model-registry.service';
import { LaneService } from '../turns/lane.service';
import { TurnStore } from '../turns/turn.store';
import { CompactionService } from '../context/compaction.service';
import { readTranscriptLines } from './import-session';
import { needsAdmin, patchSession, refuseToRemove, sessionChanged } from './patch-session';
import { SessionArchive } from './session-archive.service';
import { SessionRows } from './session-rows.service';
import { withoutAnyRuns } from './stop-runs';
import {
  SessionsCompactParams,
  SessionsDeleteParams,
  SessionsDescribeParams,
  SessionsExportParams,
  SessionsImportParams,
  SessionsListParams,
  SessionsPatchParams,
  SessionsPreviewParams,
  SessionsResetParams,
  SessionsResolveParams,
} from './sessions.dto';

const MAX_PREVIEW_KEYS = 64;
const DEFAULT_KEPT_LINES = 400;

/** A page of sessions. */
interface SessionsListed {
  count: number;
  sessions: Record<string, unknown>[];
  [field: string]: unknown;
}

@Injectable()
export class SessionsRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly lanes: LaneService,
    private readonly turns: TurnStore,
    private readonly models: ModelRegistry,
    private readonly choice: ModelChoice,
    private readonly archive: SessionArchive,
    private readonly compaction: CompactionService,
    private readonly titles: ConversationTitles,
    private readonly rows: SessionRows,
    private readonly events: EventBus,
  ) {}

  @RpcMethod({
    name: 'sessions.list',
    scope: 'operator.read',
    params: SessionsListParams,
    summary: 'Sessions, newest first.',
  })
  async list(params: SessionsListParams): Promise<SessionsListed> {
    const now = Date.now();
    const offset = params.offset ?? 0;
    const { entries, total } = await this.sessions.page({
      ...(await this.asked(params, now)),
      ...(params.limit === undefined ? {} : { limit: params.limit }),
      offset,
    });
    const titles = await this.titlesOf(entries, params);
    const rows = await Promise.all(entries.map((entry) => this.enrich(entry, params, titles)));
    return {
      ts: now,
      path: '(multiple)',
      count: rows.length,
      totalCount: total,
      offset,
      hasMore: offset + rows.length < total,
      nextOffset: offset + rows.length < total ? offset + rows.length : null,
      limitApplied: params.limit ?? null,
      // Owners of sessions among whom one can choose: there is one, and none to choose.
      owners: [],
      defaults: this.rows.defaults(),
      sessions: rows,
    };
  }

  @RpcMethod({
    name: 'sessions.preview',
    scope: 'operator.read',
    params: SessionsPreviewParams,
    summary: 'Last lines of several sessions.',
  })
  async preview(params: SessionsPreviewParams): Promise<unknown> {
    const limit = params.limit ?? 12;
    const maxChars = params.maxChars ?? 240;
    const previews = await Promise.all(
      params.keys.slice(0, MAX_PREVIEW_KEYS).map(async (key) => {
        const session = await this.sessions.find(canonicalSessionKey(this.config.config, key));
        if (!session) return { key, status: 'missing', items: [] };
        const events = await this.transcripts.readTail(session.sessionId, limit);
        const items = events.map((event) => previewItem(event, maxChars)).filter((item) => item.text !== '');
        return { key, status: items.length > 0 ? 'ok' : 'empty', items };
      }),
    );
    return { ts: Date.now(), previews };
  }

  @RpcMethod({
    name: 'sessions.describe',
    scope: 'operator.read',
    params: SessionsDescribeParams,
    summary: 'One session as a row of sessions.list; null when there is none.',
  })
  async describe(params: SessionsDescribeParams): Promise<unknown> {
    const entry = await this.sessions.find(canonicalSessionKey(this.config.config, params.key, params.agentId));
    if (!entry) return { session: null };
    const row = await this.enrich(entry, params, await this.titlesOf([entry], params));
    return { session: { ...row, resolved: this.rows.resolved(entry) } };
  }

  @RpcMethod({
    name: 'sessions.resolve',
    scope: 'operator.admin',
    scopeV4: 'operator.read',
    params: SessionsResolveParams,
    unlisted: true,
    summary: 'Finds the key of a session by key, id or label.',
  })
  async resolve(params: SessionsResolveParams): Promise<unknown> {
    const given = [params.key, params.sessionId, params.label].filter((value) => value !== undefined);
    if (given.length !== 1) throw invalidRequest('exactly one of key, sessionId and label is needed');
    const found = await this.matching(params);
    const matches = found
      .filter((entry) => !params.agentId || entry.agentId === params.agentId)
      .filter((entry) => !params.spawnedBy || entry.spawnedBy === params.spawnedBy);
    if (matches.length === 0) {
      if (params.allowMissing) return { ok: false, candidates: [] };
      throw invalidRequest(`No session found: ${given[0] ?? ''}`);
    }
    if (matches.length > 1)
      throw invalidRequest(`Multiple sessions found: ${matches.map((entry) => entry.key).join(', ')}`);
    return { ok: true, key: matches[0]?.key, agentId: matches[0]?.agentId };
  }

  @RpcMethod({
    name: 'sessions.patch',
    scope: 'operator.admin',
    scopeV4: 'operator.write',
    params: SessionsPatchParams,
    summary:
      'Changes name, order, model, levels and other choices of a session; null clears. All but name, order, model and thinking need operator.admin.',
  })
  async patch(params: SessionsPatchParams, context: RpcContext): Promise<unknown> {
    const key = canonicalSessionKey(this.config.config, params.key, params.agentId);
    if (needsAdmin(params) && !satisfies(context.caller.scopes, 'operator.admin'))
      throw missingScope(context.caller, 'operator.admin');
    if (params.archived === true && (key === 'global' || splitSessionKey(key).rest === 'main'))
      throw invalidRequest(`archived: the main session can't be put away: ${key}; reset it instead`);
    const model = typeof params.model === 'string' ? await this.choice.required(params.model) : undefined;
    const agentId = agentOfSession(this.config.config, key);
    const standard = this.models.resolve(agentId).info;
    const entry = await this.sessions.upsert(key, agentId, (old) =>
      patchSession(old, model ? { ...params, model: model.name } : params, `${standard.provider}/${standard.id}`),
    );
    this.events.emit('session.changed', { sessionKey: key, reason: 'patch' });
    const warning = model?.warning === undefined ? {} : { warning: model.warning };
    return {
      ok: true,
      path: '(database)',
      key,
      entry: this.rows.entry(entry),
      ...warning,
      resolved: this.rows.resolved(entry),
    };
  }

  @RpcMethod({
    name: 'sessions.reset',
    scope: 'operator.admin',
    params: SessionsResetParams,
    summary: 'Starts a new conversation under the same key.',
  })
  async reset(params: SessionsResetParams): Promise<unknown> {
    const key = canonicalSessionKey(this.config.config, params.key, params.agentId);
    const current = await this.sessions.findPlace(key);
    if (params.expectedSessionId && current?.sessionId !== params.expectedSessionId) throw sessionChanged();
    const agentId = agentOfSession(this.config.config, key);
    const entry = await withoutAnyRuns(this.lanes, key, () =>
      this.sessions.reset(key, agentId, this.turns.requireIdleIn),
    );
    this.events.emit('session.changed', { sessionKey: key, reason: params.reason ?? 'reset' });
    return { ok: true, key, entry: this.rows.entry(entry), resolved: this.rows.resolved(entry) };
  }

  @RpcMethod({
    name: 'sessions.delete',
    scope: 'operator.admin',
    scopeV4: 'operator.write',
    params: SessionsDeleteParams,
    summary:
      'Removes a session; its transcript is kept as an archive file. Without archivedOnly it needs operator.admin.',
  })
  async remove(params: SessionsDeleteParams, context: RpcContext): Promise<unknown> {
    if (!params.archivedOnly && !satisfies(context.caller.scopes, 'operator.admin'))
      throw missingScope(context.caller, 'operator.admin');
    const key = canonicalSessionKey(this.config.config, params.key, params.agentId);
    if (key === 'global' || splitSessionKey(key).rest === 'main') {
      throw invalidRequest(`the main session can't be deleted: ${key}; reset it instead`);
    }
    return withoutAnyRuns(this.lanes, key, async () => {
      const session = await this.sessions.findPlace(key);
      if (!session) return { ok: true, key, deleted: false, archived: [] };
      refuseToRemove(session, params);
      const deleteTranscript = params.deleteTranscript ?? true;
      const archived = deleteTranscript ? await this.archive.keepDeleted(session) : [];
      await this.sessions.delete(key, deleteTranscript, this.turns.requireIdleIn, (now) => refuseToRemove(now, params));
      this.transcripts.forget(session.sessionId);
      this.events.emit('session.changed', { sessionKey: key, reason: 'delete' });
      return { ok: true, key, deleted: true, archived };
    });
  }

  @RpcMethod({
    name: 'sessions.compact',
    scope: 'operator.admin',
    params: SessionsCompactParams,
    summary: 'Leaves the older part of a conversation out of what its model sees, as a short summary.',
  })
  async compact(params: SessionsCompactParams): Promise<unknown> {
    const key = canonicalSessionKey(this.config.config, params.key, params.agentId);
    const session = await this.sessions.find(key);
    if (!session) return { ok: true, key, compacted: false, reason: 'no sessionId' };
    const result = await withoutAnyRuns(this.lanes, key, () =>
      this.compaction.keepLast(session.sessionId, params.maxLines ?? DEFAULT_KEPT_LINES),
    );
    if (!result.compacted) return { ok: true, key, ...result };
    await this.sessions.update(key, (entry) => ({ ...entry, inputTokens: 0, outputTokens: 0, totalTokens: 0 }));
    return { ok: true, key, compacted: true, kept: result.kept };
  }

  @RpcMethod({
    name: 'sessions.export',
    scope: 'operator.read',
    params: SessionsExportParams,
    unlisted: true,
    summary: 'A conversation as Markdown, HTML or JSON lines.',
  })
  async export(params: SessionsExportParams): Promise<unknown> {
    const key = canonicalSessionKey(this.config.config, params.key, params.agentId);
    const session = await this.sessions.find(key);
    if (!session) throw invalidRequest(`No session found: ${key}`);
    const format = params.format ?? 'md';
    return { ok: true, key, format, text: await this.archive.export(session, format) };
  }

  @RpcMethod({
    name: 'sessions.import',
    scope: 'operator.admin',
    params: SessionsImportParams,
    unlisted: true,
    summary: 'Takes over a transcript in JSON lines of OpenClaw. The same one again changes nothing.',
  })
  async import(params: SessionsImportParams): Promise<unknown> {
    const key = canonicalSessionKey(this.config.config, params.key, params.agentId);
    const imported = readTranscriptLines(params.text);
    if (imported.events.length === 0)
      throw invalidRequest(
        `no message found in ${params.text.length} characters${imported.skipped[0] ? `; line ${imported.skipped[0].line}: ${imported.skipped[0].reason}` : ''}`,
      );
    const { session, added } = await this.archive.import(key, agentOfSession(this.config.config, key), imported);
    return { ok: true, key, sessionId: session.sessionId, added, skipped: imported.skipped };
  }

  /** Which sessions these parameters are about, whatever page of them is asked for. */
  async asked(params: SessionsListParams, now = Date.now()): Promise<SessionQuery> {
    const search = params.search?.trim() ?? '';
    const begun = search !== '' && params.includeDerivedTitles ? await this.titles.begunWith(search) : [];
    return {
      ...(params.agentId ? { agentId: params.agentId } : {}),
      ...(params.configuredAgentsOnly ? { agentIds: agentEntries(this.config.config).map(({ id }) => id) } : {}),
      ...(params.label ? { label: params.label } : {}),
      ...(params.activeMinutes ? { updatedAfter: now - params.activeMinutes * 60_000 } : {}),
      ...(params.spawnedBy === undefined ? {} : { spawnedBy: params.spawnedBy }),
      without: [...(params.includeGlobal ? [] : ['global']), ...(params.includeUnknown ? [] : ['unknown'])],
      withoutParts: [...(params.excludeSubagents ? [':subagent:'] : []), ...(params.excludeCron ? [':cron:'] : [])],
      ...(search === '' ? {} : { search, orSessionIds: begun }),
      archived: params.archived ?? false,
      ...(params.pinned === undefined ? {} : { pinned: params.pinned }),
      ...(params.group === undefined ? {} : { category: params.group }),
      ...(params.requireLastInteraction ? { interactedOnly: true } : {}),
      ...(params.activeOnly ? { keys: this.lanes.activeKeys() } : {}),
      sortBy: (params.sortBy ?? 'updatedAt') === 'updatedAt' ? 'updatedAt' : 'interaction',
    };
  }

  private async matching(params: SessionsResolveParams): Promise<SessionEntry[]> {
    if (params.label !== undefined) return this.sessions.list({ label: params.label });
    const found =
      params.key === undefined
        ? await this.sessions.findBySessionId(params.sessionId ?? '')
        : await this.sessions.find(canonicalSessionKey(this.config.config, params.key, params.agentId));
    return found ? [found] : [];
  }

  private async titlesOf(
    entries: readonly SessionEntry[],
    { includeDerivedTitles }: Pick<SessionsListParams, 'includeDerivedTitles'>,
  ): Promise<ReadonlyMap<string, string>> {
    return includeDerivedTitles ? this.titles.of(entries.map(({ sessionId }) => sessionId)) : new Map();
  }

  private async enrich(
    entry: SessionEntry,
    params: Pick<SessionsListParams, 'includeLastMessage'>,
    titles: ReadonlyMap<string, string>,
  ): Promise<Record<string, unknown>> {
    const row = this.rows.row(entry);
    const title = titles.get(entry.sessionId);
    if (title !== undefined) row['derivedTitle'] = title;
    if (params.includeLastMessage) {
      const last = await this.transcripts.lastSaid(entry.sessionId);
      if (last) row['lastMessagePreview'] = previewItem(last, 120).text;
    }
    return row;
  }
}

function previewItem({ message }: TranscriptEvent, maxChars: number): { role: string; text: string } {
  const text = textOf(message.content).replace(/\s+/g, ' ').trim();
  const role = message.role === 'toolResult' ? 'tool' : message.role;
  return { role, text: cutText(text, maxChars) };
}
