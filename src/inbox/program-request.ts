import type { TranscriptMessage } from '../sessions/transcript-event';

/** A function of the program that asks: the program runs it, the turn ends where a model calls it. */
export interface ProgramFunction {
  name: string;
  description?: string;
  /** JSON schema of its arguments. */
  parameters: Record<string, unknown>;
}

/** Whether functions of the program are called: as the model finds fit, some of them, or this one. */
export type FunctionChoice = 'auto' | 'required' | { name: string };

/** How a model is to answer; what is not said is the provider's choice. */
export interface Sampling {
  /** Tokens of each answer of the model. */
  maxOutputTokens?: number;
  temperature?: number;
  topP?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  seed?: number;
  stopSequences?: string[];
}

/** Where a program says that its message came from: tools and their policy see it so. */
export interface ProgramPlace {
  channel: string;
  account: string;
  to?: string;
  threadId?: string;
}

/** What a program asks of a turn that is no word of its message, by the HTTP API. */
export interface ProgramRequest {
  functions?: ProgramFunction[];
  choice?: FunctionChoice;
  sampling?: Sampling;
  place?: ProgramPlace;
}

/** What was said before a message, as the program has it, oldest first: it becomes part of the conversation. */
export type ToldBefore = TranscriptMessage[];
