import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { WebSocket } from 'ws';
import { ownCertificate } from '../../src/gateway/http/own-certificate';
import { GatewayProcess, TEST_TOKEN, freePort, until, writeConfig } from '../harness/gateway-process';
import { type CliResult, runCli } from '../harness/run-cli';

const DAY_MS = 86_400_000;

describe('a certificate of its own', () => {
  let stateDir: string;
  let gateway: GatewayProcess | undefined;

  const start = async (): Promise<string> => {
    gateway = await GatewayProcess.start({ stateDir, config: { gateway: { tls: { enabled: true } } }, dontWait: true });
    const shown = (): string | undefined => /Certificate SHA-256: (\S+)/.exec(gateway?.log ?? '')?.[1];
    await until('the banner', () => shown() !== undefined);
    return shown() ?? '';
  };
  const file = (name: string): string => join(stateDir, 'gateway', 'tls', name);
  const call = (folder: string, port?: number): Promise<CliResult> =>
    runCli(['gateway', 'call', 'health'], {
      env: {
        PATH: process.env['PATH'] ?? '',
        OPENCLAW_STATE_DIR: folder,
        ...(port ? { OPENCLAW_GATEWAY_PORT: String(port) } : {}),
      },
    });

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-certificate-'));
  });
  afterEach(async () => {
    await gateway?.stop();
    gateway = undefined;
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('is made at the first start, kept, private, and known to the commands of this machine', async () => {
    const shown = await start();
    const cert = new X509Certificate(readFileSync(file('gateway-cert.pem')));
    expect(cert.fingerprint256).toBe(shown);
    expect([cert.checkHost('localhost'), cert.checkIP('127.0.0.1'), cert.checkIP('::1'), cert.ca]).toEqual([
      'localhost',
      '127.0.0.1',
      '::1',
      false,
    ]);
    expect(cert.verify(cert.publicKey)).toBe(true);
    expect([file('gateway-cert.pem'), file('gateway-key.pem')].map((path) => statSync(path).mode & 0o777)).toEqual([
      0o600, 0o600,
    ]);
    expect(await call(stateDir, gateway?.port)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"ok": true') as string,
    });

    await gateway?.signal('SIGTERM');
    expect(await start()).toBe(shown);
    // A program that knows the authorities of the world does not take it.
    const stranger = new WebSocket(`wss://127.0.0.1:${gateway?.port}`, { ca: [...rootCertificates] });
    const refused = await new Promise<Error>((done) => stranger.once('error', done));
    expect(refused.message).toContain('self-signed certificate');
  });

  it('is taken from another machine by its fingerprint, and no other is', async () => {
    const shown = await start();
    const elsewhere = mkdtempSync(join(tmpdir(), 'openclaw-elsewhere-'));
    const asked = (tlsFingerprint: string): Promise<CliResult> => {
      const remote = { url: `wss://127.0.0.1:${gateway?.port}`, token: TEST_TOKEN, tlsFingerprint };
      writeConfig(elsewhere, { gateway: { mode: 'remote', remote } });
      return call(elsewhere);
    };
    try {
      expect((await asked(shown)).code).toBe(0);
      expect((await asked(`sha256:${shown.replaceAll(':', '').toLowerCase()}`)).code).toBe(0);
      const wrong = await asked(shown.replace(/^../, shown.startsWith('00') ? '01' : '00'));
      expect(wrong.code).not.toBe(0);
      expect(wrong.stderr).toContain('is not trusted: its certificate has the fingerprint');
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it('is made anew before it ends, and when its key is another one', async () => {
    ownCertificate(stateDir, Date.now() - 715 * DAY_MS);
    const old = new X509Certificate(readFileSync(file('gateway-cert.pem')));
    expect(Date.parse(old.validTo)).toBeGreaterThan(Date.now());
    expect(await start()).not.toBe(old.fingerprint256);
    expect(Date.parse(new X509Certificate(readFileSync(file('gateway-cert.pem'))).validTo)).toBeGreaterThan(
      Date.now() + 700 * DAY_MS,
    );
    expect(gateway?.log).toContain('made a certificate');

    const other = mkdtempSync(join(tmpdir(), 'openclaw-other-'));
    const { key } = ownCertificate(other, Date.now());
    expect(ownCertificate(other, Date.now()).isNew).toBe(false);
    rmSync(join(other, 'gateway', 'tls', 'gateway-cert.pem'));
    const again = ownCertificate(other, Date.now());
    expect([again.isNew, again.key.equals(key)]).toEqual([true, false]);
    rmSync(other, { recursive: true, force: true });
  });

  it('is not made where it was not wished for', async () => {
    writeConfig(stateDir, { gateway: { tls: { enabled: true, autoGenerate: false } } });
    gateway = await GatewayProcess.start({ stateDir, port: await freePort(), dontWait: true });
    expect(await gateway.end()).toBe(78);
    expect(gateway.log).toContain('gateway.tls.certPath and gateway.tls.keyPath must name PEM files');
  });
});
