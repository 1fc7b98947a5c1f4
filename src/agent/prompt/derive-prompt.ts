import type {
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  LanguageModelV3ToolResultPart,
  SharedV3ProviderOptions,
} from '@ai-sdk/provider';
import type { ContentPart, ProviderFacts } from '../../common/content-parts';
import type {
  AssistantMessage,
  ToolCallPart,
  ToolResultMessage,
  TranscriptMessage,
  UserMessage,
} from '../../sessions/transcript-event';
import { MADE_BY } from '../dialects/fit-thoughts';
import { type EnvelopeStyle, envelope } from './envelope';

export interface PromptMessage {
  message: TranscriptMessage;
  /** Milliseconds since 1970. */
  at: number;
  /** It stands for messages that are left out: of the conversation before, or of the running turn. */
  summary?: 'history' | 'turn';
}

export interface PromptTarget {
  /** Whether the model can look at pictures. */
  acceptsImages: boolean;
  /** How it is told when messages came; in UTC by default. */
  envelope?: EnvelopeStyle;
}

const UTC_TIMES: EnvelopeStyle = { zone: 'UTC', hourStyle: '24' };

type AssistantContent = Extract<LanguageModelV3Message, { role: 'assistant' }>['content'];
type UserContent = Extract<LanguageModelV3Message, { role: 'user' }>['content'];

const NO_RESULT = 'No result: the call was interrupted. Its effect is unknown; check before you repeat it.';

/**
 * The one place where a transcript becomes a prompt. Pure, and total: for any list of messages, also one cut off anywhere,
 * every tool call is followed at once by exactly one result and every result has its call. What a provider refuses of it is
 * seen to by `fitRequest`, the last step before each.
 */
export function derivePrompt(messages: readonly PromptMessage[], target: PromptTarget): LanguageModelV3Prompt {
  const prompt: LanguageModelV3Prompt = [];
  for (let index = 0; index < messages.length; index++) {
    const { message, at } = messages[index] as PromptMessage;
    if (message.role === 'user') {
      const content = userContent(message, { at, before: messages[index - 1]?.at }, target);
      if (content.length > 0) prompt.push({ role: 'user', content });
    } else if (message.role === 'assistant') {
      pushAssistant(prompt, message, resultsAfter(messages, index), target);
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
  const calls: ToolCallPart[] = [];
  const seen = new Set<string>();
  for (const part of message.content) {
    if (part.type === 'text' && part.text !== '')
      content.push({ type: 'text', text: part.text, ...options(part.facts) });
    else if (part.type === 'thinking') content.push({ type: 'reasoning', text: part.thinking, ...options(part.facts) });
    else if (part.type === 'toolCall' && part.id !== '' && !seen.has(part.id)) {
      seen.add(part.id);
      calls.push(part);
      content.push({
        type: 'tool-call',
        toolCallId: part.id,
        toolName: part.name,
        input: part.arguments,
        ...options(part.facts),
      });
    }
  }
  if (content.length === 0) return;
  const { api, provider, model } = message;
  prompt.push({ role: 'assistant', content, providerOptions: { [MADE_BY]: { api, provider, model } } });
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

function userContent(
  message: UserMessage,
  { at, before }: { at: number; before: number | undefined },
  target: PromptTarget,
): UserContent {
  const content: UserContent = [];
  const text = plainText(message.content, target);
  if (text !== '')
    content.push({ type: 'text', text: `${envelope(message, at, target.envelope ?? UTC_TIMES, before)}${text}` });
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

/** What a provider gave along with a part; whether it gets that back is for the last step to say. */
const options = (facts: ProviderFacts | undefined): { providerOptions?: SharedV3ProviderOptions } =>
  facts ? { providerOptions: facts as SharedV3ProviderOptions } : {};
