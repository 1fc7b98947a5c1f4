import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import JSON5 from 'json5';
import { Environment } from '../../src/config/environment';
import { loadConfig } from '../../src/config/load-config';
import { GatewayProcess } from '../harness/gateway-process';
import { type Frame, WireClient } from '../harness/wire-client';

interface Outbound {
  id: string;
  url: string;
  secret: string;
  events: string[];
}

interface Stored {
  hooks: { outbound: Outbound[] };
  mcp: { servers: { tools: { args: string[] } } };
}

const hook = (id: string): Outbound => ({
  id,
  url: 'http://127.0.0.1:9/told',
  secret: `CANARY-of-${id}-0123456789`,
  events: ['message'],
});
const ARGS = ['CANARY-first-1', 'CANARY-second-2', 'CANARY-third-3'];

describe('secrets in lists of the configuration that stand in the file itself', () => {
  let gateway: GatewayProcess;
  let client: WireClient;

  beforeEach(async () => {
    gateway = await GatewayProcess.start({
      config: {
        hooks: { outbound: [hook('one'), hook('two'), hook('three')] },
        mcp: { servers: { tools: { command: '/bin/true', args: ARGS, enabled: false } } },
      },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterEach(async () => {
    client.close();
    await gateway.stop();
  });

  const file = (): Stored => JSON5.parse(readFileSync(join(gateway.stateDir, 'openclaw.json'), 'utf8'));
  const shown = async (): Promise<Outbound[]> => {
    const { parsed } = await client.done('config.get');
    return (parsed as Stored).hooks.outbound;
  };
  const patch = async (change: unknown, replacePaths: string[]): Promise<Frame> => {
    const { hash } = await client.done('config.get');
    return client.call('config.patch', { raw: JSON.stringify(change), baseHash: hash, restart: false, replacePaths });
  };
  const outbound = (list: unknown[]): Promise<Frame> => patch({ hooks: { outbound: list } }, ['hooks.outbound']);
  /** What each hook is signed with, be it in the file or in the store. */
  const secrets = (): Record<string, string> => {
    const env = new Environment({ OPENCLAW_STATE_DIR: gateway.stateDir });
    const { resolved } = loadConfig(join(gateway.stateDir, 'openclaw.json'), env);
    return Object.fromEntries((resolved as unknown as Stored).hooks.outbound.map(({ id, secret }) => [id, secret]));
  };

  it('stay with their entry when one before it goes, when they change places, and when they are changed meanwhile', async () => {
    const [one, two, three] = await shown();
    expect(JSON.stringify([one, two, three])).not.toContain('CANARY');
    expect(await outbound([three, { ...two, events: ['session'] }])).toMatchObject({ ok: true });
    expect(secrets()).toEqual({ three: hook('three').secret, two: hook('two').secret });
    expect(file().hooks.outbound[1]).toMatchObject({ id: 'two', events: ['session'] });
  });

  it('are kept under a name of their own where the entry that had it before has moved', async () => {
    expect(await outbound([hook('new'), hook('other')])).toMatchObject({ ok: true });
    const [, other] = await shown();
    expect(await outbound([other, hook('third')])).toMatchObject({ ok: true });
    expect(secrets()).toEqual({ other: hook('other').secret, third: hook('third').secret });
  });

  it('are not guessed where it can not be told whose they are', async () => {
    const [one, two, three] = await shown();
    const before = secrets();
    const refused = await outbound([{ ...two, id: 'renamed' }, three]);
    expect(refused).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/hooks\.outbound\[0\] holds the redaction mark/) as string },
    });
    const mark = one?.secret;
    expect(
      await patch({ mcp: { servers: { tools: { args: [mark, mark] } } } }, ['mcp.servers.tools.args']),
    ).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/mcp\.servers\.tools\.args\[0\] holds the redaction mark/) as string },
    });
    expect(secrets()).toEqual(before);
    expect(file().mcp.servers.tools.args).toEqual(ARGS);
    const added = [mark, mark, mark, '--fresh'];
    expect(await patch({ mcp: { servers: { tools: { args: added } } } }, ['mcp.servers.tools.args'])).toMatchObject({
      ok: true,
    });
    expect(file().mcp.servers.tools.args).toEqual([...ARGS, '--fresh']);
  });
});
