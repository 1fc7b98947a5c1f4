import { THINKING_TEXT, type CatalogProvider, modelsFrom } from './catalog-provider';

export const DEEPSEEK: CatalogProvider = {
  id: 'deepseek',
  name: 'DeepSeek',
  api: 'openai-completions',
  baseUrl: 'https://api.deepseek.com/v1',
  keyVariables: ['DEEPSEEK_API_KEY'],
  keyMarks: [],
  defaultModel: 'deepseek-flash',
  prices: { url: 'https://api-docs.deepseek.com/quick_start/pricing', asOf: '2026-10' },
  models: modelsFrom([
    ['deepseek-flash', 'DeepSeek V4.1 Flash', [1_000_000, 384_000], [0.3, 1.2, 0.006], THINKING_TEXT],
    ['deepseek-v4-pro', 'DeepSeek V4 Pro', [1_000_000, 384_000], [1.32, 3.96, 0.044], THINKING_TEXT],
  ]),
};
