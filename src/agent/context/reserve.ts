import type { OpenclawConfig } from '../../config/openclaw.config';
import type { ModelInfo } from '../providers/model-registry.service';

const DEFAULT_RESERVE = 20_000;

/** Room for the answer and for what tools bring in the turn: the configured floor, at most a third of the window. */
export function reserveOf(config: OpenclawConfig, model: Pick<ModelInfo, 'contextWindow'>): number {
  const floor = config.agents?.defaults?.compaction?.reserveTokensFloor ?? DEFAULT_RESERVE;
  return Math.min(floor, Math.floor(model.contextWindow / 3));
}
