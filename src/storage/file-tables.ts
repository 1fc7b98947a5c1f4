/** Milliseconds since 1970. */
type Ms = number;
/** JSON text. */
type Json = string;

/** Whose text is in files of the workspaces. */
export interface FileOriginTable {
  /** Real absolute path. */
  path: string;
  origin: string;
  /** Device and number of the file. */
  inode: string | null;
  /** Its state when that was noted; a good name holds for this state alone. */
  stamp: string | null;
  updated_at: Ms;
}

/** What a file of the prompt said before others' text came into it. */
export interface ReviewedTextTable {
  path: string;
  text: string;
}

/** Workspaces in which sandboxed commands are or were at work. */
export interface GitWatchTable {
  workspace: string;
  /** 1 while a command can write into it; after a crash it has to be looked at. */
  is_open: number;
  /** Ids of what git obeys there and was there before: a list of texts. */
  agreed: Json;
}

/** A file that somebody has sent, as it lies in the folder of its conversation. */
export interface ReceivedFileTable {
  /** Real absolute path. */
  path: string;
  /** The folder that the conversation works in. */
  room: string;
  session_key: string;
  bytes: number;
  received_at: Ms;
}
