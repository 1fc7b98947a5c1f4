import type { ImageModelV3 } from '@ai-sdk/provider';
import { ownOriginFetch } from './answers/own-origin-fetch';
import { ModelError } from './model-error';
import type { ModelInfo } from './model-info';
import { NO_KEY, headersOf } from './open-model';

/**
 * Opens a model that makes pictures. Provider packages are loaded on first use.
 * @throws ModelError invalid_request where the provider has none
 */
export async function openImageModel(info: ModelInfo): Promise<ImageModelV3> {
  const settings = {
    baseURL: info.baseUrl.replace(/\/+$/, ''),
    apiKey: info.apiKey ?? NO_KEY,
    headers: headersOf(info),
    fetch: ownOriginFetch,
  };
  switch (info.api) {
    case 'openai-responses': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI({ name: info.provider, ...settings }).image(info.id);
    }
    case 'openai-completions': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      return createOpenAICompatible({ name: info.provider, ...settings }).imageModel(info.id);
    }
    case 'google-generative-ai': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
      return createGoogleGenerativeAI({ name: info.provider, ...settings }).image(info.id);
    }
    default:
      throw new ModelError(
        'invalid_request',
        `${info.provider} (api ${info.api}) makes no pictures; set agents.defaults.imageGenerationModel to a model of OpenAI, Google or a compatible server`,
      );
  }
}
