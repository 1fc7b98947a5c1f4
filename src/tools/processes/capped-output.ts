import { cutText, graphemeBorder } from '../../common/cut-text';

/** Characters of output that are kept; the middle of longer output is left out. */
export const MAX_OUTPUT = 200_000;
const HALF = MAX_OUTPUT / 2;

/** Keeps the first and the last part of a long output. */
export class CappedOutput {
  private head = '';
  private rest = '';
  /** Characters ever added. */
  total = 0;
  truncated = false;

  add(text: string): void {
    this.total += text.length;
    if (this.head.length < HALF) {
      const take = text.slice(0, graphemeBorder(text, HALF - this.head.length));
      this.head += take;
      text = text.slice(take.length);
    }
    this.rest += text;
    if (this.rest.length > MAX_OUTPUT) {
      this.truncated = true;
      this.rest = cutText(this.rest, HALF, { keep: 'end', mark: '' });
    }
  }

  text(): string {
    if (this.rest.length <= HALF && !this.truncated) return this.head + this.rest;
    this.truncated = true;
    return `${this.head}\n[… output left out …]\n${cutText(this.rest, HALF, { keep: 'end', mark: '' })}`;
  }

  tail(characters = 400): string {
    return cutText(this.head + this.rest, characters, { keep: 'end', mark: '' });
  }

  /** What has come since a position; what is no longer kept is left out. */
  since(position: number): string {
    const fresh = this.total - position;
    return fresh <= 0 ? '' : cutText(this.head + this.rest, fresh, { keep: 'end', mark: '' });
  }

  clear(): void {
    this.head = '';
    this.rest = '';
    this.truncated = false;
  }
}
