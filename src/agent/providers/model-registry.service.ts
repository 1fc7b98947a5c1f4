import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { nearestName } from '../../common/nearest-name';
import { Redactor } from '../../common/redactor';
import { findAgent } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { modelChoiceOf } from '../model-choice.config';
import { isNearby } from './facts/ask-server';
import { windowOf } from './facts/model-facts';
import { ModelFactsService } from './facts/model-facts.service';
import { type LocalServer, findLocalServers } from './local-servers';
import { LOCAL_SERVERS, MODEL_CATALOG, OFFLINE_MODEL, OFFLINE_PROVIDER } from './model-catalog';
import { ModelError } from './model-error';
import { type ModelReference, formatModelReference, parseModelReference } from './model-reference';
import type { ModelInfo, ResolvedModel } from './model-info';
import type { ModelProviderConfig } from './models.config';

const DEFAULT_CONTEXT_WINDOW = 200_000;
/** Servers nearby are mostly started with a small window, and leave out what is beyond it without a word. */
const LOCAL_CONTEXT_WINDOW = 32_768;
const DEFAULT_MAX_TOKENS = 8192;
const NO_COST = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** Which models there are, and which one a turn gets. */
@Injectable()
export class ModelRegistry {
  private readonly log: Logger;
  private localServers: LocalServer[] = [];
  /** Ports of the gateway itself, which are not asked for models. */
  private ownPorts: readonly number[] = [];
  private offered: Readonly<Record<string, ModelProviderConfig>> = {};

  constructor(
    private readonly config: ConfigService,
    private readonly redactor: Redactor,
    private readonly facts: ModelFactsService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('models');
  }

  /** Notes keys of the environment and, where neither a model nor a key is configured, looks for local servers. */
  async discover(ownPorts: readonly number[]): Promise<void> {
    this.ownPorts = ownPorts;
    for (const provider of MODEL_CATALOG) {
      for (const name of provider.keyVariables) this.redactor.addSecret(this.config.env.get(name));
    }
    if (this.configuredPrimary() !== undefined || this.providerWithKey() !== undefined) return;
    this.localServers = await findLocalServers(ownPorts);
    for (const server of this.localServers)
      this.log.info({ server: server.name, models: server.models.length }, 'found a local model server');
  }

  /** Servers with models that answer on this machine now, where they are configured to be or usually are. */
  lookForLocalServers(): Promise<LocalServer[]> {
    const servers = LOCAL_SERVERS.map((server) => ({
      ...server,
      baseUrl: this.providers[server.id]?.baseUrl ?? server.baseUrl,
    }));
    return findLocalServers(this.ownPorts, servers);
  }

  /** Adds services that nobody configured; what the configuration says of the same name counts. */
  offer(providers: Readonly<Record<string, ModelProviderConfig>>): void {
    this.offered = { ...this.offered, ...providers };
  }

  private get providers(): Readonly<Record<string, ModelProviderConfig>> {
    return { ...this.offered, ...this.config.config.models?.providers };
  }

  /** The model of a turn: session, agent, configuration, key in the environment, local server, offline. */
  resolve(agentId: string, override?: string): ResolvedModel {
    if (override !== undefined) return { info: this.lookup(override), layer: 'session' };
    const agentModel = modelChoiceOf(findAgent(this.config.config, agentId)?.model).primary;
    if (agentModel !== undefined) return { info: this.lookup(agentModel), layer: `agents.list[${agentId}].model` };
    const configured = this.configuredPrimary();
    if (configured !== undefined) return { info: this.lookup(configured), layer: 'agents.defaults.model' };
    const keyed = this.providerWithKey();
    if (keyed)
      return { info: this.lookup(`${keyed.id}/${keyed.defaultModel}`), layer: `environment ${keyed.variable}` };
    const local = this.localServers[0];
    if (local?.models[0])
      return { info: this.lookup(`${local.id}/${local.models[0]}`), layer: `local server ${local.name}` };
    return { info: offlineModel(), layer: 'nothing configured' };
  }

  /** Models to try after the first one failed. */
  fallbacks(agentId: string): ModelInfo[] {
    const agent = modelChoiceOf(findAgent(this.config.config, agentId)?.model).fallbacks;
    const names = agent ?? modelChoiceOf(this.config.config.agents?.defaults?.model).fallbacks ?? [];
    return names.map((name) => this.lookup(name));
  }

  /** A model by reference or alias. @throws ModelError invalid_request naming the way out */
  lookup(text: string): ModelInfo {
    const reference = this.expandAlias(text);
    const { provider, model, profile } = reference;
    if (provider === OFFLINE_PROVIDER) return offlineModel();
    const configured = this.providers[provider];
    const catalog = MODEL_CATALOG.find((entry) => entry.id === provider);
    // A server at home may have been started since.
    const usual = [...this.localServers, ...LOCAL_SERVERS].find((server) => server.id === provider);
    if (!configured && !catalog && !usual) throw this.unknownProvider(text, provider);

    const definition = configured?.models?.find((entry) => entry.id === model);
    const known = catalog?.models.find((entry) => entry.id === model);
    const apiKey = this.keyFor(provider, configured?.apiKey, catalog?.keyVariables ?? []);
    const baseUrl = configured?.baseUrl ?? catalog?.baseUrl ?? usual?.baseUrl ?? '';
    const facts = this.facts.of(baseUrl, model);
    const stated = { configured: definition?.contextWindow, known: known?.contextWindow };
    const otherwise = isNearby(baseUrl) ? LOCAL_CONTEXT_WINDOW : DEFAULT_CONTEXT_WINDOW;
    const contextWindow = windowOf({ ...stated, otherwise }, facts);
    return {
      provider,
      id: model,
      name: definition?.name ?? known?.name ?? facts?.name ?? model,
      api: definition?.api ?? configured?.api ?? catalog?.api ?? 'openai-completions',
      baseUrl,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(profile === undefined ? {} : { pinnedProfile: profile }),
      ...(configured?.authHeader === undefined ? {} : { authHeader: configured.authHeader }),
      headers: { ...configured?.headers, ...definition?.headers },
      contextWindow,
      ...((stated.configured ?? stated.known) === undefined ? { isUnstated: true } : {}),
      maxTokens: Math.min(
        definition?.maxTokens ?? facts?.maxTokens ?? known?.maxTokens ?? DEFAULT_MAX_TOKENS,
        contextWindow,
      ),
      reasoning: definition?.reasoning ?? facts?.reasoning ?? known?.reasoning ?? false,
      ...(known?.effort ? { effort: true } : {}),
      input: definition?.input ?? facts?.input ?? known?.input ?? ['text'],
      cost: { ...NO_COST, ...known?.cost, ...facts?.cost, ...definition?.cost },
      ...(definition?.compat ? { compat: definition.compat } : {}),
    };
  }

  /** Full name of a model that a person wrote as provider/model or alias; undefined for any other text. */
  named(text: string): string | undefined {
    const isAlias = Object.values(this.config.config.agents?.defaults?.models ?? {}).some(
      ({ alias }) => alias?.toLowerCase() === text.trim().toLowerCase(),
    );
    if (!isAlias && !/^[\w.-]+\/\S+$/.test(text)) return undefined;
    try {
      const { provider, id } = this.lookup(text);
      return `${provider}/${id}`;
    } catch {
      return undefined;
    }
  }

  /** Models that can be used now: configured ones, those of providers with a key, local ones, offline. */
  list(): ModelInfo[] {
    const references: string[] = [];
    const { models, agents } = this.config.config;
    for (const [provider, entry] of Object.entries(this.providers)) {
      for (const definition of entry.models ?? []) references.push(`${provider}/${definition.id}`);
    }
    if (models?.mode !== 'replace') {
      for (const provider of MODEL_CATALOG) {
        if (this.keyFor(provider.id, undefined, provider.keyVariables) === undefined) continue;
        for (const entry of provider.models) references.push(`${provider.id}/${entry.id}`);
      }
    }
    for (const server of this.localServers) for (const id of server.models) references.push(`${server.id}/${id}`);
    for (const { provider, baseUrl } of this.places())
      for (const id of this.facts.listed(baseUrl)?.ids ?? []) references.push(`${provider}/${id}`);
    const chosen = modelChoiceOf(agents?.defaults?.model);
    references.push(
      ...[chosen.primary, ...(chosen.fallbacks ?? [])].filter((name): name is string => name !== undefined),
    );
    const unique = new Map<string, ModelInfo>();
    for (const reference of references) {
      try {
        const info = this.lookup(reference);
        unique.set(formatModelReference({ provider: info.provider, model: info.id }), info);
      } catch {
        // A reference to a provider that does not exist is reported where it is used.
      }
    }
    const offline = offlineModel();
    unique.set(`${offline.provider}/${offline.id}`, offline);
    return [...unique.values()];
  }

  /** Services that could be asked what models they have: configured ones, those with a key, those found on this machine. */
  places(): ModelInfo[] {
    const usable = MODEL_CATALOG.filter(
      ({ id, keyVariables }) =>
        this.config.config.models?.mode !== 'replace' && this.keyFor(id, undefined, keyVariables) !== undefined,
    );
    const ids = [
      ...Object.keys(this.providers),
      ...usable.map(({ id }) => id),
      ...this.localServers.map(({ id }) => id),
    ];
    const infos = [...new Set(ids)].map((id) => this.lookup(`${id}/${this.anyModelOf(id)}`));
    return infos.filter(({ baseUrl }) => baseUrl !== '');
  }

  private anyModelOf(provider: string): string {
    const configured = this.providers[provider]?.models?.[0]?.id;
    return configured ?? MODEL_CATALOG.find(({ id }) => id === provider)?.defaultModel ?? 'any';
  }

  /** Whether a model is named by the configuration, the built-in list, or what its provider lists. */
  isKnown({ provider, id, baseUrl }: ModelInfo): boolean {
    if (provider === OFFLINE_PROVIDER) return true;
    const named = [
      ...(this.providers[provider]?.models ?? []),
      ...(MODEL_CATALOG.find((entry) => entry.id === provider)?.models ?? []),
    ].map((model) => model.id);
    const local = this.localServers.find((server) => server.id === provider)?.models ?? [];
    const known = [...named, ...local, ...(this.facts.listed(baseUrl)?.ids ?? [])];
    // Dated names stand behind one without a date, tags behind one without a tag, and a variant behind its model.
    return known.some(
      (name) => name === id || name.startsWith(`${id}-`) || name.startsWith(`${id}:`) || id.startsWith(`${name}:`),
    );
  }

  private expandAlias(text: string): ModelReference {
    for (const [reference, entry] of Object.entries(this.config.config.agents?.defaults?.models ?? {})) {
      if (entry.alias?.toLowerCase() === text.trim().toLowerCase()) return this.parse(reference);
    }
    return this.parse(text);
  }

  private parse(text: string): ModelReference {
    const reference = parseModelReference(text);
    if (reference) return reference;
    throw new ModelError(
      'invalid_request',
      `${JSON.stringify(text)} is no model; write provider/model, for example anthropic/claude-sonnet-4-5`,
    );
  }

  private unknownProvider(text: string, provider: string): ModelError {
    const known = [...MODEL_CATALOG.map((entry) => entry.id), ...Object.keys(this.providers)];
    const near = nearestName(provider, known);
    return new ModelError(
      'invalid_request',
      `model ${JSON.stringify(text)}: there is no provider "${provider}"${near ? `; did you mean "${near}"?` : '.'} Add models.providers.${provider} or use one of ${known.join(', ')}`,
    );
  }

  private configuredPrimary(): string | undefined {
    return modelChoiceOf(this.config.config.agents?.defaults?.model).primary;
  }

  private providerWithKey(): { id: string; defaultModel: string; variable: string } | undefined {
    for (const provider of MODEL_CATALOG) {
      const variable = provider.keyVariables.find((name) => this.config.env.get(name) !== undefined);
      if (variable !== undefined) return { id: provider.id, defaultModel: provider.defaultModel, variable };
    }
    return undefined;
  }

  /** A key in the configuration may also be the bare name of an environment variable. */
  private keyFor(provider: string, configured: string | undefined, variables: readonly string[]): string | undefined {
    if (configured !== undefined) {
      const key = /^[A-Z][A-Z0-9_]+$/.test(configured) ? (this.config.env.get(configured) ?? configured) : configured;
      this.redactor.addSecret(key);
      return key;
    }
    const names = [...variables, `${provider.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_API_KEY`];
    return names.map((name) => this.config.env.get(name)).find((key) => key !== undefined);
  }
}

export function offlineModel(): ModelInfo {
  return {
    provider: OFFLINE_PROVIDER,
    id: OFFLINE_MODEL,
    name: 'Offline assistant',
    api: 'offline',
    baseUrl: '',
    headers: {},
    contextWindow: DEFAULT_CONTEXT_WINDOW,
    maxTokens: DEFAULT_MAX_TOKENS,
    reasoning: false,
    input: ['text'],
    cost: NO_COST,
  };
}
