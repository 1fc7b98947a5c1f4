import { THINKS, type CatalogProvider, modelsFrom } from './catalog-provider';

export const XAI: CatalogProvider = {
  id: 'xai',
  name: 'xAI',
  api: 'openai-completions',
  baseUrl: 'https://api.x.ai/v1',
  keyVariables: ['XAI_API_KEY'],
  keyMarks: ['xai-'],
  defaultModel: 'grok-4.3',
  prices: { url: 'https://docs.x.ai/docs/models', asOf: '2026-05' },
  models: modelsFrom([
    ['grok-4.3', 'Grok 4.3', [1_000_000, 64_000], [1.25, 2.5, 0.2], THINKS],
    ['grok-4', 'Grok 4', [256_000, 64_000], [3, 15, 0.75], THINKS],
  ]),
};
