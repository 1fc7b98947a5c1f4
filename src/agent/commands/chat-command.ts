/** A slash command as written: name without slash and bot suffix, rest of the first line, and the lines after it. */
export interface ChatCommand {
  name: string;
  args: string;
}

const STOP_WORDS = new Set(['stop', 'esc', 'abort', 'wait', 'exit', 'interrupt']);

/** `/name args`, `/name: args`, `/name@bot args`; undefined for ordinary text. */
export function parseChatCommand(text: string): ChatCommand | undefined {
  const match = /^\/([a-zA-Z][\w-]*)(?:@\w+)?(?:\s*:\s*|\s+|$)([\s\S]*)$/.exec(text.trim());
  return match?.[1] ? { name: match[1].toLowerCase(), args: (match[2] ?? '').trim() } : undefined;
}

/** Whether a whole message asks to stop what is going on. */
export function isStopRequest(text: string): boolean {
  const folded = text
    .trim()
    .toLowerCase()
    .replace(/[.!]+$/, '');
  return STOP_WORDS.has(folded) || parseChatCommand(text)?.name === 'stop';
}
