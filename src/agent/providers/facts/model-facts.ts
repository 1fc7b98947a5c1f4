import { isPlainObject } from '../../../common/plain-object';

/** What a server has said of one of its models. */
export interface ModelFacts {
  name?: string;
  /** Tokens that the model is served with: beyond them a request is cut or refused, whatever the model could take. */
  served?: number;
  /** Tokens that it is most likely served with, as long as it has not been loaded and nothing else is said. */
  presumed?: number;
  /** Window of the model as its provider lists it. */
  listed?: number;
  maxTokens?: number;
  /** When it came out, in milliseconds since 1970. */
  createdAt?: number;
  reasoning?: boolean;
  input?: ('text' | 'image')[];
  /** US dollars per million tokens. */
  cost?: { input: number; output: number; cacheRead: number; cacheWrite: number };
  /** A window that a refusal has named, and the one that was believed in until then. */
  refused?: { limit: number; instead: number };
}

/** What a server has said of its models, by their ids. */
export type FactsById = Record<string, ModelFacts>;

/** No window is smaller, and none that is larger is believed. */
const LEAST_WINDOW = 256;
const MOST_WINDOW = 100_000_000;
/** No model is older: 1 January 2015. */
const EARLIEST_MS = 1_420_070_400_000;

/** A number of tokens as a server states it; undefined for everything that can't be one. */
export function tokensIn(value: unknown): number | undefined {
  const isCount = typeof value === 'number' && Number.isInteger(value);
  return isCount && value >= LEAST_WINDOW && value <= MOST_WINDOW ? value : undefined;
}

/** A moment in milliseconds since 1970 at which a model may have come out; undefined for everything that can't be one. */
export function momentIn(value: unknown): number | undefined {
  return typeof value === 'number' && value >= EARLIEST_MS && Number.isSafeInteger(value) ? value : undefined;
}

/** The window of a model: what is stated of it, but not more than it is served with. */
export function windowOf(
  stated: { configured?: number | undefined; known?: number | undefined; otherwise: number },
  facts: ModelFacts = {},
): number {
  const { served, presumed, listed, refused } = facts;
  const said = stated.configured ?? served ?? listed ?? stated.known ?? presumed ?? stated.otherwise;
  const believed = served === undefined ? said : Math.min(said, served);
  // Once the window is said to be another one, an old refusal says nothing.
  return refused && refused.instead === believed ? Math.min(believed, refused.limit) : believed;
}

/** Facts as they were kept, without whatever else may stand in the file. */
export function readFacts(value: unknown): ModelFacts {
  if (!isPlainObject(value)) return {};
  const { name, reasoning, input, cost, refused } = value;
  const createdAt = momentIn(value['createdAt']);
  const tokens = (['served', 'presumed', 'listed', 'maxTokens'] as const).flatMap((key) => {
    const count = tokensIn(value[key]);
    return count === undefined ? [] : [[key, count] as const];
  });
  const kinds = Array.isArray(input) ? (['text', 'image'] as const).filter((kind) => input.includes(kind)) : [];
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...Object.fromEntries(tokens),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(typeof reasoning === 'boolean' ? { reasoning } : {}),
    ...(kinds.length > 0 ? { input: kinds } : {}),
    ...(isPlainObject(cost) ? { cost: costIn(cost) } : {}),
    ...(isPlainObject(refused) ? refusedIn(refused) : {}),
  };
}

function costIn(cost: Record<string, unknown>): NonNullable<ModelFacts['cost']> {
  const price = (key: string): number => {
    const value = cost[key];
    return typeof value === 'number' && value >= 0 ? value : 0;
  };
  return {
    input: price('input'),
    output: price('output'),
    cacheRead: price('cacheRead'),
    cacheWrite: price('cacheWrite'),
  };
}

function refusedIn({ limit, instead }: Record<string, unknown>): Pick<ModelFacts, 'refused'> {
  const [low, high] = [tokensIn(limit), tokensIn(instead)];
  return low === undefined || high === undefined ? {} : { refused: { limit: low, instead: high } };
}
