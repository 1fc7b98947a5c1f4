/**
 * The size down to which the largest of several have to be cut for all together to have at most `total`; smaller ones
 * stay whole. Infinity where nothing has to be cut.
 */
export function commonLevel(sizes: readonly number[], total: number): number {
  let over = sizes.reduce((sum, size) => sum + size, 0) - total;
  if (over <= 0) return Infinity;
  const falling = [...sizes].sort((a, b) => b - a);
  for (const [index, size] of falling.entries()) {
    const gain = (size - (falling[index + 1] ?? 0)) * (index + 1);
    if (gain >= over) return Math.max(0, Math.floor(size - over / (index + 1)));
    over -= gain;
  }
  return 0;
}
