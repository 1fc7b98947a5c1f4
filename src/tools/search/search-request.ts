/** Lines of files that match a regular expression. */
export interface GrepRequest {
  kind: 'grep';
  /** A file, or a folder whose files are searched. */
  root: string;
  /** Of a folder: only files whose name, or path below it, matches. */
  glob?: string;
  source: string;
  flags: string;
  context: number;
  limit: number;
  maxLine: number;
  maxFileBytes: number;
}

export interface GrepLine {
  file: string;
  /** Counted from 1. */
  line: number;
  text: string;
  isMatch: boolean;
}

export interface GrepAnswer {
  lines: GrepLine[];
  matches: number;
  limited: boolean;
  /** Files that were not searched. */
  tooLarge: string[];
}

/** Names of files and folders below a folder. */
export interface NamesRequest {
  kind: 'names';
  root: string;
  /** A name, or with a slash a path below the folder. */
  glob?: string;
  /** Only files whose path holds this; it is compared without case and accents. */
  holds?: string;
  /** Files alone, and without those that begin with a dot or lie in such a folder. */
  isPlain?: boolean;
  isFilesOnly?: boolean;
  limit: number;
  /** When to be content with what was found, in milliseconds from the beginning. */
  withinMs?: number;
}

export interface NamesAnswer {
  /** Paths below the folder; those of folders end with the system's separator. */
  names: string[];
  hasMore: boolean;
}

/** Whether a search names a file. */
export interface WalkedRequest {
  kind: 'walked';
  root: string;
  /** Relative to the folder, without links on the way. */
  path: string;
}

export type SearchRequest = GrepRequest | NamesRequest | WalkedRequest;

export type SearchAnswer<R extends SearchRequest> = R extends GrepRequest
  ? GrepAnswer
  : R extends NamesRequest
    ? NamesAnswer
    : boolean;
