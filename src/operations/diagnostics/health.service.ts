import { Injectable } from '@nestjs/common';
import { recentRow } from '../../agent/sessions/session-row';
import { ModelRegistry } from '../../agent/providers/model-registry.service';
import { ChannelStatus } from '../../channels/channel-status.service';
import { appVersion } from '../../common/app-root';
import { modelChoiceOf } from '../../agent/model-choice.config';
import { agentEntries, defaultAgentId, findAgent } from '../../config/agent-entries';
import { heartbeatPlan } from '../../agent/heartbeat-plan';
import { ConfigService } from '../../config/config.service';
import { mainSessionKey } from '../../config/main-session';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { EventBus } from '../../events/event-bus';
import { EventLoopLoad } from '../../events/event-loop-load';
import { StatusParts } from '../../events/status-parts';
import { anyEnabled, listPlugins } from '../../plugins/catalog/plugin-catalog';
import { canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { processMemory } from './process-memory';

const RECENT_IN_HEALTH = 5;
const RECENT_IN_STATUS = 10;

/** The summary that `health` answers and the event `health` carries. Cached: reading it costs nothing. */
@Injectable()
export class HealthService {
  private json = '{}';
  private version = 0;
  private refreshedAt = 0;
  private refreshing: Promise<void> | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly channels: ChannelStatus,
    private readonly models: ModelRegistry,
    private readonly events: EventBus,
    private readonly load: EventLoopLoad,
    private readonly parts: StatusParts,
  ) {}

  /** JSON text of the last summary, and its version. */
  cached(): { json: string; version: number; ageMs: number } {
    return { json: this.json, version: this.version, ageMs: Date.now() - this.refreshedAt };
  }

  /** Computes the summary anew and tells clients. Calls at the same time share one computation. */
  refresh(probe = false): Promise<void> {
    this.refreshing ??= this.compute(probe).finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  async status(): Promise<Record<string, unknown>> {
    const { config } = this.config;
    const now = Date.now();
    const model = this.usualModel();
    const agents = agentEntries(config);
    const recent = (await this.sessions.list({ limit: RECENT_IN_STATUS })).map((entry) =>
      recentRow(entry, now, model.contextWindow, this.configuredModel(entry.agentId)),
    );
    const byAgent = await Promise.all(
      agents.map(async ({ id }) => ({
        agentId: id,
        path: '(database)',
        count: await this.sessions.count(id),
        recent: (await this.sessions.list({ agentId: id, limit: RECENT_IN_STATUS })).map((entry) =>
          recentRow(entry, now, model.contextWindow, this.configuredModel(entry.agentId)),
        ),
      })),
    );
    return {
      runtimeVersion: appVersion(),
      heartbeat: {
        defaultAgentId: defaultAgentId(config),
        agents: await Promise.all(
          agents.map(async ({ id }) => {
            const { every, everyMs } = heartbeatPlan(config, id);
            const waitingForRoute = await this.waitsForRoute(id);
            return { agentId: id, enabled: everyMs > 0, every, everyMs: everyMs || null, waitingForRoute };
          }),
        ),
      },
      channelSummary: await this.channels.summaryLines(),
      ...(this.config.problems.length > 0 ? { configProblems: this.config.problems } : {}),
      queuedSystemEvents: [],
      sessions: {
        paths: ['(database)'],
        count: await this.sessions.count(),
        defaults: { model: model.id, contextTokens: model.contextWindow },
        recent,
        byAgent,
      },
      ...(await this.parts.read()),
      degradedPlugins: this.plugins().errors,
      // A secret that can't be read stops the start, or the reload that brought it.
      degradedSecretOwners: [],
      modelRuntime: this.modelRuntime(),
      eventLoop: this.load.facts(),
      processMemory: processMemory(),
      pid: process.pid,
    };
  }

  /** Which plugins are to run, and which can't. */
  private plugins(): { loaded: string[]; errors: { id: string; error: string }[]; unavailable: string[] } {
    const { config, stateDir, env } = this.config;
    const plugins = anyEnabled(config) ? listPlugins(config, stateDir, env.home) : [];
    return {
      loaded: plugins.flatMap(({ id, reason }) => (reason === undefined ? [id] : [])),
      errors: plugins.flatMap(({ id, reason = '', isFaulty }) => (isFaulty ? [{ id, error: reason }] : [])),
      unavailable: [],
    };
  }

  /** Agents whose model is not known. */
  private modelRuntime(): { degraded: boolean; pendingAgents: string[] } {
    const pendingAgents = agentEntries(this.config.config).flatMap(({ id }) =>
      this.configuredModel(id) === null ? [id] : [],
    );
    return { degraded: pendingAgents.length > 0, pendingAgents };
  }

  /** Model of an agent where a conversation says nothing else; null where it is not known. */
  private configuredModel(agentId: string): string | null {
    try {
      const { provider, id } = this.models.resolve(agentId).info;
      return `${provider}/${id}`;
    } catch {
      return null;
    }
  }

  /** Whether what heartbeats say goes where the owner last wrote, and they have written in no chat yet. */
  private async waitsForRoute(agentId: string): Promise<boolean> {
    const { config } = this.config;
    const { everyMs, target, session } = heartbeatPlan(config, agentId);
    if (everyMs === 0 || target !== 'last') return false;
    const key = session === undefined ? mainSessionKey(config, agentId) : canonicalSessionKey(config, session, agentId);
    const entry = await this.sessions.find(key);
    return entry?.lastChannel === undefined || entry.lastTo === undefined;
  }

  /** Of the main agent. A name that leads nowhere is shown as it stands; `system.problems` says what is wrong with it. */
  private usualModel(): { id: string; contextWindow: number | null } {
    const { config } = this.config;
    const agentId = defaultAgentId(config);
    try {
      return this.models.resolve(agentId).info;
    } catch {
      const own = modelChoiceOf(findAgent(config, agentId)?.model).primary;
      return { id: own ?? modelChoiceOf(config.agents?.defaults?.model).primary ?? '', contextWindow: null };
    }
  }

  private async compute(probe: boolean): Promise<void> {
    const started = Date.now();
    const { config } = this.config;
    const channels = await this.channels.healthSummary(probe);
    const all = await this.sessionsSummary();
    const agents = await Promise.all(
      agentEntries(config).map(async ({ id, name }) => ({
        agentId: id,
        ...(name ? { name } : {}),
        isDefault: id === defaultAgentId(config),
        heartbeat: heartbeatOf(config, id),
        sessions: await this.sessionsSummary(id),
      })),
    );
    const summary = {
      ok: true,
      ts: started,
      durationMs: Date.now() - started,
      plugins: this.plugins(),
      configReload: { hotReloadStatus: config.gateway?.reload?.mode === 'off' ? 'disabled' : 'active' },
      ...channels,
      heartbeatSeconds: Math.round(heartbeatPlan(config, defaultAgentId(config)).everyMs / 1000),
      defaultAgentId: defaultAgentId(config),
      agents,
      sessions: all,
      modelRuntime: this.modelRuntime(),
      eventLoop: this.load.facts(),
    };
    this.json = JSON.stringify(summary);
    this.version++;
    this.refreshedAt = Date.now();
    this.events.emit('wire.event', {
      event: 'health',
      payload: summary,
      stateVersion: { presence: 0, health: this.version },
    });
  }

  private async sessionsSummary(agentId?: string): Promise<Record<string, unknown>> {
    const now = Date.now();
    const recent = await this.sessions.list({ ...(agentId ? { agentId } : {}), limit: RECENT_IN_HEALTH });
    return {
      path: '(database)',
      count: await this.sessions.count(agentId),
      recent: recent.map((entry) => ({ key: entry.key, updatedAt: entry.updatedAt, age: now - entry.updatedAt })),
    };
  }
}

function heartbeatOf(config: OpenclawConfig, agentId: string): Record<string, unknown> {
  const { every, everyMs, prompt, target, model, ackMaxChars } = heartbeatPlan(config, agentId);
  return {
    enabled: everyMs > 0,
    every,
    everyMs: everyMs || null,
    prompt,
    target,
    ...(model ? { model } : {}),
    ackMaxChars,
  };
}
