import { type CatalogProvider, modelsFrom } from './catalog-provider';

export const MISTRAL: CatalogProvider = {
  id: 'mistral',
  name: 'Mistral',
  api: 'openai-completions',
  baseUrl: 'https://api.mistral.ai/v1',
  keyVariables: ['MISTRAL_API_KEY'],
  keyMarks: [],
  defaultModel: 'mistral-large-latest',
  prices: { url: 'https://mistral.ai/pricing', asOf: '2026-05' },
  models: modelsFrom([
    ['mistral-large-latest', 'Mistral Large', [262_144, 65_536], [0.5, 1.5]],
    ['mistral-medium-latest', 'Mistral Medium', [256_000, 65_536], [1.5, 7.5]],
    ['mistral-small-latest', 'Mistral Small', [131_072, 32_768], [0.1, 0.3]],
  ]),
};
