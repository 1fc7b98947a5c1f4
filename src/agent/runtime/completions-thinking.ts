import { serverOf, wordsOf } from '../dialects/model-family';
import type { ModelInfo } from '../providers/model-info';

/** https://api-docs.deepseek.com/guides/thinking_mode */
const DEEPSEEK: Readonly<Record<string, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'high',
  high: 'high',
  xhigh: 'max',
};
/** https://docs.x.ai/docs/guides/reasoning: of the fourth generation these minor versions take it, and no "fast" one. */
const XAI_FIRST_MINOR = 3;
const XAI_LAST_MINOR = 19;

/**
 * What a service of the chat-completions kind is told about thinking, in its own words; undefined where it takes nothing, or
 * would refuse the request.
 */
export function completionsThinking(
  { id, baseUrl, provider, compat }: Pick<ModelInfo, 'id' | 'baseUrl' | 'provider' | 'compat'>,
  level: string,
): Record<string, unknown> | undefined {
  if (compat?.supportsReasoningEffort === false) return undefined;
  const effort = level === 'xhigh' ? 'high' : level;
  switch (serverOf({ baseUrl, provider })) {
    case 'deepseek':
      return level === 'off' ? { thinking: { type: 'disabled' } } : { reasoningEffort: DEEPSEEK[level] ?? 'high' };
    case 'openrouter':
      // https://openrouter.ai/docs/use-cases/reasoning-tokens
      return level === 'off' ? undefined : { reasoning: { effort } };
    case 'xai':
      return level === 'off' ? undefined : grokEffort(wordsOf(id), effort);
    default:
      return compat?.supportsReasoningEffort && level !== 'off' ? { reasoningEffort: effort } : undefined;
  }
}

function grokEffort(words: readonly string[], effort: string): Record<string, unknown> | undefined {
  const at = words.indexOf('grok');
  const [major, minor = ''] = words.slice(at + 1);
  const isHigh = effort === 'high' || effort === 'medium';
  if (major === '3' && words.includes('mini')) return { reasoningEffort: isHigh ? 'high' : 'low' };
  const isListed = /^\d{1,2}$/.test(minor) && Number(minor) >= XAI_FIRST_MINOR && Number(minor) <= XAI_LAST_MINOR;
  if (major !== '4' || !isListed || words.includes('fast')) return undefined;
  return { reasoningEffort: effort === 'minimal' ? 'low' : effort };
}
