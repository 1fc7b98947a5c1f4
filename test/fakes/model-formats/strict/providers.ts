import { strictAnthropic } from './anthropic';
import { strictDeepSeek, strictGroq, strictMistral, strictOllama, strictOpenRouter, strictXai } from './compatible';
import { strictGemini } from './gemini';
import { strictOpenAiChat } from './openai-chat';
import { strictOpenAiResponses } from './openai-responses';
import type { StrictProvider } from './refusal';

/** Providers that refuse what their documentation refuses, by the name under which a fake server plays them. */
export const STRICT_PROVIDERS = {
  anthropic: strictAnthropic,
  'openai-chat': strictOpenAiChat,
  'openai-responses': strictOpenAiResponses,
  gemini: strictGemini,
  mistral: strictMistral,
  deepseek: strictDeepSeek,
  ollama: strictOllama,
  openrouter: strictOpenRouter,
  groq: strictGroq,
  xai: strictXai,
} as const satisfies Record<string, StrictProvider>;

export type StrictName = keyof typeof STRICT_PROVIDERS;
