import type { ContentPart } from '../../common/content-parts';
import type { TranscriptMessage } from '../../sessions/transcript-event';
import type { PromptMessage } from '../prompt/derive-prompt';
import { estimateTokens, tokensOfMessages } from '../prompt/fit-history';

const MAX_FAILURES = 8;
const LINE = 220;

const plain = (content: readonly ContentPart[]): string =>
  content.map((part) => (part.type === 'text' ? part.text : '[picture]')).join(' ');

/** One message as a line or more for whoever sums up. */
export function messageText(message: TranscriptMessage): string {
  switch (message.role) {
    case 'user':
      return `${message.sender?.name ?? 'Person'}: ${plain(message.content)}`;
    case 'toolResult':
      return `Result of ${message.toolName}${message.isError ? ' (failed)' : ''}: ${plain(message.content)}`;
    case 'assistant': {
      const parts = message.content.map((part) => {
        if (part.type === 'text') return part.text;
        return part.type === 'toolCall' ? `[calls ${part.name} ${JSON.stringify(part.arguments)}]` : '';
      });
      return `Assistant: ${parts.filter((text) => text !== '').join(' ')}`;
    }
  }
}

/** Conversation in pieces of at most so many tokens; a message larger than half a window is only noted. */
export function chunksOf(messages: readonly PromptMessage[], chunkTokens: number, windowTokens: number): string[] {
  const chunks: string[] = [];
  let lines: string[] = [];
  let tokens = 0;
  for (const { message } of messages) {
    let text = messageText(message);
    const size = estimateTokens(text);
    if (size > windowTokens / 2) text = `[a ${message.role} message of about ${size} tokens, too long to sum up]`;
    else if (size > chunkTokens) text = `${text.slice(0, chunkTokens * 2)} […] ${text.slice(-chunkTokens)}`;
    const own = estimateTokens(text);
    if (tokens + own > chunkTokens && lines.length > 0) {
      chunks.push(lines.join('\n'));
      lines = [];
      tokens = 0;
    }
    lines.push(text);
    tokens += own;
  }
  if (lines.length > 0) chunks.push(lines.join('\n'));
  return chunks;
}

/** Tool calls that failed, newest last: what a summary must not lose. */
export function failuresIn(messages: readonly PromptMessage[]): string[] {
  return messages
    .flatMap(({ message }) =>
      message.role === 'toolResult' && message.isError
        ? [`- ${message.toolName}: ${plain(message.content).replace(/\s+/g, ' ').slice(0, LINE)}`]
        : [],
    )
    .slice(-MAX_FAILURES);
}

/**
 * A summary without any model: what people and the assistant said, in short, tool results left out; the newest as much
 * as fits. The same messages give the same text.
 */
export function mechanicalSummary(
  messages: readonly PromptMessage[],
  earlier: string | undefined,
  budgetTokens: number,
): string {
  const head = earlier === undefined ? [] : [shorten(earlier, Math.floor(budgetTokens * 0.4 * 3.5))];
  let left = budgetTokens - head.reduce((sum, text) => sum + estimateTokens(text), 0);
  const lines: string[] = [];
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index]?.message;
    if (!message || message.role === 'toolResult') continue;
    const line = `- ${shorten(messageText(message).replace(/\s+/g, ' '), LINE)}`;
    left -= estimateTokens(line);
    if (left < 0) break;
    lines.unshift(line);
  }
  return [...head, `Said in short (${tokensOfMessages(messages)} tokens before):`, ...lines].join('\n');
}

const shorten = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text);
