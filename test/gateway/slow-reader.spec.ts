import { readFileSync } from 'node:fs';
import { GatewayProcess } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const KIB = 1024;

describe('a client that stops reading', () => {
  it('is closed, costs little memory, and holds up nobody', async () => {
    const gateway = await GatewayProcess.start({ ownProcess: true });
    const resident = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.child.pid}/status`, 'utf8'))?.[1]) * KIB;
    try {
      const slow = await WireClient.connected(gateway.url);
      const quick = await WireClient.connected(gateway.url);
      await quick.call('chat.send', { sessionKey: 'flood', message: 'help', idempotencyKey: 'flood-1' });
      await quick.call('agent.wait', { runId: 'flood-1' });
      slow.socket.pause();
      const before = resident();
      const events = (): number[] => quick.frames.flatMap((frame) => (frame.event ? [frame.seq ?? 0] : []));
      for (let count = 0; count < 300; count++) {
        const { ok } = await quick.call('chat.inject', { sessionKey: 'flood', message: 'x'.repeat(64 * KIB) });
        expect(ok).toBe(true);
      }
      const numbers = events().filter((seq) => seq > 0);
      expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => (numbers[0] ?? 0) + index));
      expect(resident() - before).toBeLessThan(96 * KIB * KIB);

      const closed = new Promise<number>((resolve) => slow.socket.once('close', resolve));
      // Ten seconds without progress are too long.
      await new Promise((resolve) => setTimeout(resolve, 13_000));
      slow.socket.resume();
      // 1008 where its last words still got through, 1006 where the connection was cut.
      expect([1006, 1008]).toContain(await closed);
      quick.close();
    } finally {
      await gateway.stop();
    }
  });
});
