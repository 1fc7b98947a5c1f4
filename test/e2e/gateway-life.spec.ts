import { Environment } from '../../src/config/environment';
import { SecretStore } from '../../src/config/secrets/secret-store';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, type GatewayProcessOptions, freePort, until, writeConfig } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { WireClient } from '../harness/wire-client';

describe('life of a gateway', () => {
  const gateways: GatewayProcess[] = [];
  const folders: string[] = [];
  const start = async (options: GatewayProcessOptions = {}): Promise<GatewayProcess> => {
    const gateway = await GatewayProcess.start({ ownProcess: true, ...options });
    gateways.push(gateway);
    return gateway;
  };
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'openclaw-life-'));
    folders.push(path);
    return path;
  };
  afterEach(async () => {
    for (const gateway of gateways.splice(0)) await gateway.stop();
    for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
  });

  describe('first start', () => {
    it('makes state directory, configuration with a token of 256 bits, workspace and database, for the owner alone', async () => {
      const stateDir = join(folder(), 'fresh');
      const gateway = await start({ stateDir });
      const config = readFileSync(join(stateDir, 'openclaw.json'), 'utf8');
      expect(config).toContain('${secret:gateway.auth.token}');
      const token = new SecretStore(stateDir, new Environment({})).get('gateway.auth.token') ?? '';
      expect(Buffer.from(token, 'base64url')).toHaveLength(32);
      expect(statSync(stateDir).mode & 0o777).toBe(0o700);
      expect(statSync(join(stateDir, 'openclaw.json')).mode & 0o777).toBe(0o600);
      expect(existsSync(join(stateDir, 'workspace'))).toBe(true);
      await until('the banner', () => gateway.log.includes('Control UI: http'));
      for (const fact of [
        'Platform: ',
        'Node: v',
        `Port: ${gateway.port}`,
        'Model: offline/assistant',
        'Tools: ',
        'Bootstrap complete: ',
        ', 0 errors',
      ])
        expect(gateway.log).toContain(fact);
      expect(gateway.log).toContain(`/#token=${token}`);
      expect(gateway.log.split(token)).toHaveLength(2);
    });

    it('shows the token only once', async () => {
      const stateDir = join(folder(), 'fresh');
      await (await start({ stateDir })).signal('SIGTERM');
      const second = await start({ stateDir });
      await until('the banner', () => second.log.includes('Bootstrap complete'));
      expect(second.log).not.toContain('#token=');
    });

    it('finds keys in the environment', async () => {
      const gateway = await start({ env: { ANTHROPIC_API_KEY: 'sk-ant-test-key-0123456789' } });
      await until('the banner', () => gateway.log.includes('Model: '));
      expect(gateway.log).toMatch(/Model: anthropic\/claude/);
      expect(gateway.log).not.toContain('sk-ant-test-key');
    });
  });

  describe('that can not start', () => {
    const fails = async (stateDir: string, env: Record<string, string> = {}, args: string[] = []) => {
      const gateway = await start({ stateDir, env, args, dontWait: true });
      const code = await gateway.end();
      return { code, output: gateway.log };
    };

    it('says what is wrong with the configuration, leaves 78 and touches nothing', async () => {
      const stateDir = folder();
      writeConfig(stateDir, { gateway: { port: 'abc' }, channels: { telegram: { dmPolicy: 'open' } } });
      const { code, output } = await fails(stateDir);
      expect(code).toBe(78);
      expect(output).toContain('gateway.port: must be integer, got "abc"');
      expect(output).toContain('channels.telegram.allowFrom: must contain "*"');
      expect(readdirSync(stateDir)).toEqual(['openclaw.json']);
    });

    it.each<[string, Record<string, unknown>, string[], string]>([
      [
        'a mode that is not local',
        { gateway: { mode: 'remote' } },
        [],
        'gateway.mode must be "local" to run a gateway here, got "remote"',
      ],
      [
        'an open door',
        { gateway: { bind: 'lan', auth: { mode: 'none' } } },
        [],
        'so gateway.auth must have a token or password',
      ],
      [
        'no password',
        { gateway: { auth: { mode: 'password' } } },
        [],
        'gateway.auth.mode is "password", but there is no password',
      ],
      [
        'a certificate that is not there',
        { gateway: { tls: { enabled: true, certPath: '/no/cert', keyPath: '/no/key' } } },
        [],
        "gateway.tls.certPath: /no/cert can't be read",
      ],
    ])('%s: 78', async (_, config, args, message) => {
      const stateDir = folder();
      writeConfig(stateDir, config);
      const { code, output } = await fails(stateDir, {}, args);
      expect([code, output]).toEqual([78, expect.stringContaining(message)]);
    });

    it('names the process that holds its port, and leaves nothing open', async () => {
      const stateDir = folder();
      writeConfig(stateDir, {});
      const blocker = createServer().listen(0, '127.0.0.1');
      await until('a port', () => blocker.listening);
      const { port } = blocker.address() as AddressInfo;
      const { code, output } = await fails(stateDir, { OPENCLAW_GATEWAY_PORT: String(port) });
      blocker.close();
      expect(code).toBe(1);
      expect(output).toMatch(
        new RegExp(
          `error: .*port ${port} on 127\\.0\\.0\\.1 is in use by process ${process.pid} \\(.+\\); stop it, choose another with --port, or take it over with --force`,
        ),
      );
      expect(readdirSync(stateDir).filter((name) => name.endsWith('.lock'))).toEqual([]);
    });

    it('names the gateway that runs already', async () => {
      const first = await start();
      const { code, output } = await fails(first.stateDir, { OPENCLAW_GATEWAY_PORT: String(await freePort()) });
      expect(code).toBe(1);
      expect(output).toMatch(new RegExp(`a gateway for .*openclaw\\.json runs already: process ${first.child.pid}`));
    });

    it('leaves a database alone that it can not read', async () => {
      const stateDir = folder();
      writeConfig(stateDir, {});
      writeFileSync(join(stateDir, 'openclaw-nest.sqlite'), 'this is no database, but somebody may need it');
      const { code, output } = await fails(stateDir);
      expect(code).toBe(1);
      expect(output).toContain('is no readable database');
      expect(readFileSync(join(stateDir, 'openclaw-nest.sqlite'), 'utf8')).toBe(
        'this is no database, but somebody may need it',
      );
    });

    it('says so where the state directory can not be made', async () => {
      const parent = folder();
      writeFileSync(join(parent, 'file'), '');
      const gateway = spawn(process.execPath, ['bin/openclaw', 'gateway', 'run'], {
        env: { PATH: process.env['PATH'], HOME: parent, OPENCLAW_STATE_DIR: join(parent, 'file', 'state') },
      });
      let output = '';
      gateway.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
      const code = await new Promise((resolve) => gateway.once('close', resolve));
      expect(code).not.toBe(0);
      expect(output).toMatch(/^error: .*state/);
    });
  });

  describe('end', () => {
    it.each(['SIGTERM', 'SIGINT'] as const)(
      '%s: tells clients, leaves with 0 in time, and its port is free',
      async (signal) => {
        const gateway = await start();
        const client = await WireClient.connected(gateway.url);
        const before = performance.now();
        expect(await gateway.signal(signal)).toBe(0);
        expect(performance.now() - before).toBeLessThan(5000);
        expect(client.frames.at(-1)).toMatchObject({
          event: 'shutdown',
          payload: { reason: 'shutdown', restartExpectedMs: null },
        });
        expect((await client.closing()).code).toBe(1012);
        expect(
          readdirSync(gateway.stateDir).filter((name) => name.endsWith('.lock') || name.endsWith('.owner')),
        ).toEqual([]);
      },
    );

    it('with a turn under way stays below five seconds, and the turn goes on at the next start', async () => {
      const models = await FakeModels.start();
      models.answer = ({ index }) => (index === 0 ? { steps: [{ stall: true }] } : { steps: [{ text: 'Here I am.' }] });
      const gateway = await start({
        config: {
          models: { providers: { fake: models.provider('openai-completions') } },
          agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        },
      });
      const client = await WireClient.connected(gateway.url);
      await client.call('chat.send', { sessionKey: 'main', message: 'Think about it', idempotencyKey: 'cut-1' });
      await until('the model to be asked', () => models.requests.length === 1);
      const before = performance.now();
      expect(await gateway.signal('SIGTERM')).toBe(0);
      expect(performance.now() - before).toBeLessThan(5000);
      const again = await start({ stateDir: gateway.stateDir, port: gateway.port });
      const second = await WireClient.connected(again.url);
      expect((await second.call('agent.wait', { runId: 'cut-1', timeoutMs: 60_000 })).payload).toMatchObject({
        status: 'ok',
      });
      await models.stop();
    });

    it('comes at once with a second signal', async () => {
      const models = await FakeModels.start();
      models.answer = () => ({ steps: [{ stall: true }] });
      const gateway = await start({
        config: {
          models: { providers: { fake: models.provider('openai-completions') } },
          agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        },
      });
      const client = await WireClient.connected(gateway.url);
      await client.call('chat.send', { sessionKey: 'main', message: 'Think about it', idempotencyKey: 'cut-2' });
      await until('the model to be asked', () => models.requests.length === 1);
      gateway.child.kill('SIGTERM');
      await until('the end to begin', async () => (await fetch(`${gateway.http}/ready`)).status === 503);
      // By itself it would end with 0.
      expect(await gateway.signal('SIGTERM')).toBe(1);
      expect(gateway.log).toContain('before its shutdown was complete');
      await models.stop();
    });
  });

  describe('restart in place', () => {
    const boots = async (gateway: GatewayProcess): Promise<number> => {
      await until('the banner', () => gateway.log.includes('Bootstrap complete'));
      return gateway.log.split('Bootstrap complete').length - 1;
    };

    it('by a change of the configuration: same process, same port, and one signal still ends it', async () => {
      const gateway = await start();
      const client = await WireClient.connected(gateway.url);
      const { payload } = await client.call('config.get');
      const answer = await client.call('config.patch', {
        raw: '{ ui: { assistant: { name: "Renamed" } } }',
        baseHash: payload?.['hash'],
        restartDelayMs: 0,
      });
      expect(answer.payload).toMatchObject({ ok: true, restart: { ok: true } });
      expect((await client.event('shutdown')).payload).toMatchObject({ restartExpectedMs: expect.any(Number) });
      await until('the second boot', async () => (await boots(gateway)) === 2);
      await gateway.ready();
      const again = await WireClient.connected(gateway.url);
      expect(JSON.stringify((await again.call('config.get')).payload)).toContain('Renamed');
      again.close();
      expect(await gateway.signal('SIGTERM')).toBe(0);
    });

    it('by SIGUSR1 where the configuration allows it', async () => {
      const gateway = await start({ config: { commands: { restart: true } } });
      await boots(gateway);
      gateway.child.kill('SIGUSR1');
      await until('the second boot', async () => (await boots(gateway)) === 2);
      await gateway.ready();
      expect(gateway.exited).toBe(false);
    });

    it('not by SIGUSR1 otherwise', async () => {
      const gateway = await start();
      await boots(gateway);
      gateway.child.kill('SIGUSR1');
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await boots(gateway)).toBe(1);
      expect(gateway.exited).toBe(false);
    });
  });

  describe('configuration over the wire', () => {
    it('shows no secret, refuses what is stale or wrong, and keeps secrets that come back as the mark', async () => {
      const gateway = await start({
        config: { channels: { telegram: { enabled: false, botToken: '123456:secret-bot-token' } } },
      });
      const client = await WireClient.connected(gateway.url);
      const { payload } = await client.call('config.get');
      expect(JSON.stringify(payload)).not.toContain('secret-bot-token');
      expect((await client.call('config.set', { raw: '{}' })).error?.message).toBe(
        'config base hash required; call config.get and send its hash as baseHash',
      );
      expect((await client.call('config.set', { raw: '{}', baseHash: 'f'.repeat(64) })).error?.message).toBe(
        'config changed since last load; call config.get again and repeat the change',
      );
      const baseHash = payload?.['hash'];
      expect((await client.call('config.set', { raw: '{ gateway: { port: "x" } }', baseHash })).error).toMatchObject({
        message: 'invalid config',
        details: { issues: [{ path: 'gateway.port', message: 'must be integer, got "x"' }] },
      });
      expect((await client.call('config.set', { raw: payload?.['raw'], baseHash })).ok).toBe(true);
      expect(readFileSync(join(gateway.stateDir, 'openclaw.json'), 'utf8')).toContain('secret-bot-token');
      const schema = JSON.stringify((await client.call('config.schema')).payload);
      expect(schema).toContain('"botToken"');
      client.close();
    });
  });

  it('two run side by side with different folders and ports', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    for (const gateway of [one, two]) {
      const client = await WireClient.connected(gateway.url);
      expect((await client.call('health')).ok).toBe(true);
      client.close();
    }
    expect(one.child.pid).not.toBe(two.child.pid);
  });

  it('--force takes the port over from a listener, never from its clients', async () => {
    const port = await freePort();
    const holder = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('up'))`,
    ]);
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const client = spawn(process.execPath, [
      '-e',
      `require('net').connect(${port}, '127.0.0.1').on('error', () => {}); setTimeout(() => {}, 60000)`,
    ]);
    const gateway = await start({ port, args: ['--force'] });
    expect(gateway.log).toContain(`--force: stopping process ${holder.pid}`);
    expect(holder.exitCode ?? holder.signalCode).not.toBeNull();
    expect(client.exitCode ?? client.signalCode).toBeNull();
    client.kill('SIGKILL');
  });

  it('answers questions about its health on four paths, and 404 on others', async () => {
    const gateway = await start();
    for (const path of ['/health', '/healthz', '/ready', '/readyz']) {
      const response = await fetch(`${gateway.http}${path}`);
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        200,
        expect.stringContaining('application/json'),
      ]);
    }
    expect(await (await fetch(`${gateway.http}/ready`)).json()).toMatchObject({ ready: true });
    expect((await fetch(`${gateway.http}/no/such/thing`)).status).toBe(404);
    expect((await fetch(`${gateway.http}/health`, { method: 'DELETE' })).status).toBe(404);
  });

  (process.platform === 'linux' ? it : it.skip)(
    'goes on as before when it has given back the memory of its start, which it does in a quiet moment',
    async () => {
      const gateway = await start();
      const resident = (): number =>
        Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.child.pid}/status`, 'utf8'))?.[1]);
      const before = resident();
      await until('less memory', () => resident() < before - 4096);
      const client = await WireClient.connected(gateway.url);
      expect((await client.call('health')).ok).toBe(true);
      client.close();
      expect(await gateway.signal('SIGTERM')).toBe(0);
    },
    40_000,
  );

  it('gives no new log line a secret', async () => {
    const stateDir = folder();
    mkdirSync(stateDir, { recursive: true });
    const gateway = await start({ stateDir, config: { logging: { level: 'debug' } } });
    const token = 'test-token-that-is-long-enough';
    const client = await WireClient.connected(gateway.url);
    await client.call('chat.send', { sessionKey: 'main', message: 'help', idempotencyKey: 'log-1' });
    await client.call('agent.wait', { runId: 'log-1' });
    const { stdout } = await runCli(['logs', '--json'], {
      env: { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
    });
    expect(stdout).toContain('client connected');
    expect(stdout + gateway.log).not.toContain(token);
  });
});
