import { type CatalogProvider, TEXT, modelsFrom } from '__src__/agent/providers/catalog/catalog-provider';

export const __UPPER__: CatalogProvider = {
  id: '__name__',
  name: '__title__',
  api: 'openai-completions',
  // An address that nobody has, until the real one stands here.
  baseUrl: 'https://api.__name__.example/v1',
  keyVariables: ['__UPPER___API_KEY'],
  keyMarks: [],
  defaultModel: '__name__-1',
  prices: { url: 'https://__name__.example/pricing', asOf: '__year__-01' },
  models: modelsFrom([['__name__-1', '__title__ 1', [128_000, 16_384], [0, 0], TEXT]]),
};
