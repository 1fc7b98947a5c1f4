import type { ProviderKey } from '../../config/provider-keys';
import type { ModelApi } from './models.config';

export interface CatalogModel {
  id: string;
  name: string;
  contextWindow: number;
  maxTokens: number;
  reasoning: boolean;
  input: readonly ('text' | 'image')[];
  /** US dollars per million tokens; list prices, see `PRICE_SOURCES`. */
  cost: { input: number; output: number; cacheRead: number; cacheWrite: number };
}

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
  models: readonly CatalogModel[];
}

const model = (
  id: string,
  name: string,
  [contextWindow, maxTokens]: [number, number],
  [input, output, cacheRead = 0, cacheWrite = 0]: [number, number, number?, number?],
  options: { reasoning?: boolean; image?: boolean } = {},
): CatalogModel => ({
  id,
  name,
  contextWindow,
  maxTokens,
  reasoning: options.reasoning ?? false,
  input: options.image === false ? ['text'] : ['text', 'image'],
  cost: { input, output, cacheRead, cacheWrite },
});

/** Providers known by name, in the order in which their keys are looked for. */
export const MODEL_CATALOG: readonly CatalogProvider[] = [
  {
    id: 'anthropic',
    name: 'Anthropic',
    api: 'anthropic-messages',
    baseUrl: 'https://api.anthropic.com/v1',
    keyVariables: ['ANTHROPIC_API_KEY', 'ANTHROPIC_OAUTH_TOKEN'],
    keyMarks: ['sk-ant-'],
    defaultModel: 'claude-opus-4-5',
    models: [
      model('claude-opus-4-5', 'Claude Opus 4.5', [200_000, 64_000], [5, 25, 0.5, 6.25], { reasoning: true }),
      model('claude-sonnet-4-5', 'Claude Sonnet 4.5', [200_000, 64_000], [3, 15, 0.3, 3.75], { reasoning: true }),
      model('claude-haiku-4-5', 'Claude Haiku 4.5', [200_000, 64_000], [1, 5, 0.1, 1.25], { reasoning: true }),
    ],
  },
  {
    id: 'openai',
    name: 'OpenAI',
    api: 'openai-responses',
    baseUrl: 'https://api.openai.com/v1',
    keyVariables: ['OPENAI_API_KEY'],
    keyMarks: ['sk-proj-', 'sk-svcacct-'],
    defaultModel: 'gpt-5.2',
    models: [
      model('gpt-5.2', 'GPT-5.2', [400_000, 128_000], [1.75, 14, 0.175], { reasoning: true }),
      model('gpt-5-mini', 'GPT-5 mini', [400_000, 128_000], [0.25, 2, 0.025], { reasoning: true }),
      model('gpt-4.1', 'GPT-4.1', [1_047_576, 32_768], [2, 8, 0.5]),
      model('gpt-4o-mini', 'GPT-4o mini', [128_000, 16_384], [0.15, 0.6, 0.075]),
    ],
  },
  {
    id: 'google',
    name: 'Google Gemini',
    api: 'google-generative-ai',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    keyMarks: ['AIza'],
    defaultModel: 'gemini-2.5-pro',
    models: [
      model('gemini-2.5-pro', 'Gemini 2.5 Pro', [1_048_576, 65_536], [1.25, 10, 0.125], { reasoning: true }),
      model('gemini-2.5-flash', 'Gemini 2.5 Flash', [1_048_576, 65_536], [0.3, 2.5, 0.03], { reasoning: true }),
    ],
  },
  {
    id: 'openrouter',
    name: 'OpenRouter',
    api: 'openai-completions',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariables: ['OPENROUTER_API_KEY'],
    keyMarks: ['sk-or-'],
    defaultModel: 'anthropic/claude-sonnet-4.5',
    models: [
      model('anthropic/claude-sonnet-4.5', 'Claude Sonnet 4.5 (OpenRouter)', [200_000, 64_000], [3, 15, 0.3, 3.75], {
        reasoning: true,
      }),
      model('openai/gpt-5-mini', 'GPT-5 mini (OpenRouter)', [400_000, 128_000], [0.25, 2, 0.025], { reasoning: true }),
    ],
  },
  {
    id: 'mistral',
    name: 'Mistral',
    api: 'openai-completions',
    baseUrl: 'https://api.mistral.ai/v1',
    keyVariables: ['MISTRAL_API_KEY'],
    keyMarks: [],
    defaultModel: 'mistral-large-latest',
    models: [
      model('mistral-large-latest', 'Mistral Large', [262_144, 65_536], [0.5, 1.5]),
      model('mistral-small-latest', 'Mistral Small', [131_072, 32_768], [0.1, 0.3]),
    ],
  },
  {
    id: 'groq',
    name: 'Groq',
    api: 'openai-completions',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyVariables: ['GROQ_API_KEY'],
    keyMarks: ['gsk_'],
    defaultModel: 'llama-3.3-70b-versatile',
    models: [
      model('llama-3.3-70b-versatile', 'Llama 3.3 70B', [131_072, 32_768], [0.59, 0.79], { image: false }),
      model('openai/gpt-oss-120b', 'GPT-OSS 120B', [131_072, 65_536], [0.15, 0.6], { reasoning: true, image: false }),
    ],
  },
  {
    id: 'xai',
    name: 'xAI',
    api: 'openai-completions',
    baseUrl: 'https://api.x.ai/v1',
    keyVariables: ['XAI_API_KEY'],
    keyMarks: ['xai-'],
    defaultModel: 'grok-4',
    models: [model('grok-4', 'Grok 4', [256_000, 64_000], [3, 15, 0.75], { reasoning: true })],
  },
  {
    id: 'deepseek',
    name: 'DeepSeek',
    api: 'openai-completions',
    baseUrl: 'https://api.deepseek.com/v1',
    keyVariables: ['DEEPSEEK_API_KEY'],
    keyMarks: [],
    defaultModel: 'deepseek-chat',
    models: [
      model('deepseek-chat', 'DeepSeek V3.2', [128_000, 8192], [0.28, 0.42, 0.028], { image: false }),
      model('deepseek-reasoner', 'DeepSeek V3.2 thinking', [128_000, 65_536], [0.28, 0.42, 0.028], {
        reasoning: true,
        image: false,
      }),
    ],
  },
];

/** Where the list prices come from. `models.providers.<id>.models[].cost` overrides them. */
export const PRICE_SOURCES: Readonly<Record<string, { url: string; asOf: string }>> = {
  anthropic: { url: 'https://claude.com/pricing', asOf: '2026-01' },
  openai: { url: 'https://openai.com/api/pricing', asOf: '2026-01' },
  google: { url: 'https://ai.google.dev/gemini-api/docs/pricing', asOf: '2026-01' },
  openrouter: { url: 'https://openrouter.ai/models', asOf: '2026-01' },
  mistral: { url: 'https://mistral.ai/pricing', asOf: '2026-01' },
  groq: { url: 'https://groq.com/pricing', asOf: '2026-01' },
  xai: { url: 'https://docs.x.ai/docs/models', asOf: '2026-01' },
  deepseek: { url: 'https://api-docs.deepseek.com/quick_start/pricing', asOf: '2026-01' },
};

/** OpenAI-compatible servers that people run on their own machine. */
export const LOCAL_SERVERS = [
  { id: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { id: 'lmstudio', name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { id: 'llamacpp', name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
] as const;

export const OFFLINE_PROVIDER = 'offline';
export const OFFLINE_MODEL = 'assistant';
