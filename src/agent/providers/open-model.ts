import type { LanguageModelV3 } from '@ai-sdk/provider';
import { OfflineModel } from './offline/offline-model';
import { lenientFetch } from './answers/lenient-fetch';
import { ModelError } from './model-error';
import type { ModelInfo } from './model-info';
import { ReasoningDetails } from './reasoning-details';

/** Local servers ask for no key, their clients insist on some text. */
export const NO_KEY = 'not-needed';

/**
 * Opens a model for calls. Provider packages are loaded on first use, so that a provider nobody configured costs
 * neither start-up time nor memory.
 */
export async function openModel(info: ModelInfo): Promise<LanguageModelV3> {
  if (info.api === 'offline') return new OfflineModel();
  const settings = {
    baseURL: info.baseUrl.replace(/\/+$/, ''),
    apiKey: info.apiKey ?? NO_KEY,
    headers: headersOf(info),
    fetch: lenientFetch(info.api),
  };
  switch (info.api) {
    case 'openai-completions': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      const rename = info.compat?.maxTokensField === 'max_completion_tokens';
      return createOpenAICompatible({
        name: info.provider,
        includeUsage: true,
        metadataExtractor: {
          extractMetadata: ({ parsedBody }) => {
            const details = new ReasoningDetails();
            details.processChunk(parsedBody);
            return Promise.resolve(details.buildMetadata() as never);
          },
          createStreamExtractor: () => new ReasoningDetails() as never,
        },
        ...settings,
        ...(rename ? { transformRequestBody: renameMaxTokens } : {}),
      })(info.id) as LanguageModelV3;
    }
    case 'openai-responses': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI({ name: info.provider, ...settings }).responses(info.id) as LanguageModelV3;
    }
    case 'anthropic-messages': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic({ name: info.provider, ...settings })(info.id) as LanguageModelV3;
    }
    case 'google-generative-ai': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
      return createGoogleGenerativeAI({ name: info.provider, ...settings })(info.id) as LanguageModelV3;
    }
    case 'github-copilot':
    case 'bedrock-converse-stream':
      throw new ModelError(
        'invalid_request',
        `models.providers.${info.provider}.api "${info.api}" is not offered; use an OpenAI-compatible endpoint of that service`,
      );
  }
}

export function headersOf(info: ModelInfo): Record<string, string> {
  if (info.authHeader && info.apiKey) return { ...info.headers, Authorization: `Bearer ${info.apiKey}` };
  return info.headers;
}

/** Some servers take the limit only under OpenAI's newer name. */
function renameMaxTokens({ max_tokens: limit, ...body }: Record<string, unknown>): Record<string, unknown> {
  return limit === undefined ? body : { ...body, max_completion_tokens: limit };
}
