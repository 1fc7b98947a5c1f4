import { Injectable } from '@nestjs/common';
import { ModelCooldown } from '../providers/model-cooldown.service';
import type { ModelInfo } from '../providers/model-info';
import { nameOf } from './model-step.service';

const REASONS = { auth: 'refuses its key; check it', billing: 'has no credit left' } as const;

/**
 * Another model answers while the first one's key is refused, which does not pass by itself. People are told, once in
 * each conversation until it answers again.
 */
@Injectable()
export class PassedOverNotes {
  private readonly told = new Set<string>();

  constructor(private readonly cooldown: ModelCooldown) {}

  /** What is to be said under an answer of this model; undefined where there is nothing, or nothing new. */
  noteFor(
    sessionKey: string,
    candidates: readonly ModelInfo[],
    answered: { provider: string; model: string } | undefined,
  ): string | undefined {
    const [first] = candidates;
    if (!first || !answered) return undefined;
    const key = `${sessionKey} ${nameOf(first)}`;
    const name = `${answered.provider}/${answered.model}`;
    if (name === nameOf(first)) {
      this.told.delete(key);
      return undefined;
    }
    const refusals = candidates
      .filter((candidate) => nameOf(candidate) === nameOf(first))
      .map((candidate) => this.cooldown.refusalOf(candidate));
    const [refusal] = refusals;
    if (refusal === undefined || refusals.includes(undefined) || this.told.has(key)) return undefined;
    this.told.add(key);
    return `${nameOf(first)} ${REASONS[refusal]}. Until then ${name} answers.`;
  }
}
