import { cutToTokens } from '../../common/estimate-tokens';
import type { InboxRow } from '../../inbox/inbox-row';
import type { AttachedText } from '../../inbox/inbound-message';
import type { TokenGauge } from '../prompt/token-gauge.service';

/** Share of a model's window that the texts of attached files may have in one turn. */
const SHARE = 0.3;
/** A file shows this much, however many there are. */
const LEAST_TOKENS = 200;

/**
 * Rows whose attached texts leave room for everything else: short ones stay whole, and the long ones share what is left.
 * Of one that is cut, the model is told how much it sees.
 */
export function fitAttached(rows: readonly InboxRow[], gauge: Pick<TokenGauge, 'window' | 'text'>): InboxRow[] {
  const sizes = rows.flatMap(({ message }) => message.files ?? []).map(({ text }) => gauge.text(text));
  const most = Math.max(LEAST_TOKENS, fairShare(sizes, Math.floor(gauge.window * SHARE)));
  if (sizes.every((size) => size <= most)) return [...rows];
  return rows.map((row) => {
    const { files } = row.message;
    return files ? { ...row, message: { ...row.message, files: files.map((file) => cut(file, most, gauge)) } } : row;
  });
}

/** The most that each may have so that all together fit. */
function fairShare(sizes: readonly number[], room: number): number {
  let left = room;
  const ascending = [...sizes].sort((a, b) => a - b);
  for (const [index, size] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index));
    if (size > share) return share;
    left -= size;
  }
  return Infinity;
}

function cut(file: AttachedText, most: number, gauge: Pick<TokenGauge, 'text'>): AttachedText {
  const { text } = file;
  if (gauge.text(text) <= most) return file;
  const shown = cutToTokens(text, most, { mark: '' }, (part) => gauge.text(part));
  const note = `[these are the first ${shown.length} of ${text.length} characters; the rest is too much for this model at once]`;
  return { ...file, text: shown, note: file.note === undefined ? note : `${note}\n${file.note}` };
}
