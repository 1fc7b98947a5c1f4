import { OpenclawError } from '../openclaw-error';

/** What an archive may unfold to. Sizes are counted while it unfolds; what its headers claim is not believed. */
export interface ArchiveLimits {
  entries: number;
  /** Bytes of one entry. */
  entryBytes: number;
  /** Bytes of all entries together. */
  totalBytes: number;
  /** How many times larger than packed an entry may be, once it has more than {@link FREE_BYTES}. */
  ratio: number;
}

/** Below this nobody asks for the ratio: a small file of blanks packs to almost nothing. */
export const FREE_BYTES = 8 * 1024 * 1024;

/** An archive is broken, is not what it says, or unfolds to more than is taken. */
export class ArchiveError extends OpenclawError {
  constructor(message: string) {
    super('ARCHIVE_REFUSED', `the archive is refused: ${message}`);
  }
}
