import type { LanguageModelV3Message, LanguageModelV3Prompt } from '@ai-sdk/provider';
import type { NameRules } from './dialect';
import { digestOf, fits } from './names';

/** Length of an id of ours, where the rules leave it open. */
const OWN_LENGTH = 16;

/**
 * Gives every call and its result an id that the target takes and that no other call of the conversation has. An id that
 * fits stays; another follows from the old one and from how often that came before, so that a conversation which grows
 * keeps its beginning and with it the provider's cache.
 */
export function fitCallIds(prompt: LanguageModelV3Prompt, rules: NameRules): LanguageModelV3Prompt {
  const used = new Set<string>();
  const times = new Map<string, number>();
  let current = new Map<string, string>();
  return prompt.map((message): LanguageModelV3Message => {
    if (message.role === 'assistant') {
      current = new Map();
      const content = message.content.map((part) => {
        if (part.type !== 'tool-call') return part;
        const time = times.get(part.toolCallId) ?? 0;
        times.set(part.toolCallId, time + 1);
        const id = freeId(part.toolCallId, time, rules, used);
        used.add(id);
        current.set(part.toolCallId, id);
        return id === part.toolCallId ? part : { ...part, toolCallId: id };
      });
      return { ...message, content };
    }
    if (message.role !== 'tool') return message;
    return {
      ...message,
      content: message.content.map((part) =>
        part.type === 'tool-result' ? { ...part, toolCallId: current.get(part.toolCallId) ?? part.toolCallId } : part,
      ),
    };
  });
}

function freeId(id: string, time: number, rules: NameRules, used: ReadonlySet<string>): string {
  if (fits(id, rules) && !used.has(id)) return id;
  const length = Math.min(Math.max(OWN_LENGTH, rules.min), rules.max);
  for (let round = 0; ; round++) {
    const candidate = digestOf(`${id}\n${time}\n${round}`, length);
    if (!used.has(candidate)) return candidate;
  }
}
