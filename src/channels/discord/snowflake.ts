/** Discord's ids are times with a number behind: the later one is the greater one. */
const DISCORD_EPOCH = 1_420_070_400_000n;
const TIME_SHIFT = 22n;

export const maxSnowflake = (a: string, b: string): string => (BigInt(a) > BigInt(b) ? a : b);

/** The id that a moment would have, in milliseconds since 1970. */
export const snowflakeAt = (ms: number): string => {
  const since = BigInt(Math.max(0, Math.floor(ms))) - DISCORD_EPOCH;
  return String((since > 0n ? since : 0n) << TIME_SHIFT);
};
