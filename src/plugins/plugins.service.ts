import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { OpenParams } from '../rpc/open-params.dto';
import { ModelRegistry } from '../agent/providers/model-registry.service';
import type { RegisteredChannel } from '../channels/channel-adapter';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { defaultAgentId } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { ChannelDirectory } from '../events/channel-directory';
import { EventBus } from '../events/event-bus';
import { RpcRegistry } from '../gateway/connection/rpc-registry';
import { covers, onHookEvent } from '../automation/hooks/handlers/hook-event';
import { hostOf, matchesHost } from '../common/net/host';
import { BubblewrapDriver } from '../tools/sandbox/bubblewrap.driver';
import { ToolRegistry } from '../tools/tool-registry.service';
import { GuardedHttp } from '../tools/web/guarded-http.service';
import { anyEnabled, listPlugins, type PluginState, trustedHash } from './catalog/plugin-catalog';
import { schemaProblem } from './catalog/schema-check';
import { PluginChannel, declarationOf } from './plugin-channel';
import { openclawPackageOf } from './catalog/openclaw-package';
import { grantedTo } from './catalog/plugin-manifest';
import { workspacePath } from '../workspace/workspace-path';
import { OpenclawPlugins } from './openclaw/openclaw-plugins.service';
import { PluginCopies } from './plugin-copies';
import { PluginRuntime } from './plugin-runtime';
import { pluginTool } from './plugin-tool';

const FETCH_MS = 30_000;
const FETCH_VERBS = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH'] as const;
const MAX_FETCH_BYTES = 2 * 1024 * 1024;
const HOOK_MS = 10_000;

/** One plugin as clients see it. */
export interface PluginReport {
  id: string;
  name: string;
  version: string | null;
  description: string;
  source: PluginState['source'];
  enabled: boolean;
  /** `off` where it is not loaded. */
  state: 'off' | 'faulty' | 'resting' | 'running' | 'stopped';
  /** Why it does not work. */
  reason?: string;
  tools: string[];
  methods: string[];
  channels: string[];
  hooks: string[];
}

/** Plugins of the running gateway. Each is loaded by itself: what one of them does wrong stays its own. */
@Injectable()
export class Plugins {
  private readonly log: Logger;
  private readonly runtimes = new Map<string, PluginRuntime>();
  private readonly channels = new Map<string, PluginChannel>();
  /** What is wrong with plugins that are on. */
  private readonly faults = new Map<string, string>();
  private copies: PluginCopies | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly tools: ToolRegistry,
    private readonly methods: RpcRegistry,
    private readonly directory: ChannelDirectory,
    private readonly models: ModelRegistry,
    private readonly driver: BubblewrapDriver,
    private readonly http: GuardedHttp,
    private readonly events: EventBus,
    private readonly openclaw: OpenclawPlugins,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('plugins');
  }

  /** @returns whether any is switched on, and what is wrong, by name */
  async load(): Promise<{ any: boolean; faults: string[] }> {
    if (!anyEnabled(this.config.config)) return { any: false, faults: [] };
    for (const plugin of this.listed()) {
      if (!plugin.enabled) continue;
      try {
        if (plugin.reason === undefined) await this.adopt(plugin);
        else if (plugin.isFaulty) this.faults.set(plugin.id, plugin.reason);
      } catch (error) {
        this.faults.set(plugin.id, messageOf(error));
      }
    }
    for (const [id, reason] of this.faults) this.log.error({ plugin: id }, `plugin ${id} is not loaded: ${reason}`);
    return { any: true, faults: [...this.faults].map(([id, reason]) => `${id}: ${reason}`) };
  }

  /** Ids of channels that plugins bring. */
  channelIds(): string[] {
    return [...this.channels.keys()];
  }

  /** Starts those that want to be there from the beginning; nobody waits for them. */
  begin(): void {
    for (const runtime of this.runtimes.values()) if (runtime.manifest.startup) runtime.start().catch(() => undefined);
  }

  async close(): Promise<void> {
    await Promise.all([...this.runtimes.values()].map((runtime) => runtime.close()));
  }

  report(): PluginReport[] {
    return this.listed().map(({ id, manifest, source, enabled, reason, isFaulty }) => {
      const runtime = this.runtimes.get(id);
      const why = runtime?.stoppedFor ?? this.faults.get(id) ?? (runtime ? undefined : reason);
      return {
        id,
        name: manifest?.name ?? id,
        version: manifest?.version ?? null,
        description: manifest?.description ?? '',
        source,
        enabled,
        state: runtime ? runtime.phase : enabled && (isFaulty || this.faults.has(id)) ? 'faulty' : 'off',
        ...(why === undefined ? {} : { reason: why }),
        tools: manifest?.tools?.map(({ name }) => name) ?? [],
        methods: manifest?.methods?.map(({ name }) => name) ?? [],
        channels: manifest?.channels?.map((channel) => channel.id) ?? [],
        hooks: manifest?.hooks ?? [],
      };
    });
  }

  private listed(): PluginState[] {
    return listPlugins(this.config.config, this.config.stateDir, this.config.env.home);
  }

  /** Takes over what a plugin brings. @throws Error naming what does not fit */
  private async adopt({ id, folder, manifest }: PluginState): Promise<void> {
    if (!manifest) return;
    const { config: all, env, stateDir } = this.config;
    const { config = {}, env: variables = {}, harmlessTools, grants } = all.plugins?.entries?.[id] ?? {};
    const problem = manifest.configSchema && (await schemaProblem(manifest.configSchema, config));
    if (problem !== undefined) throw new Error(`plugins.entries.${id}.config: ${problem}`);
    const agreed = trustedHash(all, id) ?? '';
    this.copies ??= new PluginCopies(join(stateDir, 'cache', 'plugins'));
    const { copies } = this;
    const openclaw = openclawPackageOf(manifest) && {
      config: all,
      workspace: workspacePath(all, env, stateDir, defaultAgentId(all)),
      isTrial: false,
    };
    const runtime: PluginRuntime = new PluginRuntime(grantedTo(manifest, grants), () => copies.of(id, folder, agreed), {
      env,
      driver: this.driver,
      dataDir: join(stateDir, 'plugin-data', id),
      ...(openclaw ? { openclaw } : {}),
      config,
      variables,
      ask: (call, args) => this.asked(runtime, call, args),
      log: this.log,
      changed: () =>
        this.events.emit('wire.event', { event: 'plugins.changed', payload: { id, state: runtime.phase } }),
    });
    const taken: string[] = [];
    for (const facts of manifest.tools ?? [])
      if (!this.tools.addForeign(pluginTool(facts, runtime, harmlessTools))) taken.push(`tool ${facts.name}`);
    for (const { name, scope, summary } of manifest.methods ?? []) {
      const declaration = {
        name,
        scope: scope ?? ('operator.admin' as const),
        params: OpenParams,
        summary: summary ?? `Method of plugin ${id}.`,
      };
      const added = this.methods.addForeign(declaration, `plugin:${id}`, (params: object) =>
        runtime.call({ kind: 'methods', name, input: params, timeoutMs: runtime.callTimeoutMs }),
      );
      if (!added) taken.push(`method ${name}`);
    }
    for (const facts of manifest.channels ?? []) {
      const adapter = new PluginChannel(facts, runtime, this.config);
      const channel: RegisteredChannel = { declaration: declarationOf(facts), adapter };
      if (this.directory.addForeign(channel)) this.channels.set(facts.id, adapter);
      else taken.push(`channel ${facts.id}`);
    }
    this.models.offer(manifest.providers ?? {});
    if (manifest.hooks?.length) this.listen(runtime, manifest.hooks);
    this.runtimes.set(id, runtime);
    const brings = openclawPackageOf(manifest)?.brings;
    if (brings) this.openclaw.adopt({ id, runtime, brings });
    if (taken.length > 0) this.faults.set(id, `${taken.join(', ')}: the name is taken by somebody else`);
  }

  private listen(runtime: PluginRuntime, hooks: readonly string[]): void {
    onHookEvent(
      this.events,
      () => defaultAgentId(this.config.config),
      (event) => {
        if (!covers(hooks, event) || runtime.stoppedFor !== undefined) return;
        const input = { ...event, timestamp: new Date().toISOString() };
        runtime
          .call({ kind: 'hooks', name: `${event.type}:${event.action}`, input, timeoutMs: HOOK_MS })
          .catch((error: unknown) =>
            this.log.warn({ plugin: runtime.manifest.id }, `its hook failed: ${messageOf(error)}`),
          );
      },
    );
  }

  private async asked(runtime: PluginRuntime, call: string, args: Record<string, unknown>): Promise<unknown> {
    if (call === 'fetch') return this.reach(runtime, args);
    if (openclawPackageOf(runtime.manifest)) return this.openclaw.asked(runtime, call, args);
    const id = String(args['channel']);
    const isOwn = runtime.manifest.channels?.some((channel) => channel.id === id);
    const channel = this.channels.get(id);
    if (!isOwn || !channel) throw new Error(`plugin ${runtime.manifest.id} has no channel "${id}"`);
    return channel.asked(call, args);
  }

  /** Through the one guarded client, to the hosts that the manifest names. */
  private async reach(
    { manifest }: PluginRuntime,
    { url, method, headers, body, base64, binary }: Record<string, unknown>,
  ): Promise<unknown> {
    const hosts = manifest.capabilities?.hosts ?? [];
    if (typeof url !== 'string' || !URL.canParse(url)) throw new Error('fetch: url must be an address');
    const { name } = hostOf(new URL(url));
    // One that is named with its scheme and port is meant, wherever it is.
    const isNamed = hosts.includes(new URL(url).origin);
    if (!isNamed && !matchesHost(name, hosts))
      throw new Error(
        `fetch: ${openclawPackageOf(manifest) ? `plugins.entries.${manifest.id}.grants.hosts does` : "the manifest's capabilities.hosts do"} not name ${name}`,
      );
    const verb = FETCH_VERBS.find((each) => each === method);
    if (method !== undefined && !verb) throw new Error(`fetch: method must be one of ${FETCH_VERBS.join(', ')}`);
    const answer = await this.http.request({
      url,
      ...(verb ? { method: verb } : {}),
      ...(headers && typeof headers === 'object' ? { headers: headers as Record<string, string> } : {}),
      ...(typeof body === 'string' ? { body } : {}),
      ...(typeof base64 === 'string' ? { body: Buffer.from(base64, 'base64') } : {}),
      timeoutMs: FETCH_MS,
      maxBytes: MAX_FETCH_BYTES,
      maxRedirects: 0,
      ...(isNamed && openclawPackageOf(manifest) ? { trustedOrigins: [new URL(url).origin] } : {}),
    });
    const { status, headers: said, body: got } = answer;
    return binary === true
      ? { status, headers: said, base64: got.toString('base64') }
      : { status, headers: said, text: got.toString('utf8') };
  }
}
