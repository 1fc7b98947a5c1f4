import type { PromptMessage } from '../prompt/derive-prompt';

/**
 * The last turns of a conversation: so many groups of messages that people wrote in a row, each with what followed it. A
 * summary of what was before goes with the rest. Pure.
 */
export function lastTurns(messages: readonly PromptMessage[], limit: number | undefined): readonly PromptMessage[] {
  if (limit === undefined) return messages;
  const isSaid = (at: number): boolean => messages[at]?.message.role === 'user' && !messages[at].summary;
  let left = limit;
  for (let at = messages.length - 1; at >= 0; at--)
    if (isSaid(at) && !isSaid(at - 1) && --left === 0) return messages.slice(at);
  return messages;
}
