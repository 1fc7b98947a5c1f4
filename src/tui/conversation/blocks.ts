import { isPlainObject } from '../../common/plain-object';
import { type ToolCallPart, type WireMessage, textOf } from './wire-messages';

/** A call of a tool, as a card shows it. */
export interface ToolCard {
  id: string;
  name: string;
  args: unknown;
  phase: 'running' | 'done' | 'failed';
  /** What came of it, or has so far. */
  text: string;
}

/** A part of a conversation that is shown as one piece. */
export type Block =
  | { kind: 'user'; text: string; at?: number; who?: string; state?: 'sending' | 'waiting' | 'failed'; error?: string }
  | { kind: 'assistant'; text: string }
  | { kind: 'tool'; card: ToolCard }
  | { kind: 'note'; text: string; isBad: boolean };

/** Messages of the history as blocks: a call and its result are one. */
export function blocksOf(messages: readonly WireMessage[]): Block[] {
  const blocks: Block[] = [];
  const cards = new Map<string, ToolCard>();
  for (const message of messages) {
    if (message.role === 'toolResult') {
      const card = cards.get(message.toolCallId ?? '');
      if (!card) continue;
      card.phase = message.isError === true ? 'failed' : 'done';
      card.text = textOf(message.content);
    } else if (message.role === 'user') blocks.push(userBlock(message));
    else if (message.role === 'assistant') blocks.push(...assistantBlocks(message, cards));
  }
  return blocks;
}

function userBlock({ content, timestamp, sender, __openclaw }: WireMessage): Block {
  const who = sender?.name ?? sender?.channel;
  return {
    kind: 'user',
    text: textOf(content),
    ...(timestamp === undefined ? {} : { at: timestamp }),
    ...(who === undefined ? {} : { who }),
    ...(__openclaw?.pending ? { state: 'waiting' as const } : {}),
  };
}

function assistantBlocks({ content, errorMessage, files }: WireMessage, cards: Map<string, ToolCard>): Block[] {
  const blocks: Block[] = [];
  const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : (content ?? []);
  for (const part of parts) {
    if (part.type === 'text' && 'text' in part && part.text.trim() !== '')
      blocks.push({ kind: 'assistant', text: part.text });
    if (part.type === 'toolCall') {
      const { id, name, arguments: args } = part as ToolCallPart;
      // The history says of a call that has no result yet: it is going on.
      const card: ToolCard = { id, name, args, phase: 'running', text: '' };
      cards.set(id, card);
      blocks.push({ kind: 'tool', card });
    }
  }
  if (errorMessage !== undefined && errorMessage !== '')
    blocks.push({ kind: 'note', text: `error: ${errorMessage}`, isBad: true });
  for (const { path } of files ?? [])
    blocks.push({ kind: 'note', text: `file in the workspace: ${path}`, isBad: false });
  return blocks;
}

/** The first thing that a call is about: a command, a path, an address. */
export function aboutCall(args: unknown): string {
  if (!isPlainObject(args)) return '';
  for (const value of Object.values(args)) if (typeof value === 'string' && value !== '') return value;
  return Object.keys(args).length === 0 ? '' : JSON.stringify(args);
}
