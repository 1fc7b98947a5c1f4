import { THINKING_TEXT, TEXT, type CatalogProvider, modelsFrom } from './catalog-provider';

export const GROQ: CatalogProvider = {
  id: 'groq',
  name: 'Groq',
  api: 'openai-completions',
  baseUrl: 'https://api.groq.com/openai/v1',
  keyVariables: ['GROQ_API_KEY'],
  keyMarks: ['gsk_'],
  defaultModel: 'llama-3.3-70b-versatile',
  prices: { url: 'https://groq.com/pricing', asOf: '2026-01' },
  models: modelsFrom([
    ['llama-3.3-70b-versatile', 'Llama 3.3 70B', [131_072, 32_768], [0.59, 0.79], TEXT],
    ['openai/gpt-oss-120b', 'GPT-OSS 120B', [131_072, 65_536], [0.15, 0.6], THINKING_TEXT],
  ]),
};
