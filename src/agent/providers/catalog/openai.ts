import { THINKS, type CatalogProvider, modelsFrom } from './catalog-provider';

export const OPENAI: CatalogProvider = {
  id: 'openai',
  name: 'OpenAI',
  api: 'openai-responses',
  baseUrl: 'https://api.openai.com/v1',
  keyVariables: ['OPENAI_API_KEY'],
  keyMarks: ['sk-proj-', 'sk-svcacct-'],
  defaultModel: 'gpt-5.4',
  prices: { url: 'https://openai.com/api/pricing', asOf: '2026-06' },
  models: modelsFrom([
    ['gpt-5.5', 'GPT-5.5', [1_000_000, 128_000], [5, 30, 0.5], THINKS],
    ['gpt-5.4', 'GPT-5.4', [1_000_000, 128_000], [2.5, 15, 0.25], THINKS],
    ['gpt-5.4-mini', 'GPT-5.4 mini', [400_000, 128_000], [0.75, 4.5, 0.075], THINKS],
    ['gpt-5.4-nano', 'GPT-5.4 nano', [400_000, 128_000], [0.2, 1.25, 0.02], THINKS],
    ['gpt-5.2', 'GPT-5.2', [400_000, 128_000], [1.75, 14, 0.175], THINKS],
    ['gpt-5-mini', 'GPT-5 mini', [400_000, 128_000], [0.25, 2, 0.025], THINKS],
    ['gpt-4.1', 'GPT-4.1', [1_047_576, 32_768], [2, 8, 0.5]],
    ['gpt-4o-mini', 'GPT-4o mini', [128_000, 16_384], [0.15, 0.6, 0.075]],
  ]),
};
