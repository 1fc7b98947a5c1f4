import { join } from 'node:path';

export interface OwnCertificateFiles {
  cert: string;
  key: string;
}

/** Where a certificate lies that the gateway makes itself, which is where OpenClaw has it. */
export function ownCertificateFiles(stateDir: string): OwnCertificateFiles {
  const folder = join(stateDir, 'gateway', 'tls');
  return { cert: join(folder, 'gateway-cert.pem'), key: join(folder, 'gateway-key.pem') };
}
