import { type ContentOrigin, type ContentPart, storedOrigin, type UnlabelledPart } from '../common/content-parts';
import type { TranscriptMessage } from './transcript-event';

/** Tools whose results, unless they are errors, have always been the gateway's own words alone. */
const PLAIN_TOOLS: ReadonlySet<string> = new Set(['write', 'edit', 'apply_patch', 'todo', 'message', 'ask_user']);

/** Whose a part is that was stored before each part said so: what may have held words of others counts as theirs. */
function unsaid(message: TranscriptMessage, type: string): ContentOrigin {
  switch (message.role) {
    case 'assistant':
      return 'assistant';
    case 'user':
      // Strangers' messages were marked even then; forwards and pictures that an owner sent from a chat were not.
      return message.sender || type === 'image' ? 'file' : 'owner';
    case 'toolResult':
      return PLAIN_TOOLS.has(message.toolName) && !message.isError ? 'gateway' : 'tool';
  }
}

/** A message as it was stored, each of its parts with an origin. The one place that reads those without. */
export function labelledMessage(message: TranscriptMessage): TranscriptMessage {
  const content = message.content as readonly { type: string; origin?: unknown }[];
  if (content.every(({ type, origin }) => (type !== 'text' && type !== 'image') || isKnown(origin))) return message;
  return {
    ...message,
    content: content.map((part) =>
      part.type === 'text' || part.type === 'image'
        ? { ...part, origin: storedOrigin(part.origin, unsaid(message, part.type)) }
        : part,
    ),
  } as TranscriptMessage;
}

/** The same for a result that stands in the journal of a turn. */
export function labelledContent(toolName: string, content: readonly UnlabelledPart[], isError: boolean): ContentPart[] {
  const message = { role: 'toolResult', toolCallId: '', toolName, content: content as ContentPart[], isError } as const;
  return labelledMessage(message as unknown as TranscriptMessage).content as ContentPart[];
}

const isKnown = (origin: unknown): boolean => origin !== undefined && storedOrigin(origin, 'owner') === origin;
