import { THINKS, type CatalogProvider, modelsFrom } from './catalog-provider';

export const OPENROUTER: CatalogProvider = {
  id: 'openrouter',
  name: 'OpenRouter',
  api: 'openai-completions',
  baseUrl: 'https://openrouter.ai/api/v1',
  keyVariables: ['OPENROUTER_API_KEY'],
  keyMarks: ['sk-or-'],
  defaultModel: 'anthropic/claude-sonnet-4.5',
  prices: { url: 'https://openrouter.ai/models', asOf: '2026-01' },
  models: modelsFrom([
    ['anthropic/claude-sonnet-4.5', 'Claude Sonnet 4.5 (OpenRouter)', [200_000, 64_000], [3, 15, 0.3, 3.75], THINKS],
    ['openai/gpt-5-mini', 'GPT-5 mini (OpenRouter)', [400_000, 128_000], [0.25, 2, 0.025], THINKS],
  ]),
};
