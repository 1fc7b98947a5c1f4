import type { UsageSum } from '../../usage/usage-sum';

/** Tokens and cost in words; calls without a known price are told, not guessed. */
export function costText({ totalTokens, totalCost, missingCostEntries, calls }: UsageSum): string {
  const unknown = missingCostEntries > 0 ? `, ${missingCostEntries} of ${calls} calls without a known price` : '';
  return `${totalTokens} tokens, $${totalCost.toFixed(4)}${unknown}`;
}
