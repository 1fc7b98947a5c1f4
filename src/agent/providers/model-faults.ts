import { commandLine } from '../../common/cli/own-commands';
import { messageOf } from '../../common/openclaw-error';
import { agentEntries } from '../../config/agent-entries';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { modelChoiceOf } from '../model-choice.config';
import type { CredentialProfiles } from './credential-profiles.service';
import { isNearby } from './facts/ask-server';
import { MODEL_CATALOG } from './model-catalog';
import type { ModelInfo } from './model-info';
import type { ModelRegistry } from './model-registry.service';

/** Why a model that the configuration names can't be used as it stands. */
export interface ModelFault {
  code: 'model.unknown' | 'model.no_key';
  message: string;
  fix: string;
  /** A service that nobody keeps a list of may need no key. */
  isCertain: boolean;
}

/** A model that the configuration names, and what for. */
export interface NamedModel {
  /** Such as `the model of main`. */
  what: string;
  info: ModelInfo;
}

/** Every model that the configuration names or leads to, and what is wrong with the names and keys. Asks nobody. */
export function judgeModels(
  config: OpenclawConfig,
  registry: ModelRegistry,
  profiles: CredentialProfiles,
): { models: NamedModel[]; faults: ModelFault[] } {
  const models: NamedModel[] = [];
  const faults: ModelFault[] = [];
  for (const { what, agentId, find } of namesOf(config, registry))
    try {
      for (const info of find()) {
        if (models.some((known) => known.info.provider === info.provider && known.info.id === info.id)) continue;
        models.push({ what, info });
        const fault = keyFault(what, info, profiles.of(agentId, info.provider).length > 0);
        if (fault) faults.push(fault);
      }
    } catch (error) {
      faults.push({
        code: 'model.unknown',
        message: `${what}: ${messageOf(error)}`,
        fix: commandLine('models list'),
        isCertain: true,
      });
    }
  return { models, faults };
}

function namesOf(
  config: OpenclawConfig,
  registry: ModelRegistry,
): { what: string; agentId: string; find(): ModelInfo[] }[] {
  const agents = agentEntries(config);
  const { imageModel, heartbeat, subagents, compaction } = config.agents?.defaults ?? {};
  const others: [string, string | undefined][] = [
    ['agents.defaults.imageModel', modelChoiceOf(imageModel).primary],
    ['agents.defaults.heartbeat.model', heartbeat?.model],
    ['agents.defaults.subagents.model', modelChoiceOf(subagents?.model).primary],
    ['agents.defaults.compaction.model', compaction?.model],
  ];
  return [
    ...agents.flatMap(({ id }) => [
      { what: `the model of ${id}`, agentId: id, find: () => [registry.resolve(id).info] },
      { what: `a fall-back of ${id}`, agentId: id, find: () => registry.fallbacks(id) },
    ]),
    ...others.flatMap(([what, name]) =>
      name === undefined ? [] : [{ what, agentId: agents[0]?.id ?? 'main', find: () => [registry.lookup(name)] }],
    ),
  ];
}

/** Whether a model is called with a key: not where headers stand for one, and not at a server of one's own. */
export function wantsKey({ provider, api, headers, baseUrl }: ModelInfo): boolean {
  if (api === 'offline' || Object.keys(headers).length > 0) return false;
  return isListed(provider) || !isNearby(baseUrl);
}

const isListed = (provider: string): boolean => MODEL_CATALOG.some(({ id }) => id === provider);

function keyFault(what: string, info: ModelInfo, hasProfile: boolean): ModelFault | undefined {
  const { provider, id, apiKey } = info;
  const known = MODEL_CATALOG.find((entry) => entry.id === provider);
  if (apiKey !== undefined || hasProfile || !wantsKey(info)) return undefined;
  const [variable] = known?.keyVariables ?? [];
  const set = commandLine(`config set models.providers.${provider}.apiKey <key>`);
  return {
    code: 'model.no_key',
    message: `${what}, ${provider}/${id}, has no API key`,
    fix: variable === undefined ? set : `set ${variable} where the gateway is started, or: ${set}`,
    isCertain: known !== undefined,
  };
}
