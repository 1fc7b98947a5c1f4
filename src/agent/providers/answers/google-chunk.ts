import { isPlainObject } from '../../../common/plain-object';

type Fields = Record<string, unknown>;

/** A piece of an answer in Google's format; undefined where it is no object. */
export function regularGoogle(piece: unknown): Fields | undefined {
  if (!isPlainObject(piece)) return undefined;
  const { candidates } = piece;
  return {
    ...piece,
    ...(candidates === undefined
      ? {}
      : { candidates: Array.isArray(candidates) ? candidates.filter(isPlainObject).map(candidateOf) : [] }),
  };
}

function candidateOf(candidate: Fields): Fields {
  const { content, finishReason } = candidate;
  const isReason = finishReason === undefined || finishReason === null || typeof finishReason === 'string';
  return {
    ...candidate,
    ...(isReason ? {} : { finishReason: String(finishReason) }),
    ...(content === undefined ? {} : { content: isPlainObject(content) ? content : {} }),
  };
}
