import type { FoundGateway } from './mdns';

/** The only domain that is asked: that of the local network. */
const DOMAIN = 'local.';

export const addressOf = ({ txt, addresses, host, port }: FoundGateway): string =>
  `${txt['gatewayTls'] ? 'wss' : 'ws'}://${addresses[0] ?? host}:${port}`;

/** Gateways that announced themselves, for programs. @param timeoutMs how long was listened */
export const beaconsView = (gateways: readonly FoundGateway[], timeoutMs: number): object => ({
  timeoutMs,
  domains: [DOMAIN],
  count: gateways.length,
  beacons: gateways.map((gateway) => ({
    instanceName: gateway.name,
    displayName: gateway.txt['displayName'] ?? gateway.name,
    domain: DOMAIN,
    host: gateway.host,
    port: gateway.port,
    addresses: gateway.addresses,
    gatewayTls: Boolean(gateway.txt['gatewayTls']),
    ...(gateway.txt['gatewayTlsSha256'] ? { gatewayTlsFingerprintSha256: gateway.txt['gatewayTlsSha256'] } : {}),
    txt: gateway.txt,
    wsUrl: addressOf(gateway),
  })),
});
