import type { SaidMessage } from './said-message';

export interface MessageCounts {
  /** Of people and of the assistant. */
  total: number;
  user: number;
  assistant: number;
  toolCalls: number;
  toolResults: number;
  /** Tools that failed, and answers that did not come about. */
  errors: number;
}

export interface ToolCounts {
  totalCalls: number;
  uniqueTools: number;
  tools: { name: string; count: number }[];
}

export function countMessages(said: readonly SaidMessage[]): MessageCounts {
  const counts: MessageCounts = { total: 0, user: 0, assistant: 0, toolCalls: 0, toolResults: 0, errors: 0 };
  for (const { role, tools, isError } of said) {
    if (role === 'toolResult') counts.toolResults++;
    else {
      counts[role]++;
      counts.total++;
    }
    counts.toolCalls += tools.length;
    if (isError) counts.errors++;
  }
  return counts;
}

/** Tools by how often they were called, the most used first. */
export function countTools(said: readonly SaidMessage[]): ToolCounts {
  const calls = new Map<string, number>();
  for (const { tools } of said) for (const name of tools) calls.set(name, (calls.get(name) ?? 0) + 1);
  const tools = [...calls]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
  return { totalCalls: tools.reduce((sum, { count }) => sum + count, 0), uniqueTools: tools.length, tools };
}
