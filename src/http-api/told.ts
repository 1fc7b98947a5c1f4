/** A piece of what somebody said, as it came in. */
export type ToldPart =
  | { kind: 'text'; text: string }
  /** A file by its bytes. */
  | { kind: 'data'; what: 'image' | 'audio' | 'file'; name: string; content: Buffer; param: string }
  /** A file by its address. */
  | { kind: 'url'; what: 'image' | 'file'; name: string; url: string; param: string };

/** A call of one of the program's functions. */
export interface ToldCall {
  id: string;
  name: string;
  args: Record<string, unknown>;
}

/** One message of a conversation as a program tells it, whatever the format. */
export type Told =
  | { role: 'system'; text: string }
  | { role: 'user'; parts: ToldPart[] }
  | { role: 'assistant'; text: string; calls: ToldCall[] }
  | { role: 'result'; callId: string; parts: ToldPart[] };

export type ToldResult = Extract<Told, { role: 'result' }>;

/** A conversation by what is to be answered now and what came before. */
export interface ToldConversation {
  /** What the program wants beside the assistant's own instructions. */
  system: string;
  /** Up to the last word of the assistant. */
  earlier: Told[];
  results: ToldResult[];
  /** What the person says now. */
  parts: ToldPart[];
}

/** Everything after the last word of the assistant is to be answered now. */
export function conversationOf(told: readonly Told[]): ToldConversation {
  const said = told.filter(({ role }) => role !== 'system');
  const last = said.findLastIndex(({ role }) => role === 'assistant');
  const now = said.slice(last + 1);
  return {
    system: told.flatMap((each) => (each.role === 'system' && each.text !== '' ? [each.text] : [])).join('\n\n'),
    earlier: said.slice(0, last + 1),
    results: now.filter((each) => each.role === 'result'),
    parts: now.flatMap((each) => (each.role === 'user' ? each.parts : [])),
  };
}

/** Pieces that are texts, each a paragraph. */
export const textOfParts = (parts: readonly ToldPart[]): string =>
  parts.flatMap((part) => (part.kind === 'text' && part.text !== '' ? [part.text] : [])).join('\n\n');
