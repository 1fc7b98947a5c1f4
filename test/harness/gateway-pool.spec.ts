import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayProcess } from './gateway-process';
import { WireClient } from './wire-client';

describe('the process of a gateway of a test', () => {
  const said = async (gateway: GatewayProcess): Promise<string> => {
    const client = await WireClient.connected(gateway.url);
    await client.call('chat.send', { sessionKey: 'main', message: 'time', idempotencyKey: 'once' });
    await client.call('agent.wait', { runId: 'once', timeoutMs: 60_000 });
    const { payload } = await client.call('chat.history', { sessionKey: 'main' });
    client.close();
    return JSON.stringify(payload);
  };
  const sessions = async (gateway: GatewayProcess): Promise<unknown> => {
    const client = await WireClient.connected(gateway.url);
    const { payload } = await client.call('sessions.list', {});
    client.close();
    return payload?.['count'];
  };

  it('runs another one after it was handed back, which knows nothing of the first', async () => {
    const first = await GatewayProcess.start();
    expect(await said(first)).toContain('time');
    const { child } = first;
    await first.stop();
    expect([first.exited, await first.end(), child.exitCode]).toEqual([true, 0, null]);
    const second = await GatewayProcess.start({ config: { ui: { assistant: { name: 'Other' } } } });
    expect(second.child.pid).toBe(child.pid);
    expect(second.stateDir).not.toBe(first.stateDir);
    expect(await sessions(second)).toBe(0);
    // What is still done with the first leaves the second alone.
    expect(await first.signal('SIGKILL')).toBe(0);
    await first.stop();
    expect(await sessions(second)).toBe(0);
    await second.stop();
    expect(second.log).not.toContain('\0');
  });

  it('is another one after a restart, where it is asked for, and where the machine looks different', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-pool-'));
    const pids = new Set<number | undefined>();
    for (const options of [
      { stateDir, config: {} },
      { stateDir },
      { ownProcess: true },
      { env: { PATH: '/usr/bin:/bin' } },
    ]) {
      const gateway = await GatewayProcess.start(options);
      pids.add(gateway.child.pid);
      await gateway.stop();
    }
    expect(pids.size).toBe(4);
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('is kept although others wait that nobody asks for', async () => {
    for (const locale of ['de_DE', 'es_ES']) await (await GatewayProcess.start({ env: { LC_ALL: locale } })).stop();
    const last = await GatewayProcess.start();
    await last.stop();
    expect(last.child.exitCode).toBeNull();
  });

  it('ends with a gateway that a signal ends', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const gateway = await GatewayProcess.start();
      expect(await gateway.signal(signal)).toBe(signal === 'SIGTERM' ? 0 : 'SIGKILL');
      expect(() => process.kill(gateway.child.pid ?? 0, 0)).toThrow('ESRCH');
      await gateway.stop();
    }
  });
});
