import type {
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  LanguageModelV3ToolResultPart,
  SharedV3ProviderOptions,
} from '@ai-sdk/provider';
import type { ContentPart } from '../../common/content-parts';
import type {
  AssistantMessage,
  ToolCallPart,
  ToolResultMessage,
  TranscriptMessage,
  UserMessage,
} from '../../sessions/transcript-event';
import { type EnvelopeStyle, envelope } from './envelope';

export interface PromptMessage {
  message: TranscriptMessage;
  /** Milliseconds since 1970. */
  at: number;
}

export interface PromptTarget {
  provider: string;
  /** Whether the model can look at pictures. */
  acceptsImages: boolean;
  /** How it is told when messages came; in UTC by default. */
  envelope?: EnvelopeStyle;
}

const UTC_TIMES: EnvelopeStyle = { zone: 'UTC', hourStyle: '24' };

type AssistantContent = Extract<LanguageModelV3Message, { role: 'assistant' }>['content'];
type UserContent = Extract<LanguageModelV3Message, { role: 'user' }>['content'];

const OPENING: LanguageModelV3Message = {
  role: 'user',
  content: [{ type: 'text', text: '[from the gateway] The conversation begins.' }],
};
const NO_RESULT = 'No result: the call was interrupted. Its effect is unknown; check before you repeat it.';

/**
 * The one place where a transcript becomes what a provider receives. Pure, and total: for any list of messages, also
 * one cut off anywhere, every tool call is followed at once by exactly one result and every result has its call.
 */
export function derivePrompt(messages: readonly PromptMessage[], target: PromptTarget): LanguageModelV3Prompt {
  const prompt: LanguageModelV3Prompt = [];
  for (let index = 0; index < messages.length; index++) {
    const { message, at } = messages[index] as PromptMessage;
    if (message.role === 'user') {
      const content = userContent(message, at, target);
      if (content.length > 0) prompt.push({ role: 'user', content });
    } else if (message.role === 'assistant') {
      const results = resultsAfter(messages, index);
      // Providers want a conversation to begin with a person.
      if (prompt.length === 0) prompt.push(OPENING);
      pushAssistant(prompt, message, results, target);
      if (prompt.at(-1) === OPENING) prompt.pop();
    }
    // Tool results are emitted with the call they answer; one without a call is left out.
  }
  return prompt;
}

/** Results that directly follow an assistant message. */
function resultsAfter(messages: readonly PromptMessage[], index: number): ToolResultMessage[] {
  const results: ToolResultMessage[] = [];
  for (let next = index + 1; next < messages.length; next++) {
    const { message } = messages[next] as PromptMessage;
    if (message.role !== 'toolResult') break;
    results.push(message);
  }
  return results;
}

function pushAssistant(
  prompt: LanguageModelV3Prompt,
  message: AssistantMessage,
  results: readonly ToolResultMessage[],
  target: PromptTarget,
): void {
  const content: AssistantContent = [];
  /** Calls stand last, with their results right behind them. */
  const called: AssistantContent = [];
  const calls: ToolCallPart[] = [];
  const seen = new Set<string>();
  for (const part of message.content) {
    if (part.type === 'text' && part.text !== '')
      content.push({ type: 'text', text: part.text, ...options(part.facts, message, target) });
    else if (part.type === 'thinking' && part.facts && message.provider === target.provider) {
      content.push({ type: 'reasoning', text: part.thinking, ...options(part.facts, message, target) });
    } else if (part.type === 'toolCall' && part.id !== '' && !seen.has(part.id)) {
      seen.add(part.id);
      calls.push(part);
      called.push({
        type: 'tool-call',
        toolCallId: part.id,
        toolName: part.name,
        input: part.arguments,
        ...options(part.facts, message, target),
      });
    }
  }
  content.push(...called);
  const hasSubstance = content.some((part) => part.type !== 'reasoning');
  if (!hasSubstance) return;
  prompt.push({ role: 'assistant', content });
  if (calls.length === 0) return;
  prompt.push({ role: 'tool', content: calls.map((call) => resultPart(call, results, target)) });
}

function resultPart(
  call: ToolCallPart,
  results: readonly ToolResultMessage[],
  target: PromptTarget,
): LanguageModelV3ToolResultPart {
  const result = results.find((candidate) => candidate.toolCallId === call.id);
  const base = { type: 'tool-result', toolCallId: call.id, toolName: call.name } as const;
  if (!result) return { ...base, output: { type: 'error-text', value: NO_RESULT } };
  const text = plainText(result.content, target);
  if (result.isError) return { ...base, output: { type: 'error-text', value: text } };
  const images = target.acceptsImages ? result.content.filter((part) => part.type === 'image') : [];
  if (images.length === 0) return { ...base, output: { type: 'text', value: text } };
  return {
    ...base,
    output: {
      type: 'content',
      value: [
        { type: 'text', text },
        ...images.map((image) => ({ type: 'image-data' as const, data: image.data, mediaType: image.mimeType })),
      ],
    },
  };
}

function userContent(message: UserMessage, at: number, target: PromptTarget): UserContent {
  const content: UserContent = [];
  const text = plainText(message.content, target);
  if (text !== '')
    content.push({ type: 'text', text: `${envelope(message, at, target.envelope ?? UTC_TIMES)}${text}` });
  if (target.acceptsImages) {
    for (const part of message.content) {
      if (part.type === 'image') content.push({ type: 'file', data: part.data, mediaType: part.mimeType });
    }
  }
  return content;
}

function plainText(content: readonly ContentPart[], target: PromptTarget): string {
  return content
    .map((part) =>
      part.type === 'text'
        ? part.text
        : target.acceptsImages
          ? ''
          : `(an image, ${part.mimeType}, which this model can't see)`,
    )
    .filter((text) => text !== '')
    .join('\n');
}

/** Signatures and item ids mean something only to the provider that gave them. */
function options(
  facts: Record<string, Record<string, unknown>> | undefined,
  message: AssistantMessage,
  target: PromptTarget,
): { providerOptions?: SharedV3ProviderOptions } {
  return facts && message.provider === target.provider ? { providerOptions: facts as SharedV3ProviderOptions } : {};
}
