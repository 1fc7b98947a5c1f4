import type { ChannelHost, InboundUpdate, IntakeVerdict } from './channel-adapter';

/**
 * Takes a message that came by itself, of a platform that waits for the verdict; one that can't be handled is kept, and
 * counts as accepted: it need not come again.
 * @throws what stands in the way for now
 */
export async function takeMessage(
  host: ChannelHost,
  update: InboundUpdate,
  raw: unknown = update,
): Promise<IntakeVerdict> {
  let verdict: IntakeVerdict = { kind: 'accepted' };
  await host.take({ id: update.externalId, raw }, async () => {
    verdict = await host.receive(update);
  });
  return verdict;
}
