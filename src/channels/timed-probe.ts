import type { ProbeResult } from './channel-adapter';

/**
 * Asks a platform who we are there, and times it.
 * @param explain the reason of a failure, without secrets
 */
export async function timedProbe(
  ask: () => Promise<Record<string, unknown>>,
  explain: (error: unknown) => string,
): Promise<ProbeResult> {
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  try {
    const facts = await ask();
    return { ok: true, elapsedMs: elapsed(), ...facts };
  } catch (error) {
    return { ok: false, elapsedMs: elapsed(), error: explain(error) };
  }
}
