import { cutText } from '../../../src/common/cut-text';
import { readableText, visibleLines, visiblePieces, visibleText } from '../../../src/common/visible-text';
import css from './text.module.css';

interface SafeTextProps {
  text: string;
  /** Line breaks and tabs stay as they are. */
  lines?: boolean;
  /** Most characters shown; the rest is cut off, and told in the title. */
  max?: number;
}

/** Names, commands and other short texts of others: what can't be seen, or turns the rest around, is spelt out and marked. */
export function SafeText({ text, lines = false, max }: SafeTextProps) {
  const cut = max === undefined ? text : cutText(text, max);
  return <Marked text={lines ? visibleLines(cut) : visibleText(cut)} />;
}

/** Text that is read at length, such as an answer: only what would steer the place it stands in is spelt out. */
export const Prose = ({ text }: { text: string }) => <Marked text={readableText(text)} />;

function Marked({ text }: { text: string }) {
  return visiblePieces(text).map((piece, index) =>
    index % 2 === 1 ? (
      <mark key={index} className={css['unseen']}>
        {piece}
      </mark>
    ) : (
      piece
    ),
  );
}
