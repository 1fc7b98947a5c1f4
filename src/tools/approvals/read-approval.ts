import type { ApprovalDecision } from './approval-decision';

const WORDS: Readonly<Record<string, ApprovalDecision>> = {
  'allow-once': 'allow-once',
  allow: 'allow-once',
  once: 'allow-once',
  yes: 'allow-once',
  y: 'allow-once',
  'allow-session': 'allow-session',
  session: 'allow-session',
  'allow-always': 'allow-always',
  always: 'allow-always',
  deny: 'deny',
  no: 'deny',
  n: 'deny',
  reject: 'deny',
  block: 'deny',
};

export const decisionOf = (word: string): ApprovalDecision | undefined =>
  Object.hasOwn(WORDS, word.toLowerCase()) ? WORDS[word.toLowerCase()] : undefined;

/** `<id> <decision> [why not]` as people type it, id and decision in either order. */
export function readApproval(text: string): { id?: string; decision?: ApprovalDecision; reason?: string } {
  const [first = '', second = '', ...rest] = text.trim().split(/\s+/);
  const isTurned = decisionOf(first) !== undefined;
  const [id, word] = isTurned ? [second, first] : [first, second];
  const decision = decisionOf(word);
  return {
    ...(id === '' ? {} : { id }),
    ...(decision ? { decision } : {}),
    ...(decision === 'deny' && rest.length > 0 ? { reason: rest.join(' ') } : {}),
  };
}
