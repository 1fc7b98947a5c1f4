import { agentEntries, findAgent } from '../config/agent-entries';
import type { OpenclawConfig } from '../config/openclaw.config';

const NATURAL = { minMs: 800, maxMs: 2500 };

/** Whether anybody's answers pause at all. */
export const hasPauses = (config: OpenclawConfig): boolean =>
  [config.agents?.defaults, ...agentEntries(config)].some((each) => each?.humanDelay !== undefined);

/**
 * Pause between two blocks of an agent's answer, in milliseconds, by chance within what `humanDelay` says; 0 where it says
 * nothing. What the agent's own block leaves out is that of `agents.defaults`. Pure but for the chance.
 */
export function humanPause(config: OpenclawConfig, agentId: string, random: () => number = Math.random): number {
  const { mode, ...bounds } = { ...config.agents?.defaults?.humanDelay, ...findAgent(config, agentId)?.humanDelay };
  if (mode !== 'natural' && mode !== 'custom') return 0;
  const { minMs, maxMs } = mode === 'natural' ? NATURAL : { ...NATURAL, ...bounds };
  return Math.round(minMs + random() * Math.max(0, maxMs - minMs));
}
