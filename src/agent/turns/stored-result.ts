import { NO_USAGE, type TranscriptEvent, type TranscriptMessage } from '../../sessions/transcript-event';
import { OFFLINE_PROVIDER } from '../providers/model-catalog';
import { visibleText } from './turn-messages';
import type { ModelStepOutput, TurnResult } from './turn-record';

type Result = Omit<TurnResult, 'durationMs'>;

/** A result as it is on disk: without its duration, and without what event number `said` of the conversation says as well. */
export type StoredResult = Partial<TurnResult> & { said?: number };

/** What of a model's answer stays in the journal of an ended turn: its words are in the conversation. */
export type StepFacts = Pick<ModelStepOutput, 'provider' | 'model' | 'finishReason'> & {
  usage: { input: number; output: number };
};

/** @param said the last event that the turn has added to its conversation, where the model says something in it */
export function packResult(result: TurnResult, said: TranscriptEvent | undefined): StoredResult {
  const own = Object.entries(result).filter(([name]) => name !== 'durationMs');
  const known = said && resultOf(said.message);
  if (!known || Object.keys(known).some((name) => !(name in result))) return Object.fromEntries(own) as StoredResult;
  const differs = ([name, value]: [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(known[name as keyof Result]);
  return { said: said.seq, ...Object.fromEntries(own.filter(differs)) };
}

/** @param message of the event that {@link StoredResult.said} names; undefined where the conversation is gone */
export function unpackResult(
  { said: _, ...stored }: StoredResult,
  message: TranscriptMessage | undefined,
  durationMs: number,
): TurnResult {
  const known = message && resultOf(message);
  return { payloads: [], provider: '', model: '', usage: NO_USAGE, durationMs, ...known, ...stored };
}

/** What a turn that came to nothing but one answer of a model results in. */
function resultOf(message: TranscriptMessage): Result | undefined {
  if (message.role !== 'assistant') return undefined;
  const { content, provider, model, usage, stopReason } = message;
  const text = visibleText([{ content }]);
  return {
    payloads: text === '' ? [] : [{ text, mediaUrl: null }],
    provider,
    model,
    usage,
    stopReason,
    ...(provider === OFFLINE_PROVIDER ? { offline: true } : {}),
  };
}

export const stepFacts = ({ provider, model, finishReason, usage }: ModelStepOutput): StepFacts => ({
  finishReason,
  provider,
  model,
  usage: { input: usage.input, output: usage.output },
});
