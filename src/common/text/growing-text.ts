/**
 * Text that grows as pieces to add up. What was sent can't be taken back: text that turns out to be none of the answer stands
 * where it stands, and the answer follows it.
 */
export class GrowingText {
  private sent = '';

  /** The next piece of a text so far; blanks at its end are held back until more comes. */
  grow(text: string): string {
    return text.startsWith(this.sent) ? this.take(text.trimEnd()) : '';
  }

  /** What is missing of the whole text. */
  end(text: string): string {
    if (text.startsWith(this.sent)) return this.take(text);
    return this.sent.trimEnd() === text ? '' : this.take(`${this.sent}\n\n${text}`);
  }

  private take(text: string): string {
    const piece = text.slice(this.sent.length);
    if (piece !== '') this.sent = text;
    return piece;
  }
}
