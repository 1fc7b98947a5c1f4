import type { OpenclawConfig } from '../../config/openclaw.config';
import type { ModelInfo } from '../providers/model-info';

const DEFAULT_RESERVE = 20_000;

/**
 * Room for the answer and for what tools bring in the turn: the configured floor, at most a third of the window.
 * @param window tokens of the model's window, as far as it is known to reach
 */
export function reserveOf(config: OpenclawConfig, window: number): number {
  const floor = config.agents?.defaults?.compaction?.reserveTokensFloor ?? DEFAULT_RESERVE;
  return Math.min(floor, Math.floor(window / 3));
}

/**
 * What of that stays free for the answer while a turn runs: the other part is for what its tools bring. A conversation is
 * summed up where it leaves less than the reserve, and nothing of a request is cut before it leaves less than this.
 */
export const answerRoomOf = (
  config: OpenclawConfig,
  window: number,
  { maxTokens }: Pick<ModelInfo, 'maxTokens'>,
): number => Math.min(maxTokens, Math.floor(reserveOf(config, window) / 2));
