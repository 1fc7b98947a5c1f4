import { isPlainObject } from '../../common/plain-object';

type Detail = Record<string, unknown>;

/** Under this name the facts of a thought hold OpenRouter's details. */
export const REASONING_DETAILS = 'reasoningDetails';

/**
 * Collects what OpenRouter tells of a model's thoughts beside their text: signatures and encrypted parts, which it wants
 * back as they came (https://openrouter.ai/docs/use-cases/reasoning-tokens).
 */
export class ReasoningDetails {
  private readonly details: Detail[] = [];

  /** @param chunk of a stream, or a whole answer */
  readonly processChunk = (chunk: unknown): void => {
    const choices = isPlainObject(chunk) && Array.isArray(chunk['choices']) ? (chunk['choices'] as unknown[]) : [];
    const [choice] = choices;
    if (!isPlainObject(choice)) return;
    const holder = choice['delta'] ?? choice['message'];
    const found = isPlainObject(holder) ? holder['reasoning_details'] : undefined;
    if (Array.isArray(found)) for (const detail of found) if (isPlainObject(detail)) this.add(detail);
  };

  /** In the shape of a provider's facts; undefined where there is nothing. */
  readonly buildMetadata = (): Record<string, Detail> | undefined =>
    this.details.length === 0 ? undefined : { [REASONING_DETAILS]: { details: this.details } };

  /** Pieces of one text come one by one; its signature comes with the last. */
  private add(detail: Detail): void {
    const last = this.details.at(-1);
    const isMore = last !== undefined && last['type'] === detail['type'] && last['index'] === detail['index'];
    const key = detail['type'] === 'reasoning.text' ? 'text' : detail['type'] === 'reasoning.summary' ? 'summary' : '';
    if (!isMore || key === '') {
      this.details.push({ ...detail });
      return;
    }
    const text = [last[key], detail[key]].filter((part) => typeof part === 'string').join('');
    Object.assign(last, detail, { [key]: text });
  }
}
