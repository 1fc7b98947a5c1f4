import type { ContentPart } from '../../common/content-parts';
import { commonLevel } from '../../common/common-level';
import { isPlainObject } from '../../common/plain-object';
import type { AssistantPart, TranscriptMessage } from '../../sessions/transcript-event';
import type { PromptMessage } from '../prompt/derive-prompt';
import { cutToTokens } from '../../common/estimate-tokens';
import type { TokenGauge } from '../prompt/token-gauge.service';

/**
 * Takes so many tokens out of messages by cutting their longest texts to one common length; shorter ones stay whole.
 * @param over tokens that are too many
 * @param floor no text is cut below that
 */
export function levelTexts(
  messages: readonly PromptMessage[],
  over: number,
  floor: number,
  gauge: TokenGauge,
  mayCut: (entry: PromptMessage) => boolean = () => true,
): PromptMessage[] {
  const sizes = messages.filter(mayCut).flatMap(({ message }) => textsIn(message).map((text) => gauge.text(text)));
  const level = Math.max(floor, commonLevel(sizes, sizes.reduce((sum, size) => sum + size, 0) - over));
  const cut = (text: string): string => cutToTokens(text, level, undefined, (part) => gauge.text(part));
  return messages.map((entry) =>
    mayCut(entry) && textsIn(entry.message).some((text) => gauge.text(text) > level)
      ? { ...entry, message: withTexts(entry.message, cut) }
      : entry,
  );
}

/** Texts that may be cut: thoughts are signed, and stay. */
function textsIn(message: TranscriptMessage): string[] {
  const parts: readonly (ContentPart | AssistantPart)[] = message.content;
  return parts.flatMap((part) => {
    if (part.type === 'text') return [part.text];
    return part.type === 'toolCall' ? stringsIn(part.arguments) : [];
  });
}

function withTexts(message: TranscriptMessage, change: (text: string) => string): TranscriptMessage {
  const changed = <Part extends ContentPart | AssistantPart>(part: Part): Part => {
    if (part.type === 'text') return { ...part, text: change(part.text) };
    return part.type === 'toolCall' ? { ...part, arguments: withStrings(part.arguments, change) } : part;
  };
  if (message.role === 'assistant') return { ...message, content: message.content.map(changed) };
  return { ...message, content: message.content.map(changed) };
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  return isPlainObject(value) ? Object.values(value).flatMap(stringsIn) : [];
}

function withStrings<Value>(value: Value, change: (text: string) => string): Value {
  if (typeof value === 'string') return change(value) as Value;
  if (Array.isArray(value)) return value.map((each: unknown) => withStrings(each, change)) as Value;
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withStrings(each, change)])) as Value;
}
