import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, freePort, until, writeConfig } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

/** Cuts after which a turn is suspected, and those that it is given while it runs alone. */
const MOST_CUTS = 3 + 3;

/** A connection; undefined where the process has ended again before it stood. */
async function reached(gateway: GatewayProcess): Promise<WireClient | undefined> {
  try {
    await gateway.ready();
    return await WireClient.connected(gateway.url);
  } catch (error) {
    // The socket is told of the end before we are.
    await until('the end of the process', () => gateway.exited, 5000).catch(() => {
      throw error;
    });
    return undefined;
  }
}

describe('a turn that ends the process each time', () => {
  it(
    'is given up after it has done so alone three times; a long turn beside it is not, nor are others',
    async () => {
      const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-poison-'));
      const models = await FakeModels.start();
      const port = await freePort();
      writeConfig(stateDir, {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        logging: { level: 'warn' },
      });
      let gateway = await GatewayProcess.start({ stateDir, port });
      let cuts = 0;
      let others = 0;
      models.answer = ({ lastUser }) => {
        if (lastUser === 'Poison') {
          cuts++;
          gateway.child.kill('SIGKILL');
          return { steps: [{ stall: true }] };
        }
        return lastUser === 'Long'
          ? { steps: [{ waitMs: 2500 }, { text: 'It took long.' }] }
          : { steps: [{ text: `Fine ${++others}.` }] };
      };
      try {
        const client = await WireClient.connected(gateway.url);
        const send = (by: WireClient, key: string, message: string): Promise<unknown> =>
          by.call('chat.send', { sessionKey: key, message, idempotencyKey: key });
        await send(client, 'long', 'Long');
        await until('the long turn to run', () => models.requests.length > 0);
        client.send({
          type: 'req',
          id: 'poison',
          method: 'chat.send',
          params: { sessionKey: 'poison', message: 'Poison', idempotencyKey: 'poison' },
        });
        let ends: unknown[] = [];
        for (let start = 0; start <= MOST_CUTS && ends.length === 0; start++) {
          await until('the end of the process', () => gateway.exited);
          client.close();
          gateway = await GatewayProcess.start({ stateDir, port, dontWait: true });
          const again = await reached(gateway);
          if (!again) continue;
          await send(again, `other-${start}`, 'Hello').catch(() => undefined);
          const waited = Promise.all(
            ['poison', 'long', `other-${start}`].map(async (runId) => {
              const { payload } = await again.call('agent.wait', { runId, timeoutMs: 60_000 });
              return payload;
            }),
          );
          ends = await Promise.race([
            waited.catch(() => []),
            until('the next end of the process', () => gateway.exited, 20_000).then(
              () => [],
              () => [],
            ),
          ]);
          again.close();
        }
        expect(ends).toMatchObject([
          { status: 'error', error: expect.stringContaining('was given up') },
          { status: 'ok' },
          { status: 'ok' },
        ]);
        expect(cuts).toBe(MOST_CUTS);
      } finally {
        await gateway.signal('SIGKILL');
        await models.stop();
        rmSync(stateDir, { recursive: true, force: true });
      }
    },
    3 * 60_000,
  );
});
