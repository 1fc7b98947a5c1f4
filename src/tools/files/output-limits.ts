import { cutText, graphemeBorder } from '../../common/cut-text';
import { cutToTokens, estimateTokens } from '../../common/estimate-tokens';
import type { ToolContext } from '../agent-tool';

/** Limits of text that tools return; whichever is reached first. */
export const MAX_LINES = 2000;
export const MAX_BYTES = 50 * 1024;
/** Where it is not known which model will read it. */
const MAX_TOKENS = 50_000;
/** Left for what stands beside the lines: where they end, how to go on. */
const NOTE_BYTES = 2048;
const NOTE_TOKENS = 128;

/** Bytes that so many characters may have, with the note beside them. */
export const bytesForChars = (chars: number): number => chars * 3 + NOTE_BYTES;

/** How much one result may hold. */
export interface ResultRoom {
  bytes: number;
  tokens: number;
}

/** @param askedBytes what the call itself asks for */
export const resultRoom = ({ resultTokens }: Pick<ToolContext, 'resultTokens'>, askedBytes = 0): ResultRoom => ({
  bytes: Math.max(MAX_BYTES, askedBytes),
  tokens: resultTokens ?? Math.max(MAX_TOKENS, askedBytes),
});

/** A text from a place on, as much as fits; `end` is where to go on. */
export function pieceOf(
  text: string,
  from: number,
  context: Pick<ToolContext, 'resultTokens'>,
  { maxChars = Infinity, askedBytes = 0 }: { maxChars?: number; askedBytes?: number } = {},
): { piece: string; end: number } {
  const room = resultRoom(context, askedBytes);
  const start = graphemeBorder(text, from);
  const wanted = text.slice(start, Math.max(start + 1, graphemeBorder(text, Math.min(text.length, start + maxChars))));
  const inBytes = cutText(wanted, room.bytes - NOTE_BYTES, { unit: 'bytes', mark: '' });
  const piece = cutToTokens(inBytes, Math.max(NOTE_TOKENS, room.tokens - NOTE_TOKENS), { mark: '' });
  return { piece, end: start + piece.length };
}

export interface LimitedLines {
  lines: string[];
  truncated: boolean;
  /** Characters of the first line, where already that is too long and only its beginning is given. */
  ofFirst?: number;
}

/** The first lines that fit; of a first line that does not, its beginning. */
export function limitLines(
  lines: readonly string[],
  context: Pick<ToolContext, 'resultTokens'>,
  maxLines = MAX_LINES,
): LimitedLines {
  const room = resultRoom(context);
  const bytes = room.bytes - NOTE_BYTES;
  const tokens = Math.max(NOTE_TOKENS, room.tokens - NOTE_TOKENS);
  const kept: string[] = [];
  let [usedBytes, usedTokens] = [0, 0];
  for (const line of lines) {
    usedBytes += Buffer.byteLength(line) + 1;
    // A line that is too long anyway need not be weighed.
    if (usedBytes <= bytes) usedTokens += estimateTokens(line) + 1;
    if (kept.length >= maxLines) return { lines: kept, truncated: true };
    if (usedBytes > bytes || usedTokens > tokens) {
      if (kept.length > 0) return { lines: kept, truncated: true };
      const { piece } = pieceOf(line, 0, context);
      return { lines: [piece], truncated: true, ofFirst: piece.length };
    }
    kept.push(line);
  }
  return { lines: kept, truncated: false };
}
