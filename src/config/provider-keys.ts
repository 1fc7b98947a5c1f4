/**
 * Variables that hold an API key of a provider known by name. These, and no others, are also taken from the `.env` of the
 * folder that the gateway is started in: whoever wrote that file may pay for the model, and decide nothing else.
 */
export const PROVIDER_KEYS = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_OAUTH_TOKEN',
  'OPENAI_API_KEY',
  'GEMINI_API_KEY',
  'GOOGLE_API_KEY',
  'OPENROUTER_API_KEY',
  'MISTRAL_API_KEY',
  'GROQ_API_KEY',
  'XAI_API_KEY',
  'DEEPSEEK_API_KEY',
  'BRAVE_API_KEY',
  'PERPLEXITY_API_KEY',
  'TAVILY_API_KEY',
  'FIRECRAWL_API_KEY',
  'ELEVENLABS_API_KEY',
  'XI_API_KEY',
] as const;
export type ProviderKey = (typeof PROVIDER_KEYS)[number];
