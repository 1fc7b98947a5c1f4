import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigService } from '../../src/config/config.service';
import { ProgramLookup } from '../../src/skills/catalog/program-lookup';
import { ExecPermit } from '../../src/tools/exec/exec-permit.service';
import { FakeSite } from '../fakes/web-site';
import { ToolBench } from '../harness/tool-bench';

const permitsWith = (network: unknown): ExecPermit =>
  new ExecPermit(
    { config: { agents: { defaults: { sandbox: { docker: { network } } } } } } as unknown as ConfigService,
    undefined as never,
    undefined as never,
    undefined as never,
    undefined as never,
    undefined as never,
  );

describe('sandbox.docker.network', () => {
  it.each([[undefined], [null], [''], ['none']])('%j: no network', (network) =>
    expect(permitsWith(network).hasNetwork({ agentId: 'main' })).toBe(false),
  );
  it.each([['host'], ['default'], ['my-net'], ['container:other'], ['slirp4netns'], ['Bridge'], [true], [{}], [1]])(
    '%j is refused, with the key and the way out',
    (network) =>
      expect(() => permitsWith(network).hasNetwork({ agentId: 'main' })).toThrow(
        /agents\.\*\.sandbox\.docker\.network.*"none".*"bridge"/,
      ),
  );
});

describe('/exec network=', () => {
  it.each<[network: unknown, chosen: string, isOwner: boolean, expected: boolean]>([
    [undefined, 'web', true, true],
    [undefined, 'web', false, false],
    [undefined, 'none', true, false],
    ['none', 'web', true, false],
    ['bridge', 'none', true, false],
    ['bridge', 'web', true, true],
    ['bridge', 'none', false, true],
  ])('configured as %j, chosen %s, by the owner: %j: %j', (network, chosen, isOwner, expected) => {
    const wish = { agentId: 'main', choices: { network: chosen }, isOwner };
    expect(permitsWith(network).hasNetwork(wish)).toBe(expected);
  });
});

const describeWithSandbox = process.env['TEST_SANDBOX'] ? describe : describe.skip;

describeWithSandbox('a conversation that was given the web', () => {
  it('has commands that reach it by the guarded proxy, and no other conversation has', async () => {
    const site = await FakeSite.start();
    site.html('/page', 'PUBLIC-PAGE');
    const bench = await ToolBench.start({ env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url } });
    try {
      const ask = {
        command: `curl -s -m 10 ${site.url}/page; curl -s -m 5 http://127.0.0.1:${bench.gateway.port}/health; true`,
      };
      expect(await bench.call('exec', ask, 'given')).not.toContain('PUBLIC-PAGE');
      await bench.client.done('sessions.patch', { key: 'given', execNetwork: 'web' });
      const told = await bench.call('exec', ask, 'given');
      expect(told).toContain('PUBLIC-PAGE');
      expect(told).not.toContain('"ok"');
      expect(await bench.call('exec', ask, 'another')).not.toContain('PUBLIC-PAGE');
    } finally {
      await bench.stop();
      await site.stop();
    }
  });
});

describeWithSandbox('a sandbox with network "bridge"', () => {
  it('reaches the web, and nothing of this machine', async () => {
    let knocks = 0;
    const loopback = createServer((socket) => {
      knocks++;
      socket.end('+PONG\r\n');
    });
    await new Promise<void>((resolve) => loopback.listen(0, '127.0.0.1', resolve));
    const { port } = loopback.address() as AddressInfo;
    const site = await FakeSite.start();
    site.html('/page', 'PUBLIC-PAGE');
    const bench = await ToolBench.start({
      config: { agents: { defaults: { sandbox: { docker: { network: 'bridge' } } } } },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
    try {
      const told = await bench.call('exec', {
        command: `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3'; curl -s -m 5 http://127.0.0.1:${port}/; curl -s -m 5 --noproxy '*' http://127.0.0.1:${port}/; curl -s -m 5 http://127.0.0.1:${bench.gateway.port}/health; true`,
      });
      expect(told).not.toContain('PONG');
      expect(told).not.toMatch(/"ok"|"status"/);
      expect(knocks).toBe(0);
      expect(await bench.call('exec', { command: `curl -s -m 10 ${site.url}/page` })).toContain('PUBLIC-PAGE');
    } finally {
      await bench.stop();
      await site.stop();
      loopback.close();
    }
  });
});

describe('a search path that can not be read', () => {
  it('holds no programs, and stops nothing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-path-'));
    symlinkSync('loop', join(folder, 'loop'));
    const lookup = new ProgramLookup(() => `${join(folder, 'loop')}:${'x'.repeat(5000)}:/usr/bin`);
    expect(lookup.find('env')).toBe('/usr/bin/env');
    expect(lookup.has('no-such-program')).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
