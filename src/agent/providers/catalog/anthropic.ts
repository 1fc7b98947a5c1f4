import { THINKS, BY_EFFORT, type CatalogProvider, modelsFrom } from './catalog-provider';

export const ANTHROPIC: CatalogProvider = {
  id: 'anthropic',
  name: 'Anthropic',
  api: 'anthropic-messages',
  baseUrl: 'https://api.anthropic.com/v1',
  keyVariables: ['ANTHROPIC_API_KEY', 'ANTHROPIC_OAUTH_TOKEN'],
  keyMarks: ['sk-ant-'],
  defaultModel: 'claude-opus-5-5',
  prices: { url: 'https://claude.com/pricing', asOf: '2026-11' },
  models: modelsFrom([
    ['claude-opus-5-5', 'Claude Opus 5.5', [1_000_000, 128_000], [4, 20, 0.4, 5], BY_EFFORT],
    ['claude-sonnet-5-5', 'Claude Sonnet 5.5', [1_000_000, 128_000], [2, 10, 0.2, 2.5], BY_EFFORT],
    ['claude-opus-5', 'Claude Opus 5', [1_000_000, 128_000], [5, 25, 0.5, 6.25], BY_EFFORT],
    ['claude-opus-4-6', 'Claude Opus 4.6', [1_000_000, 128_000], [5, 25, 0.5, 6.25], THINKS],
    ['claude-sonnet-4-6', 'Claude Sonnet 4.6', [1_000_000, 128_000], [3, 15, 0.3, 3.75], THINKS],
    ['claude-opus-4-5', 'Claude Opus 4.5', [200_000, 64_000], [5, 25, 0.5, 6.25], THINKS],
    ['claude-sonnet-4-5', 'Claude Sonnet 4.5', [200_000, 64_000], [3, 15, 0.3, 3.75], THINKS],
    ['claude-haiku-4-5', 'Claude Haiku 4.5', [200_000, 64_000], [1, 5, 0.1, 1.25], THINKS],
  ]),
};
