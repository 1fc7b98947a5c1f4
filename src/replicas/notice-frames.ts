import { RecentMap } from '../common/recent-map';
import type { Notice } from './replica-link';

/** What fits into one notification: PostgreSQL takes less than 8000 bytes. */
const PARTS = /[^]{1,7800}/g;
/** What is larger is not told at all: whoever needs it finds it in the tables. */
export const MOST_CHARS = 1_000_000;
/** Senders whose notices are being put together; a sender that is cut off leaves one behind. */
const MOST_OPEN = 64;

/** A text as what fits into notifications, each with the sender, the number of the notice and which part of how many it is. */
export function framesOf(sender: string, number: number, text: string): string[] {
  // In ASCII alone characters are bytes, and can be cut anywhere.
  const ascii = text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (ascii.length > MOST_CHARS) return [];
  const parts = ascii.match(PARTS) ?? [''];
  return parts.map((part, index) => `${sender} ${number} ${index} ${parts.length} ${part}`);
}

/** Puts notices together again. The parts of one arrive in order and without others of the same sender between them. */
export class NoticeReader {
  private readonly open = new RecentMap<string, { number: number; parts: string[] }>(MOST_OPEN);

  /** Returns the notice that a frame completes, with its sender; undefined while parts of it are to come, or one is lost. */
  read(frame: string): (Notice & { sender: string }) | undefined {
    const found = /^(\S+) (\d+) (\d+) (\d+) /.exec(frame);
    if (!found) return undefined;
    const [head, sender = '', number, index, count] = found;
    const part = frame.substring(head.length);
    if (Number(count) === 1) return { sender, number: Number(number), text: part };
    let known = this.open.get(sender);
    if (Number(index) === 0) {
      known = { number: Number(number), parts: [] };
      this.open.set(sender, known);
    }
    if (known?.number !== Number(number) || known.parts.length !== Number(index)) return undefined;
    known.parts.push(part);
    if (known.parts.length < Number(count)) return undefined;
    this.open.delete(sender);
    return { sender, number: known.number, text: known.parts.join('') };
  }
}
