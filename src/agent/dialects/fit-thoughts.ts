import type {
  JSONArray,
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  SharedV3ProviderOptions,
} from '@ai-sdk/provider';
import { isPlainObject } from '../../common/plain-object';
import type { ModelInfo } from '../providers/model-info';
import { REASONING_DETAILS } from '../providers/reasoning-details';
import type { Dialect } from './dialect';

/** Under this name a message of an assistant tells which model made it; it never leaves the gateway. */
export const MADE_BY = 'madeBy';

type AssistantMessage = Extract<LanguageModelV3Message, { role: 'assistant' }>;
type AssistantPart = AssistantMessage['content'][number];
type Options = Record<string, Record<string, unknown>>;

/** Stands where a target insists on a thought and another model made the call without one. */
export const NO_THOUGHT = '(no reasoning is known for this step)';
/** Gemini's documented stand-in for a signature of a call that it did not make. */
const SKIP_SIGNATURE = 'skip_thought_signature_validator';

/** Thoughts, signatures and item ids as the target wants them back, and none of those that mean nothing to it. */
export function fitThoughts(prompt: LanguageModelV3Prompt, info: ModelInfo, dialect: Dialect): LanguageModelV3Prompt {
  return prompt.map((message) => (message.role === 'assistant' ? fitMessage(message, info, dialect) : message));
}

function fitMessage(message: AssistantMessage, info: ModelInfo, dialect: Dialect): AssistantMessage {
  const { [MADE_BY]: madeBy, ...options } = message.providerOptions ?? {};
  const isOwn = madeBy?.['api'] === info.api && madeBy['provider'] === info.provider && madeBy['model'] === info.id;
  const hasCalls = message.content.some((part) => part.type === 'tool-call');
  let isFirstCall = true;
  const content = message.content.flatMap((part, index): AssistantPart[] => {
    const facts = (part.providerOptions ?? {}) as Options;
    const { providerOptions: _, ...bare } = part;
    if (part.type === 'reasoning')
      return isOwn ? thought(part.text, facts, dialect, hasCalls, message.content, index) : [];
    if (part.type === 'tool-call') {
      const own = callFacts(isOwn ? facts : {}, dialect, isFirstCall);
      isFirstCall = false;
      return [{ ...bare, ...own } as AssistantPart];
    }
    return [{ ...bare, ...textFacts(isOwn ? facts : {}, dialect) } as AssistantPart];
  });
  if (dialect.wantsThoughts && hasCalls && !content.some((part) => part.type === 'reasoning'))
    content.unshift(standIn(dialect));
  const details = isOwn && dialect.server === 'openrouter' ? detailsIn(message) : undefined;
  return {
    ...message,
    content,
    providerOptions: details ? { ...options, openaiCompatible: { reasoning_details: details } } : options,
  };
}

/** What OpenRouter told of a thought, which it wants back as it was. */
function detailsIn(message: AssistantMessage): JSONArray | undefined {
  for (const { providerOptions } of message.content) {
    const details = providerOptions?.[REASONING_DETAILS]?.['details'];
    if (Array.isArray(details)) return details;
  }
  return undefined;
}

/** A thought of the target itself. */
function thought(
  text: string,
  facts: Options,
  dialect: Dialect,
  hasCalls: boolean,
  content: readonly AssistantPart[],
  index: number,
): AssistantPart[] {
  switch (dialect.thoughts) {
    case 'signed': {
      const { signature, redactedData } = facts['anthropic'] ?? {};
      if (isText(redactedData)) return [reasoning('', { anthropic: { redactedData } })];
      return isText(signature) && text !== '' ? [reasoning(text, { anthropic: { signature } })] : [];
    }
    case 'blocks': {
      const { signature } = facts['anthropic'] ?? {};
      return text.trim() === ''
        ? []
        : [reasoning(text, { anthropic: { signature: isText(signature) ? signature : '' } })];
    }
    case 'encrypted': {
      const { itemId, reasoningEncryptedContent } = factsWith(facts, 'reasoningEncryptedContent') ?? {};
      // OpenAI refuses an item without its content, and one with nothing behind it.
      const leads = content.slice(index + 1).some((part) => part.type === 'tool-call' || isSaid(part));
      if (!isText(reasoningEncryptedContent) || !leads) return [];
      return [reasoning(text, { openai: { ...(isText(itemId) ? { itemId } : {}), reasoningEncryptedContent } })];
    }
    case 'signatures': {
      const { thoughtSignature } = factsWith(facts, 'thoughtSignature') ?? {};
      return isText(thoughtSignature) && text !== '' ? [reasoning(text, { google: { thoughtSignature } })] : [];
    }
    case 'field':
      return hasCalls && text.trim() !== '' ? [reasoning(text, {})] : [];
    case 'none':
      return [];
  }
}

function standIn({ thoughts }: Dialect): AssistantPart {
  return reasoning(NO_THOUGHT, thoughts === 'blocks' ? { anthropic: { signature: '' } } : {});
}

/** Gemini's signatures stay on its calls, wherever they were kept; item ids of stored answers go. */
function callFacts(facts: Options, dialect: Dialect, isFirst: boolean): { providerOptions?: SharedV3ProviderOptions } {
  if (dialect.thoughts !== 'signatures' && dialect.family !== 'gemini') return {};
  const { thoughtSignature } = factsWith(facts, 'thoughtSignature') ?? {};
  if (isText(thoughtSignature)) return { providerOptions: { google: { thoughtSignature } } };
  // The first call of a step carries the signature of all.
  return dialect.wantsSignatures && isFirst
    ? { providerOptions: { google: { thoughtSignature: SKIP_SIGNATURE } } }
    : {};
}

function textFacts(facts: Options, dialect: Dialect): { providerOptions?: SharedV3ProviderOptions } {
  if (dialect.thoughts === 'signatures') {
    const { thoughtSignature } = factsWith(facts, 'thoughtSignature') ?? {};
    return isText(thoughtSignature) ? { providerOptions: { google: { thoughtSignature } } } : {};
  }
  const phase = dialect.thoughts === 'encrypted' ? facts['openai']?.['phase'] : undefined;
  return isText(phase) ? { providerOptions: { openai: { phase } } } : {};
}

/** Provider packages keep their facts under the name of the provider, of its maker or of both. */
function factsWith(facts: Options, key: string): Record<string, unknown> | undefined {
  return Object.values(facts).find((entry) => isPlainObject(entry) && isText(entry[key]));
}

const reasoning = (text: string, providerOptions: SharedV3ProviderOptions): AssistantPart => ({
  type: 'reasoning',
  text,
  providerOptions,
});

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isSaid = (part: AssistantPart): boolean => part.type === 'text' && part.text.trim() !== '';

/**
 * Whether Claude would refuse to think on here: in a round of tools the answer to which began without a thought, as
 * another model or none began it. What a person says between two tools belongs to the round.
 */
export function mustNotThink(prompt: LanguageModelV3Prompt): boolean {
  const isAside = (index: number): boolean => prompt[index]?.role === 'user' && prompt[index - 1]?.role === 'tool';
  const last = prompt.length - 1;
  if (prompt[last]?.role !== 'tool' && !isAside(last)) return false;
  const asked = prompt.findLastIndex((message, index) => message.role === 'user' && !isAside(index));
  const first = prompt.slice(asked + 1).find((message) => message.role === 'assistant');
  return first?.role === 'assistant' && first.content[0]?.type !== 'reasoning';
}

/** Without thoughts: Claude takes none back while it is not to think. */
export const withoutThoughts = (prompt: LanguageModelV3Prompt): LanguageModelV3Prompt =>
  prompt.map((message) =>
    message.role === 'assistant'
      ? { ...message, content: message.content.filter((part) => part.type !== 'reasoning') }
      : message,
  );
