import { withoutEnd } from '../../../common/text/edges';

/** Marks of what stands at the end, by kind: notes at the foot or the end, and comments. */
type NoteKind = 'footnote' | 'endnote' | 'comment';

interface Block {
  lines: string[];
  /** Paragraphs that are open; one inside of another, as in a text box, is told behind it. */
  open: { words: string; aside: string[] }[];
  rows: string[][];
}

const newBlock = (): Block => ({ lines: [], open: [], rows: [] });

/** Puts words of a document together as they come: paragraphs, rows of tables, and what stands beside them. */
export class FlowText {
  private readonly blocks: Block[] = [newBlock()];
  private readonly notes: string[] = [];
  private readonly counts = new Map<NoteKind, number>();

  private get block(): Block {
    return this.blocks[this.blocks.length - 1] as Block;
  }

  write(words: string): void {
    const paragraph = this.block.open.at(-1);
    if (paragraph) paragraph.words += words;
  }

  /** What the open paragraph has so far; empty where none is open. */
  get written(): string {
    return this.block.open.at(-1)?.words ?? '';
  }

  get isInParagraph(): boolean {
    return this.block.open.length > 0;
  }

  startParagraph(): void {
    this.block.open.push({ words: '', aside: [] });
  }

  endParagraph(prefix = ''): void {
    const ended = this.block.open.pop();
    if (!ended) return;
    const words = ended.words === '' && ended.aside.length > 0 ? [] : [ended.words === '' ? '' : prefix + ended.words];
    for (const line of [...words, ...ended.aside]) this.line(line);
  }

  /** A line of its own: behind the paragraph in which it stands. */
  line(words: string): void {
    (this.block.open.at(-1)?.aside ?? this.block.lines).push(words);
  }

  startBlock(): void {
    this.blocks.push(newBlock());
  }

  endBlock(): string {
    while (this.isInParagraph) this.endParagraph();
    const { lines } = this.blocks.length > 1 ? (this.blocks.pop() as Block) : this.block;
    return lines.join('\n');
  }

  startRow(): void {
    this.block.rows.push([]);
  }

  /** @param isShown false for a row that was taken out */
  endRow(isShown = true): void {
    const cells = this.block.rows.pop();
    if (cells && isShown) this.line(withoutEnd(cells.join('\t'), '\t'));
  }

  /** Ends the block of a cell. @param columns that it takes */
  endCell(columns = 1): void {
    const words = this.endBlock().replace(/\t/g, ' | ').replace(/\n+/g, ' ').trim();
    this.block.rows.at(-1)?.push(words, ...Array.from({ length: Math.min(columns, 64) - 1 }, () => ''));
  }

  /** A mark in the words, and what it stands for at the end. */
  note(kind: NoteKind, words: string, by = ''): void {
    const number = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, number);
    this.write(`[${kind} ${number}]`);
    this.notes.push(`[${kind} ${number}${by === '' ? '' : ` by ${by}`}] ${words.trim().replace(/\n+/g, ' ')}`);
  }

  /** @returns all of it, notes behind */
  end(): string {
    const words = this.endBlock();
    return this.notes.length === 0 ? words : `${words}\n\n${this.notes.join('\n')}`;
  }
}
