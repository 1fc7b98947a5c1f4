import { rootCertificates } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { ClientOptions } from 'ws';

/** How a client knows the gateway by its certificate, where no authority vouches for it. */
export interface TlsTrust {
  /** PEM that is trusted beside the known authorities. */
  ca?: string;
  /** SHA-256 of the one certificate that is taken, whoever signed it. */
  fingerprint?: string;
}

export function tlsOptions({ ca, fingerprint }: TlsTrust = {}): Pick<ClientOptions, 'ca' | 'rejectUnauthorized'> {
  if (fingerprint !== undefined) return { rejectUnauthorized: false };
  return ca === undefined ? {} : { ca: [...rootCertificates, ca] };
}

/** Why a connection is not trusted; nothing secret was sent on it yet. */
export function tlsFault(socket: TLSSocket, { fingerprint }: TlsTrust = {}): string | undefined {
  if (fingerprint === undefined) return undefined;
  const shown = socket.encrypted ? socket.getPeerCertificate().fingerprint256 : undefined;
  if (shown !== undefined && plain(shown) === plain(fingerprint)) return undefined;
  return shown === undefined
    ? 'it has no certificate, and one with a certain fingerprint is asked for'
    : `its certificate has the fingerprint ${shown}, and ${fingerprint} is asked for`;
}

/** Fingerprints are written with and without colons, and after the name of their method. */
const plain = (fingerprint: string): string =>
  fingerprint
    .toLowerCase()
    .replace(/^sha-?256[:= ]/, '')
    .replaceAll(/[^0-9a-f]/g, '');
