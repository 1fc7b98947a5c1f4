import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayAdvert } from '../../src/operations/discovery/gateway-advert';
import { advertise, discover } from '../../src/operations/discovery/mdns';
import { GatewayProcess } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';

/** Multicast that does not leave the machine. */
const settings = { interface: '127.0.0.1', port: 53_531 + (process.pid % 1000) };

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBezCCASGgAwIBAgIUOsy4JJIB5cuz6BBdwxpHZmxNoaAwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHZ2F0ZXdheTAgFw0yNjExMjcwODA3MzJaGA8yMTI2MTEwMzA4
MDczMlowEjEQMA4GA1UEAwwHZ2F0ZXdheTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABNPJvFl05rBiVRH1lxJO6UIqlEWXhA7+/wVfiO1FqJie/gogOIHAstCD8FlZ
nBF4tGx5HEZacb+i89DdnO9Qp+GjUzBRMB0GA1UdDgQWBBTBKKy+CPhcEgmxp41T
JCZ/QNR96TAfBgNVHSMEGDAWgBTBKKy+CPhcEgmxp41TJCZ/QNR96TAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQCmQDDKHpVFmjuHCYlQ61yd6aDJ
hPRGu+UgA8C8I2yfkAIgWYmyyM3zGQYODth2aUke7VfDPWndDFZkkiCETuIZYsI=
-----END CERTIFICATE-----`;
/** By `openssl x509 -fingerprint -sha256`. */
const FINGERPRINT = '553fda04b2515c0de9b698b9904ca61fcf0d68a78e951f18223469468e316ee2';

describe('discovery', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-discovery-'));
  writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify({ discovery: { mdns: settings } }));
  afterAll(() => rmSync(stateDir, { recursive: true, force: true }));
  const found = async (forMs: number): Promise<unknown> => {
    const { stdout } = await runCli(['gateway', 'discover', '--json', '--timeout', String(forMs)], {
      env: { OPENCLAW_STATE_DIR: stateDir },
    });
    const answer = JSON.parse(stdout) as { gateways: { url: string }[] };
    expect(answer).toMatchObject({
      timeoutMs: forMs,
      domains: ['local.'],
      count: answer.gateways.length,
      beacons: answer.gateways.map(({ url }) => ({ wsUrl: url, displayName: expect.any(String) as string })),
    });
    return answer.gateways;
  };

  it('finds a gateway that tells of itself, until it says goodbye', async () => {
    const faults: Error[] = [];
    const advert = gatewayAdvert({}, 18_789, 'full', '/opt/openclaw/bin/openclaw');
    const goodbye = await advertise(settings, advert, (error) => faults.push(error));
    try {
      expect(await found(6000)).toEqual([
        expect.objectContaining({
          port: 18_789,
          url: expect.stringMatching(/^ws:\/\/[\d.]+:18789$/) as string,
          txt: {
            role: 'gateway',
            gatewayPort: '18789',
            lanHost: advert.host,
            displayName: advert.host.replace('.local', ''),
            transport: 'gateway',
            cliPath: '/opt/openclaw/bin/openclaw',
            sshPort: '22',
          },
        }),
      ]);
    } finally {
      await goodbye();
    }
    expect(await found(2000)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('tells less in minimal mode, and the fingerprint of the certificate', () => {
    const { txt } = gatewayAdvert({ tls: { cert: Buffer.from(CERTIFICATE), key: Buffer.alloc(0) } }, 1, 'minimal', 'x');
    expect(Object.keys(txt)).not.toContain('cliPath');
    expect(Object.keys(txt)).not.toContain('sshPort');
    expect(txt).toMatchObject({ gatewayTls: '1', gatewayTlsSha256: FINGERPRINT });
  });

  it('names a network interface that is not there', async () => {
    const elsewhere = { ...settings, interface: '192.0.2.77' };
    await expect(discover(elsewhere, 300)).rejects.toThrow('discovery.mdns.interface "192.0.2.77"');
    await expect(advertise(elsewhere, gatewayAdvert({}, 1, 'minimal', 'x'), () => undefined)).rejects.toThrow(
      '127.0.0.1',
    );
  });

  it('is no business of a gateway that only its machine reaches', async () => {
    const gateway = await GatewayProcess.start({ config: {} });
    try {
      const { stdout } = await runCli(['explain', 'boot', '--json'], {
        env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
      });
      expect(stdout).toContain('only this machine reaches the gateway');
    } finally {
      await gateway.stop();
    }
  });
});
