import type { ProviderKey } from '../../config/provider-keys';
import { type CatalogModel, modelsOf } from './model-table';
import type { ModelApi } from './models.config';

export interface CatalogProvider {
  id: string;
  name: string;
  api: ModelApi;
  baseUrl: string;
  /** Environment variables that hold a key, in order. */
  keyVariables: readonly ProviderKey[];
  /** How its keys begin, where no other's do: a key goes to nobody but its issuer. */
  keyMarks: readonly string[];
  /** Model used when nothing is configured. */
  defaultModel: string;
  models: readonly CatalogModel[];
}

/** Providers known by name, in the order in which their keys are looked for. */
export const MODEL_CATALOG: readonly CatalogProvider[] = [
  {
    id: 'anthropic',
    name: 'Anthropic',
    api: 'anthropic-messages',
    baseUrl: 'https://api.anthropic.com/v1',
    keyVariables: ['ANTHROPIC_API_KEY', 'ANTHROPIC_OAUTH_TOKEN'],
    keyMarks: ['sk-ant-'],
    defaultModel: 'claude-opus-5-5',
    models: modelsOf('anthropic'),
  },
  {
    id: 'openai',
    name: 'OpenAI',
    api: 'openai-responses',
    baseUrl: 'https://api.openai.com/v1',
    keyVariables: ['OPENAI_API_KEY'],
    keyMarks: ['sk-proj-', 'sk-svcacct-'],
    defaultModel: 'gpt-5.4',
    models: modelsOf('openai'),
  },
  {
    id: 'google',
    name: 'Google Gemini',
    api: 'google-generative-ai',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    keyMarks: ['AIza'],
    defaultModel: 'gemini-3.5-flash',
    models: modelsOf('google'),
  },
  {
    id: 'openrouter',
    name: 'OpenRouter',
    api: 'openai-completions',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariables: ['OPENROUTER_API_KEY'],
    keyMarks: ['sk-or-'],
    defaultModel: 'anthropic/claude-sonnet-4.5',
    models: modelsOf('openrouter'),
  },
  {
    id: 'mistral',
    name: 'Mistral',
    api: 'openai-completions',
    baseUrl: 'https://api.mistral.ai/v1',
    keyVariables: ['MISTRAL_API_KEY'],
    keyMarks: [],
    defaultModel: 'mistral-large-latest',
    models: modelsOf('mistral'),
  },
  {
    id: 'groq',
    name: 'Groq',
    api: 'openai-completions',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyVariables: ['GROQ_API_KEY'],
    keyMarks: ['gsk_'],
    defaultModel: 'llama-3.3-70b-versatile',
    models: modelsOf('groq'),
  },
  {
    id: 'xai',
    name: 'xAI',
    api: 'openai-completions',
    baseUrl: 'https://api.x.ai/v1',
    keyVariables: ['XAI_API_KEY'],
    keyMarks: ['xai-'],
    defaultModel: 'grok-4.3',
    models: modelsOf('xai'),
  },
  {
    id: 'deepseek',
    name: 'DeepSeek',
    api: 'openai-completions',
    baseUrl: 'https://api.deepseek.com/v1',
    keyVariables: ['DEEPSEEK_API_KEY'],
    keyMarks: [],
    defaultModel: 'deepseek-flash',
    models: modelsOf('deepseek'),
  },
];

/** OpenAI-compatible servers that people run on their own machine. */
export const LOCAL_SERVERS = [
  { id: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { id: 'lmstudio', name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { id: 'llamacpp', name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
] as const;

export const OFFLINE_PROVIDER = 'offline';
export const OFFLINE_MODEL = 'assistant';
