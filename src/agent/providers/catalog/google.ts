import { THINKS, type CatalogProvider, modelsFrom } from './catalog-provider';

export const GOOGLE: CatalogProvider = {
  id: 'google',
  name: 'Google Gemini',
  api: 'google-generative-ai',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  keyMarks: ['AIza'],
  defaultModel: 'gemini-3.5-flash',
  prices: { url: 'https://ai.google.dev/gemini-api/docs/pricing', asOf: '2026-07' },
  models: modelsFrom([
    ['gemini-3.1-pro-preview', 'Gemini 3.1 Pro', [1_048_576, 65_536], [2, 12, 0.2], THINKS],
    ['gemini-3.5-flash', 'Gemini 3.5 Flash', [1_048_576, 65_536], [1.5, 9, 0.15], THINKS],
    ['gemini-3-flash-preview', 'Gemini 3 Flash', [1_048_576, 65_536], [0.5, 3, 0.05], THINKS],
    ['gemini-2.5-pro', 'Gemini 2.5 Pro', [1_048_576, 65_536], [1.25, 10, 0.125], THINKS],
    ['gemini-2.5-flash', 'Gemini 2.5 Flash', [1_048_576, 65_536], [0.3, 2.5, 0.03], THINKS],
    ['gemini-2.5-flash-lite', 'Gemini 2.5 Flash-Lite', [1_048_576, 65_536], [0.1, 0.4, 0.01], THINKS],
  ]),
};
