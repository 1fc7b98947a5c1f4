import { visibleLines, visiblePieces, visibleText } from '../../../src/common/visible-text';

interface SafeTextProps {
  text: string;
  /** Line breaks and tabs stay as they are. */
  lines?: boolean;
}

/** Text of others: what can't be seen, or turns the rest around, is spelt out and marked. */
export function SafeText({ text, lines = false }: SafeTextProps) {
  return visiblePieces(lines ? visibleLines(text) : visibleText(text)).map((piece, index) =>
    index % 2 === 1 ? (
      <mark key={index} className="unseen">
        {piece}
      </mark>
    ) : (
      piece
    ),
  );
}
