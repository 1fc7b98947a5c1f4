type Json = Record<string, unknown>;

/** One kind of thing that somebody can send, as the platform formats it, and what of it the assistant has to be told. */
export interface Sample {
  /** As the table in the documentation calls it. */
  kind: string;
  /** Fields of the message. */
  message: Json;
  /** Words that reach the assistant. */
  says: readonly string[];
  /** Words that must not: marks that nobody can read. */
  notSays?: readonly string[];
  /** It is told with the next message, instead of being answered. */
  isNote?: boolean;
  /** Whoever sends it is another bot. */
  isBot?: boolean;
}
