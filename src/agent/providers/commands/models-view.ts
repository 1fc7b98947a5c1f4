import { cutText } from '../../../common/cut-text';
import type { OpenclawConfig } from '../../../config/openclaw.config';
import { modelChoiceOf } from '../../model-choice.config';

export interface ListedModel {
  id: string;
  name: string;
  provider: string;
  contextWindow: number;
  reasoning: boolean;
  input: readonly string[];
  cost: { input: number; output: number };
  tags?: readonly string[];
  local?: boolean;
  available?: boolean;
}

/** What the configuration says of models, by their full names. */
export interface ChosenModels {
  primary?: string;
  fallbacks: string[];
  imagePrimary?: string;
  imageFallbacks: string[];
  /** Full name of each short one. */
  aliases: Record<string, string>;
  /** The models to choose from; any, where it is empty. */
  allowed: string[];
}

export function chosenModels({ agents }: OpenclawConfig): ChosenModels {
  const { model, imageModel, models = {} } = agents?.defaults ?? {};
  const aliases = Object.fromEntries(
    Object.entries(models).flatMap(([name, { alias }]) => (alias === undefined ? [] : [[alias, name]])),
  );
  const fullName = (name: string): string =>
    Object.entries(aliases).find(([alias]) => alias.toLowerCase() === name.toLowerCase())?.[1] ?? name;
  const { primary, fallbacks = [] } = modelChoiceOf(model);
  const image = modelChoiceOf(imageModel);
  return {
    ...(primary === undefined ? {} : { primary: fullName(primary) }),
    fallbacks: fallbacks.map(fullName),
    ...(image.primary === undefined ? {} : { imagePrimary: fullName(image.primary) }),
    imageFallbacks: (image.fallbacks ?? []).map(fullName),
    aliases,
    allowed: Object.keys(models),
  };
}

/** Models for programs. @param config of the gateway that was asked, where it is at hand */
export function modelRows(models: readonly ListedModel[], config?: OpenclawConfig): object[] {
  const chosen = config && chosenModels(config);
  return models.map(({ tags = [], input, local = false, ...model }) => {
    const key = `${model.provider}/${model.id}`;
    return {
      key,
      ...model,
      input: input.join('+'),
      local,
      tags: [...new Set([...tags, ...(chosen && config ? tagsOf(key, chosen, config) : [])])],
    };
  });
}

/** What the configuration makes of a model. */
function tagsOf(key: string, chosen: ChosenModels, { models }: OpenclawConfig): string[] {
  const { fallbacks, imagePrimary, imageFallbacks, aliases, allowed } = chosen;
  const isListed = Object.entries(models?.providers ?? {}).some(([provider, entry]) =>
    entry.models?.some(({ id }) => `${provider}/${id}` === key),
  );
  const place = fallbacks.indexOf(key) + 1;
  const imagePlace = imageFallbacks.indexOf(key) + 1;
  const isNamed = chosen.primary === key || imagePrimary === key || place > 0 || imagePlace > 0;
  return [
    ...(place > 0 ? [`fallback#${place}`] : []),
    ...(imagePrimary === key ? ['image'] : []),
    ...(imagePlace > 0 ? [`img-fallback#${imagePlace}`] : []),
    ...(isNamed || isListed || allowed.includes(key) ? ['configured'] : []),
    ...Object.entries(aliases).flatMap(([alias, name]) => (name === key ? [`alias:${alias}`] : [])),
  ];
}

/** End of a key, by which its owner knows it again. */
export const keyEnd = (key: string): string => cutText(key, 5, { keep: 'end' });
