import type { ProviderKey } from '../../../config/provider-keys';
import type { ModelApi } from '../models.config';

/** A model that is known without asking anybody. */
export interface CatalogModel {
  id: string;
  name: string;
  contextWindow: number;
  maxTokens: number;
  reasoning: boolean;
  /** How much it thinks is said as an effort. */
  effort?: true;
  input: readonly ('text' | 'image')[];
  /** US dollars per million tokens; list prices, see `CatalogProvider.prices`. */
  cost: { input: number; output: number; cacheRead: number; cacheWrite: number };
}

/** A provider that is known by name: a file of this folder, and a line in `model-catalog.ts`. */
export interface CatalogProvider {
  id: string;
  name: string;
  api: ModelApi;
  baseUrl: string;
  /** Environment variables that hold a key, in order. */
  keyVariables: readonly ProviderKey[];
  /** How its keys begin, where no other's do: a key goes to nobody but its issuer. */
  keyMarks: readonly string[];
  /** Model used when nothing is configured. */
  defaultModel: string;
  /** Where the list prices come from. `models.providers.<id>.models[].cost` overrides them. */
  prices: { url: string; asOf: string };
  /** The best known first. */
  models: readonly CatalogModel[];
}

interface Traits {
  reasoning?: true;
  /** It decides by itself how long it thinks; what it is told is how much effort it may make. */
  effort?: true;
  image?: false;
}

export const THINKS: Traits = { reasoning: true };
export const BY_EFFORT: Traits = { reasoning: true, effort: true };
export const THINKING_TEXT: Traits = { reasoning: true, image: false };
export const TEXT: Traits = { image: false };

/** id, name, [window, longest answer], [input, output, cache read, cache write] in dollars per million tokens, traits. */
type Row = readonly [string, string, readonly [number, number], readonly [number, number, number?, number?], Traits?];

/**
 * Models from rows of a table. Where a price depends on the hour, it is the higher one; where it depends on the length of a
 * request, the one of ordinary requests.
 */
export const modelsFrom = (rows: readonly Row[]): readonly CatalogModel[] => rows.map(modelOf);

function modelOf([id, name, [contextWindow, maxTokens], price, traits = {}]: Row): CatalogModel {
  const [input, output, cacheRead = 0, cacheWrite = 0] = price;
  return {
    id,
    name,
    contextWindow,
    maxTokens,
    reasoning: traits.reasoning ?? false,
    ...(traits.effort ? { effort: true } : {}),
    input: traits.image === false ? ['text'] : ['text', 'image'],
    cost: { input, output, cacheRead, cacheWrite },
  };
}
