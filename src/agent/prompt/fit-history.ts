import type { PromptMessage } from './derive-prompt';

/** Rough size of a text in tokens; good enough to stay below a limit with a margin. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / 3.5);

/** Counting is rough: so much of the window is used at most. */
const SHARE_OF_WINDOW = 0.95;

/** Messages of the log never change, so each is measured once. */
const measured = new WeakMap<object, number>();

function tokensOf({ message }: PromptMessage): number {
  let tokens = measured.get(message);
  if (tokens === undefined) {
    tokens = estimateTokens(JSON.stringify(message.content));
    measured.set(message, tokens);
  }
  return tokens;
}

export const tokensOfMessages = (messages: readonly PromptMessage[]): number =>
  messages.reduce((sum, message) => sum + tokensOf(message), 0);

/** The newest whole turns that fit the model's window. A turn begins with a message of a person. */
export function fitHistory(
  history: readonly PromptMessage[],
  contextWindow: number,
  otherTokens: number,
): readonly PromptMessage[] {
  const budget = contextWindow * SHARE_OF_WINDOW - otherTokens;
  let used = 0;
  let start = history.length;
  for (let index = history.length - 1; index >= 0; index--) {
    const entry = history[index] as PromptMessage;
    used += tokensOf(entry);
    if (used > budget) break;
    if (entry.message.role === 'user') start = index;
  }
  return used <= budget ? history : history.slice(start);
}
