import { ANTHROPIC } from './catalog/anthropic';
import type { CatalogProvider } from './catalog/catalog-provider';
import { DEEPSEEK } from './catalog/deepseek';
import { GOOGLE } from './catalog/google';
import { GROQ } from './catalog/groq';
import { MISTRAL } from './catalog/mistral';
import { OPENAI } from './catalog/openai';
import { OPENROUTER } from './catalog/openrouter';
import { XAI } from './catalog/xai';

/** Providers known by name, in the order in which their keys are looked for. */
export const MODEL_CATALOG: readonly CatalogProvider[] = [
  ANTHROPIC,
  OPENAI,
  GOOGLE,
  OPENROUTER,
  MISTRAL,
  GROQ,
  XAI,
  DEEPSEEK,
];

/** OpenAI-compatible servers that people run on their own machine. */
export const LOCAL_SERVERS = [
  { id: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { id: 'lmstudio', name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { id: 'llamacpp', name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
] as const;

export const OFFLINE_PROVIDER = 'offline';
export const OFFLINE_MODEL = 'assistant';
