import { familyOf, isLoopbackAddress } from '../../common/net/address';
import type { ListeningAddress } from './listening-state';

/** Addresses at which a browser on this machine finds the Control UI; its own port first. */
export function uiAddresses(listening: readonly ListeningAddress[], basePath: string): string[] {
  return [...listening]
    .sort((a, b) => Number(b.purpose === 'control-ui') - Number(a.purpose === 'control-ui'))
    .map((address) => {
      const host =
        address.hosts.find(isLoopbackAddress) ??
        (address.hosts[0] === '0.0.0.0' ? '127.0.0.1' : address.hosts[0]) ??
        '127.0.0.1';
      return `${address.secure ? 'https' : 'http'}://${bracketed(host)}:${address.port}${basePath}/`;
    });
}

/** A host as it stands in a URL. */
export const bracketed = (host: string): string => (familyOf(host) === 6 ? `[${host}]` : host);
