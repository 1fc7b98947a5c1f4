import type { OutboundMessage } from '../channel-adapter';
import { chunkMarkdown } from '../text/markdown-chunks';
import { tablesAsCode } from '../text/tables';

export const MAX_CHARS = 2000;
const DEFAULT_LINES = 17;

/** Markdown as Discord shows it: its own flavour, with tables as code. */
export const discordMarkdown = (markdown: string): string => tablesAsCode(markdown).trim();

/** Pieces of at most so many characters, and of few lines, so that nobody has to scroll past one. */
export function discordChunks(markdown: string, limits: { chars?: number; lines?: number }): string[] {
  const { chars = MAX_CHARS, lines = DEFAULT_LINES } = limits;
  return chunkMarkdown(discordMarkdown(markdown), (piece) => piece.length <= chars && lineCount(piece) <= lines);
}

const lineCount = (text: string): number => text.split('\n').length;

/** Suppresses notifications. */
const SILENT = 1 << 12;
const VOICE = 1 << 13;

/** Discord neither fetches nor shows what links lead to. */
const WITHOUT_EMBEDS = 1 << 2;

/** Flags of a message: a recording as a voice message, a message without a sound. */
export const flagsOf = ({ file, text, silent }: OutboundMessage): number =>
  (file?.kind === 'voice' && text === '' ? VOICE : 0) | (silent ? SILENT : 0);

/** An address in a message would be fetched without anybody touching it: only where the owner wants that. */
export const embedFlags = (linkPreview: boolean | undefined): number => (linkPreview === true ? 0 : WITHOUT_EMBEDS);

/** Fields of a message that hold its text. */
export const contentOf = ({ text }: OutboundMessage): { content: string; allowed_mentions: object } => ({
  content: discordMarkdown(text),
  // Nobody's words call a whole server.
  allowed_mentions: { parse: ['users'] },
});

/** Number of a delivery as Discord takes it: at most 25 characters. */
export const nonceOf = (deliveryId: string): string => deliveryId.replaceAll('-', '').slice(0, 25);

/** Whether a message shows a beginning of a text. */
export const isBeginning = (shown: string, whole: string): boolean =>
  shown !== '' && shown !== whole && whole.startsWith(shown);
