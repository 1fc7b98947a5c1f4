import type { OpenclawConfig } from '../../config/openclaw.config';
import { THINKING_LEVELS, type ThinkingLevel } from '../agents.config';
import type { ModelInfo } from './model-info';

export interface ThinkingChoices {
  thinkingLevels: { id: ThinkingLevel; label: string }[];
  thinkingOptions: ThinkingLevel[];
  /** Where a conversation says nothing else. */
  thinkingDefault: ThinkingLevel;
}

/** How much a model can be asked to think. */
export function thinkingChoices(
  { reasoning }: Pick<ModelInfo, 'reasoning'>,
  { agents }: Pick<OpenclawConfig, 'agents'>,
): ThinkingChoices {
  const thinkingOptions: ThinkingLevel[] = reasoning ? [...THINKING_LEVELS] : ['off'];
  return {
    thinkingLevels: thinkingOptions.map((id) => ({ id, label: id })),
    thinkingOptions,
    thinkingDefault: reasoning ? (agents?.defaults?.thinkingDefault ?? 'low') : 'off',
  };
}
