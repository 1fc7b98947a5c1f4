import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readBoundedFile } from '../../common/bounded-file';
import { commandLine } from '../../common/cli/own-commands';
import { messageOf } from '../../common/openclaw-error';
import { type DoctorCheck, type DoctorFinding, note, problem } from './finding';

const DAY_MS = 86_400_000;
/** A certificate of an authority is renewed a month before its end; whoever has less left has forgotten it. */
const SOON_DAYS = 14;
const MAX_PEM_BYTES = 1024 * 1024;

/**
 * A certificate that is named in the configuration: whether it belongs to its key, and for how long browsers take it. The one
 * that the gateway makes by itself is made again in time.
 */
export const checkCertificate: DoctorCheck = ({ config, snapshot }) => {
  const { enabled, certPath, keyPath } = config.gateway?.tls ?? {};
  if (snapshot.issues.length > 0 || enabled !== true || certPath === undefined || keyPath === undefined) return [];
  const [cert, key] = [certPath, keyPath].map((path) => readBoundedFile(path, MAX_PEM_BYTES));
  // What can't be read is told with the settings of the gateway.
  if (cert === undefined || key === undefined) return [];
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch (error) {
    return [unusable(`gateway.tls.certPath: ${certPath} holds no certificate in PEM: ${messageOf(error)}`)];
  }
  return [...keyFault(certificate, certPath, key, keyPath), ...timeFault(certificate, certPath)];
};

const own = (): string =>
  `put in the right files, or let the gateway make a certificate itself: ${commandLine('config unset gateway.tls.certPath')}, and the same with gateway.tls.keyPath`;

const unusable = (message: string): DoctorFinding => problem('tls.unusable', message, own());

function keyFault(certificate: X509Certificate, certPath: string, key: Buffer, keyPath: string): DoctorFinding[] {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key))
      ? []
      : [
          problem(
            'tls.key_mismatch',
            `${keyPath} (gateway.tls.keyPath) is not the key of the certificate ${certPath}: no client can connect`,
            own(),
          ),
        ];
  } catch (error) {
    return [unusable(`gateway.tls.keyPath: ${keyPath} holds no private key in PEM: ${messageOf(error)}`)];
  }
}

function timeFault({ validFrom, validTo }: X509Certificate, certPath: string): DoctorFinding[] {
  const now = Date.now();
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  if (from > now)
    return [problem('tls.not_yet_valid', `${certPath} (gateway.tls.certPath) counts from ${validFrom} on`, own())];
  const days = Math.floor((to - now) / DAY_MS);
  if (to <= now) return [problem('tls.expired', `${certPath} (gateway.tls.certPath) has expired on ${validTo}`, own())];
  return days < SOON_DAYS
    ? [note('tls.expires_soon', `${certPath} (gateway.tls.certPath) expires in ${days} days, on ${validTo}`, own())]
    : [];
}
