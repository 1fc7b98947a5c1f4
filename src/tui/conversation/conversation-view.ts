import type { Line } from '../../common/cli/line';
import type { Block } from './blocks';
import { blockLines } from './block-lines';
import type { Conversation } from './conversation';

/** The part of a conversation that fits the screen. Lines of what does not change any more are made once. */
export class ConversationView {
  private made = new WeakMap<Block, Line[]>();
  private columns = 0;
  /** Lines between the end of the conversation and the end of what is shown; 0 follows what is said. */
  private offset = 0;
  private total = 0;
  areCardsOpen = false;

  constructor(public conversation: Conversation) {}

  show(conversation: Conversation): void {
    this.conversation = conversation;
    this.offset = 0;
    this.total = 0;
  }

  toggleCards(): void {
    this.areCardsOpen = !this.areCardsOpen;
    this.made = new WeakMap();
  }

  /** @param rows how far; less than 0 leads back to the newest */
  scroll(rows: number): void {
    this.offset = Math.max(0, this.offset + rows);
  }

  toEnd(): void {
    this.offset = 0;
  }

  get isAtEnd(): boolean {
    return this.offset === 0;
  }

  /** Older messages were put in front: what is shown stays where it is. */
  grownInFront(): void {
    this.total = -1;
  }

  /**
   * Exactly as many lines as there is room for.
   * @returns also whether the beginning of what was read is in sight
   */
  lines(columns: number, rows: number): { lines: Line[]; isAtTop: boolean } {
    if (columns !== this.columns) {
      this.columns = columns;
      this.made = new WeakMap();
    }
    const settled = this.conversation.settledBlocks;
    const all = this.conversation
      .blocks()
      .flatMap((block, index) => (index < settled.length ? this.kept(block) : this.make(block)));
    // Who reads further up goes on reading there while more is said.
    if (this.offset > 0 && this.total > 0) this.offset += Math.max(0, all.length - this.total);
    this.total = all.length;
    this.offset = Math.min(this.offset, Math.max(0, all.length - rows));
    const end = all.length - this.offset;
    const lines = all.slice(Math.max(0, end - rows), end);
    const isAtTop = end - rows <= 0;
    return { lines: [...lines, ...Array.from({ length: rows - lines.length }, () => [] as Line)], isAtTop };
  }

  private kept(block: Block): Line[] {
    let lines = this.made.get(block);
    if (!lines) this.made.set(block, (lines = this.make(block)));
    return lines;
  }

  private make(block: Block): Line[] {
    return blockLines(block, this.columns, this.areCardsOpen);
  }
}
