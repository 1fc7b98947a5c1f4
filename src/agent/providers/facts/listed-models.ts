import { isPlainObject } from '../../../common/plain-object';
import type { ModelApi } from '../models.config';
import { factsOf, inputOf, isModelId } from './local-answers';
import { type FactsById, type ModelFacts, momentIn, tokensIn } from './model-facts';

type Entry = Record<string, unknown>;

/** Words of ids of models that answer with something else than text. */
const OTHER_MODELS = new Set(
  'embed embedding embeddings whisper tts image images dall realtime audio transcribe moderation sora rerank ocr guard speech veo imagen'.split(
    ' ',
  ),
);

/**
 * Models of a provider's own list, with what it says of them:
 * - Gemini: https://ai.google.dev/api/models
 * - Anthropic: https://platform.claude.com/docs/en/api/models/list
 * - OpenRouter: https://openrouter.ai/docs/api-reference/list-available-models
 * - Mistral: https://docs.mistral.ai/api/endpoint/models
 * - Groq: https://console.groq.com/docs/api-reference#models
 * - vLLM and others of OpenAI's format: https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
 */
export function listedModels(api: ModelApi | 'offline', answer: unknown): FactsById {
  return api === 'google-generative-ai' ? geminiModels(answer) : factsOf(answer, listedModel);
}

function geminiModels(answer: unknown): FactsById {
  if (!isPlainObject(answer) || !Array.isArray(answer['models'])) return {};
  const found: FactsById = {};
  for (const entry of answer['models'].filter(isPlainObject)) {
    const {
      name,
      displayName,
      supportedGenerationMethods: methods,
      inputTokenLimit,
      outputTokenLimit,
      thinking,
    } = entry;
    if (typeof name !== 'string' || !Array.isArray(methods) || !methods.includes('generateContent')) continue;
    const id = name.replace(/^models\//, '');
    if (!isModelId(id) || saysOther(id)) continue;
    found[id] = {
      ...named(displayName),
      ...counted('listed', inputTokenLimit),
      ...counted('maxTokens', outputTokenLimit),
      ...(typeof thinking === 'boolean' ? { reasoning: thinking } : {}),
    };
  }
  return found;
}

function listedModel(entry: Entry): ModelFacts | undefined {
  if (!answersInText(entry)) return undefined;
  const top = isPlainObject(entry['top_provider']) ? entry['top_provider'] : {};
  const vision = hasVision(entry);
  const thinks = canThink(entry);
  const cost = priceOf(entry['pricing']);
  return {
    ...named(entry['display_name'] ?? entry['name']),
    ...counted('served', entry['max_model_len']),
    ...counted(
      'listed',
      top['context_length'],
      entry['context_length'],
      entry['context_window'],
      entry['max_context_length'],
      entry['max_input_tokens'],
    ),
    ...counted('maxTokens', top['max_completion_tokens'], entry['max_completion_tokens'], entry['max_tokens']),
    ...(thinks === undefined ? {} : { reasoning: thinks }),
    ...(vision === undefined ? {} : { input: inputOf(vision) }),
    ...(cost ? { cost } : {}),
    ...createdIn(entry),
  };
}

function answersInText({ id, architecture, capabilities, active, type }: Entry): boolean {
  if (active === false || type === 'embeddings' || type === 'embedding') return false;
  if (isPlainObject(capabilities) && capabilities['completion_chat'] === false) return false;
  const outputs = isPlainObject(architecture) ? architecture['output_modalities'] : undefined;
  return Array.isArray(outputs) ? outputs.includes('text') : !saysOther(String(id));
}

const saysOther = (id: string): boolean =>
  id
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((word) => OTHER_MODELS.has(word));

function hasVision({ architecture, capabilities }: Entry): boolean | undefined {
  const inputs = isPlainObject(architecture) ? architecture['input_modalities'] : undefined;
  if (Array.isArray(inputs)) return inputs.includes('image');
  return supports(capabilities, 'vision') ?? supports(capabilities, 'image_input');
}

function canThink({ supported_parameters: parameters, capabilities }: Entry): boolean | undefined {
  if (Array.isArray(parameters)) return parameters.includes('reasoning');
  return supports(capabilities, 'thinking') ?? supports(capabilities, 'reasoning');
}

/** A capability is a boolean, or an object that says whether it is supported. */
function supports(capabilities: unknown, name: string): boolean | undefined {
  const value = isPlainObject(capabilities) ? capabilities[name] : undefined;
  const said = isPlainObject(value) ? value['supported'] : value;
  return typeof said === 'boolean' ? said : undefined;
}

/** OpenRouter states dollars per token, as texts; -1 where the price is that of whichever model answers. */
function priceOf(pricing: unknown): ModelFacts['cost'] | undefined {
  if (!isPlainObject(pricing)) return undefined;
  const perMillion = (key: string): number | undefined => {
    const text = pricing[key];
    const price = typeof text === 'string' && text !== '' ? Number(text) : NaN;
    // Rounded: 0.0000003 times a million is no round number.
    return Number.isFinite(price) && price >= 0 ? Math.round(price * 1e12) / 1e6 : undefined;
  };
  const [input, output] = [perMillion('prompt'), perMillion('completion')];
  if (input === undefined || output === undefined) return undefined;
  return {
    input,
    output,
    cacheRead: perMillion('input_cache_read') ?? input,
    cacheWrite: perMillion('input_cache_write') ?? input,
  };
}

/** Seconds since 1970 in OpenAI's format, a date in Anthropic's. */
function createdIn({ created, created_at: date }: Entry): Pick<ModelFacts, 'createdAt'> {
  const said = typeof created === 'number' ? created * 1000 : typeof date === 'string' ? Date.parse(date) : undefined;
  const createdAt = momentIn(said);
  return createdAt === undefined ? {} : { createdAt };
}

const MOST_NAME = 100;

const named = (name: unknown): Pick<ModelFacts, 'name'> =>
  typeof name === 'string' && name !== '' && name.length <= MOST_NAME && !/\p{C}/u.test(name) ? { name } : {};

function counted(key: 'served' | 'listed' | 'maxTokens', ...values: unknown[]): ModelFacts {
  const count = values.map(tokensIn).find((value) => value !== undefined);
  return count === undefined ? {} : { [key]: count };
}
