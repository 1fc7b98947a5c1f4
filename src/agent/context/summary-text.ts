import type { ContentOrigin, ContentPart } from '../../common/content-parts';
import { cutText } from '../../common/cut-text';
import type { TranscriptMessage } from '../../sessions/transcript-event';
import type { PromptMessage } from '../prompt/derive-prompt';
import { cutToTokens, estimateTokens } from '../../common/estimate-tokens';

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

/** Conversation in pieces of at most so many tokens; of a larger message the middle is left out. */
export function chunksOf(messages: readonly PromptMessage[], chunkTokens: number): string[] {
  const chunks: string[] = [];
  let lines: string[] = [];
  let tokens = 0;
  for (const { message } of messages) {
    const text = cutToTokens(messageText(message), chunkTokens);
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
        ? [`- ${message.toolName}: ${cutText(plain(message.content).replace(/\s+/g, ' '), LINE)}`]
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
  const head = earlier === undefined ? [] : [cutToTokens(earlier, Math.floor(budgetTokens * 0.4))];
  let left = budgetTokens - head.reduce((sum, text) => sum + estimateTokens(text), 0);
  const lines: string[] = [];
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index]?.message;
    if (!message || message.role === 'toolResult') continue;
    const line = `- ${cutText(messageText(message).replace(/\s+/g, ' '), LINE)}`;
    left -= estimateTokens(line);
    if (left < 0) break;
    lines.unshift(line);
  }
  return [...head, `Said in short (${messages.length} messages before):`, ...lines].join('\n');
}

const LABELS = {
  history: '[from the gateway] What was said before, summed up:',
  turn: '[from the gateway] What you have done for this so far, in short; it is left out to make room:',
};

/** A summary as a message to the model. */
export function summaryMessage(
  text: string,
  at: number,
  origin: ContentOrigin,
  summary: keyof typeof LABELS = 'history',
): PromptMessage {
  return {
    at,
    summary,
    message: { role: 'user', content: [{ type: 'text', text: `${LABELS[summary]}\n\n${text}`, origin }] },
  };
}

/** The summary that such a message holds. */
export function summaryIn({ message, summary = 'history' }: PromptMessage): string {
  const text = message.role === 'user' ? plain(message.content) : '';
  const label = `${LABELS[summary]}\n\n`;
  return text.startsWith(label) ? text.slice(label.length) : text;
}
