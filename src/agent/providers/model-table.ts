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
  /** US dollars per million tokens; list prices, see `PRICE_SOURCES`. */
  cost: { input: number; output: number; cacheRead: number; cacheWrite: number };
}

interface Traits {
  reasoning?: true;
  /** It decides by itself how long it thinks; what it is told is how much effort it may make. */
  effort?: true;
  image?: false;
}

const THINKS: Traits = { reasoning: true };
const BY_EFFORT: Traits = { reasoning: true, effort: true };
const THINKING_TEXT: Traits = { reasoning: true, image: false };
const TEXT: Traits = { image: false };

/** id, name, [window, longest answer], [input, output, cache read, cache write] in dollars per million tokens, traits. */
type Row = readonly [string, string, readonly [number, number], readonly [number, number, number?, number?], Traits?];

/**
 * Models by provider: data, and nothing else. Where a price depends on the hour, it is the higher one; where it depends on
 * the length of a request, the one of ordinary requests.
 */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  anthropic: [
    ['claude-opus-5-5', 'Claude Opus 5.5', [1_000_000, 128_000], [4, 20, 0.4, 5], BY_EFFORT],
    ['claude-sonnet-5-5', 'Claude Sonnet 5.5', [1_000_000, 128_000], [2, 10, 0.2, 2.5], BY_EFFORT],
    ['claude-opus-5', 'Claude Opus 5', [1_000_000, 128_000], [5, 25, 0.5, 6.25], BY_EFFORT],
    ['claude-opus-4-6', 'Claude Opus 4.6', [1_000_000, 128_000], [5, 25, 0.5, 6.25], THINKS],
    ['claude-sonnet-4-6', 'Claude Sonnet 4.6', [1_000_000, 128_000], [3, 15, 0.3, 3.75], THINKS],
    ['claude-opus-4-5', 'Claude Opus 4.5', [200_000, 64_000], [5, 25, 0.5, 6.25], THINKS],
    ['claude-sonnet-4-5', 'Claude Sonnet 4.5', [200_000, 64_000], [3, 15, 0.3, 3.75], THINKS],
    ['claude-haiku-4-5', 'Claude Haiku 4.5', [200_000, 64_000], [1, 5, 0.1, 1.25], THINKS],
  ],
  openai: [
    ['gpt-5.5', 'GPT-5.5', [1_000_000, 128_000], [5, 30, 0.5], THINKS],
    ['gpt-5.4', 'GPT-5.4', [1_000_000, 128_000], [2.5, 15, 0.25], THINKS],
    ['gpt-5.4-mini', 'GPT-5.4 mini', [400_000, 128_000], [0.75, 4.5, 0.075], THINKS],
    ['gpt-5.4-nano', 'GPT-5.4 nano', [400_000, 128_000], [0.2, 1.25, 0.02], THINKS],
    ['gpt-5.2', 'GPT-5.2', [400_000, 128_000], [1.75, 14, 0.175], THINKS],
    ['gpt-5-mini', 'GPT-5 mini', [400_000, 128_000], [0.25, 2, 0.025], THINKS],
    ['gpt-4.1', 'GPT-4.1', [1_047_576, 32_768], [2, 8, 0.5]],
    ['gpt-4o-mini', 'GPT-4o mini', [128_000, 16_384], [0.15, 0.6, 0.075]],
  ],
  google: [
    ['gemini-3.1-pro-preview', 'Gemini 3.1 Pro', [1_048_576, 65_536], [2, 12, 0.2], THINKS],
    ['gemini-3.5-flash', 'Gemini 3.5 Flash', [1_048_576, 65_536], [1.5, 9, 0.15], THINKS],
    ['gemini-3-flash-preview', 'Gemini 3 Flash', [1_048_576, 65_536], [0.5, 3, 0.05], THINKS],
    ['gemini-2.5-pro', 'Gemini 2.5 Pro', [1_048_576, 65_536], [1.25, 10, 0.125], THINKS],
    ['gemini-2.5-flash', 'Gemini 2.5 Flash', [1_048_576, 65_536], [0.3, 2.5, 0.03], THINKS],
    ['gemini-2.5-flash-lite', 'Gemini 2.5 Flash-Lite', [1_048_576, 65_536], [0.1, 0.4, 0.01], THINKS],
  ],
  openrouter: [
    ['anthropic/claude-sonnet-4.5', 'Claude Sonnet 4.5 (OpenRouter)', [200_000, 64_000], [3, 15, 0.3, 3.75], THINKS],
    ['openai/gpt-5-mini', 'GPT-5 mini (OpenRouter)', [400_000, 128_000], [0.25, 2, 0.025], THINKS],
  ],
  mistral: [
    ['mistral-large-latest', 'Mistral Large', [262_144, 65_536], [0.5, 1.5]],
    ['mistral-medium-latest', 'Mistral Medium', [256_000, 65_536], [1.5, 7.5]],
    ['mistral-small-latest', 'Mistral Small', [131_072, 32_768], [0.1, 0.3]],
  ],
  groq: [
    ['llama-3.3-70b-versatile', 'Llama 3.3 70B', [131_072, 32_768], [0.59, 0.79], TEXT],
    ['openai/gpt-oss-120b', 'GPT-OSS 120B', [131_072, 65_536], [0.15, 0.6], THINKING_TEXT],
  ],
  xai: [
    ['grok-4.3', 'Grok 4.3', [1_000_000, 64_000], [1.25, 2.5, 0.2], THINKS],
    ['grok-4', 'Grok 4', [256_000, 64_000], [3, 15, 0.75], THINKS],
  ],
  deepseek: [
    ['deepseek-flash', 'DeepSeek V4.1 Flash', [1_000_000, 384_000], [0.3, 1.2, 0.006], THINKING_TEXT],
    ['deepseek-v4-pro', 'DeepSeek V4 Pro', [1_000_000, 384_000], [1.32, 3.96, 0.044], THINKING_TEXT],
  ],
};

/** Models of a provider, the best known first. */
export const modelsOf = (provider: string): readonly CatalogModel[] => (ROWS[provider] ?? []).map(modelOf);

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

/** Where the list prices come from. `models.providers.<id>.models[].cost` overrides them. */
export const PRICE_SOURCES: Readonly<Record<string, { url: string; asOf: string }>> = {
  anthropic: { url: 'https://claude.com/pricing', asOf: '2026-11' },
  openai: { url: 'https://openai.com/api/pricing', asOf: '2026-06' },
  google: { url: 'https://ai.google.dev/gemini-api/docs/pricing', asOf: '2026-07' },
  openrouter: { url: 'https://openrouter.ai/models', asOf: '2026-01' },
  mistral: { url: 'https://mistral.ai/pricing', asOf: '2026-05' },
  groq: { url: 'https://groq.com/pricing', asOf: '2026-01' },
  xai: { url: 'https://docs.x.ai/docs/models', asOf: '2026-05' },
  deepseek: { url: 'https://api-docs.deepseek.com/quick_start/pricing', asOf: '2026-10' },
};
