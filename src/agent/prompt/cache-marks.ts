import type { LanguageModelV3Message, LanguageModelV3Prompt } from '@ai-sdk/provider';
import type { ModelApi } from '../providers/models.config';

const MARK = { anthropic: { cacheControl: { type: 'ephemeral' } } };

/**
 * Tells providers that want to be told what to keep: Anthropic caches up to a mark, so one stands after the system
 * prompt (and the tools before it), one after the last message, and one where the last request ended. The others find
 * equal beginnings by themselves.
 */
export function withCacheMarks(
  prompt: LanguageModelV3Prompt,
  info: { api: ModelApi | 'offline' },
): LanguageModelV3Prompt {
  if (info.api !== 'anthropic-messages') return prompt;
  const last = prompt.length - 1;
  const before = prompt.findLastIndex((message, index) => index < last && message.role === 'assistant') - 1;
  return prompt.map((message, index) =>
    index === 0 || index === last || index === before ? marked(message) : message,
  );
}

const marked = (message: LanguageModelV3Message): LanguageModelV3Message => ({
  ...message,
  providerOptions: { ...message.providerOptions, ...MARK },
});
