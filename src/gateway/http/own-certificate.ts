import { type KeyObject, X509Certificate, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { hostname } from 'node:os';
import { readBoundedFile } from '../../common/bounded-file';
import { parseHost } from '../../common/net/host';
import { writePrivateFile } from '../../common/private-files';
import { type OwnCertificateFiles, ownCertificateFiles } from '../../config/own-certificate-files';

const DAY_MS = 86_400_000;
/** Browsers take no private certificate that holds for longer than 825 days. */
const LIFETIME_MS = 730 * DAY_MS;
/** Whoever looks at the log once a month is told in time. */
const RENEWED_BEFORE_MS = 30 * DAY_MS;
const SKEW_MS = DAY_MS;
const MAX_PEM_BYTES = 65_536;
const NAME = 'openclaw-gateway';

export interface OwnCertificate {
  cert: Buffer;
  key: Buffer;
  /** It was made just now. */
  isNew: boolean;
}

/**
 * The certificate that the gateway made itself, from the place where OpenClaw keeps its own; made anew where there is
 * none that fits its key, and before it ends.
 */
export function ownCertificate(stateDir: string, now: number): OwnCertificate {
  const files = ownCertificateFiles(stateDir);
  const kept = readPair(files);
  if (kept && endOf(kept.cert) - now > RENEWED_BEFORE_MS) return { ...kept, isNew: false };
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const cert = pem(selfSigned(publicKey, privateKey, now));
  // A certificate without its key is made anew, a key without its certificate as well.
  writePrivateFile(files.key, key);
  writePrivateFile(files.cert, cert);
  return { cert: Buffer.from(cert), key: Buffer.from(key), isNew: true };
}

/** SHA-256 of a certificate, as browsers show it. */
export const fingerprintOf = (cert: Buffer): string => new X509Certificate(cert).fingerprint256;

function readPair(files: OwnCertificateFiles): { cert: Buffer; key: Buffer } | undefined {
  try {
    const [cert, key] = [readBoundedFile(files.cert, MAX_PEM_BYTES), readBoundedFile(files.key, MAX_PEM_BYTES)];
    return cert && key && new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : undefined;
  } catch {
    return undefined;
  }
}

const endOf = (cert: Buffer): number => Date.parse(new X509Certificate(cert).validTo);

const OID = {
  commonName: [0x55, 0x04, 0x03],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  alternativeNames: [0x55, 0x1d, 0x11],
  constraints: [0x55, 0x1d, 0x13],
  extendedUse: [0x55, 0x1d, 0x25],
  serverAuth: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01],
} as const;
const [BOOLEAN, INTEGER, BITS, OCTETS, OBJECT, UTF8, UTC_TIME, SEQUENCE, SET] = [
  0x01, 0x02, 0x03, 0x04, 0x06, 0x0c, 0x17, 0x30, 0x31,
] as const;
/** Kinds of alternative names. */
const [DNS_NAME, IP_ADDRESS] = [0x82, 0x87] as const;
const VERSION_3 = 0xa0;
const EXTENSIONS = 0xa3;

/** A certificate of X.509 version 3 in DER, for the names of this machine and its loopback addresses. */
function selfSigned(publicKey: KeyObject, privateKey: KeyObject, now: number): Buffer {
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, oid('commonName'), der(UTF8, Buffer.from(NAME)))));
  const algorithm = der(SEQUENCE, oid('ecdsaWithSha256'));
  // The first bit of a serial number is its sign.
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = der(
    SEQUENCE,
    der(VERSION_3, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, serial),
    algorithm,
    name,
    der(SEQUENCE, time(now - SKEW_MS), time(now + LIFETIME_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      EXTENSIONS,
      der(
        SEQUENCE,
        extension('alternativeNames', der(SEQUENCE, ...alternativeNames())),
        // Who trusts it trusts this certificate, and none that it might sign.
        extension('constraints', der(SEQUENCE), true),
        extension('extendedUse', der(SEQUENCE, oid('serverAuth'))),
      ),
    ),
  );
  return der(SEQUENCE, body, algorithm, bits(sign('sha256', body, privateKey)));
}

function alternativeNames(): Buffer[] {
  const machine = hostname().toLowerCase();
  const names = new Set(['localhost', machine, `${machine.split('.')[0] ?? machine}.local`]);
  return [
    ...[...names]
      .map((each) => parseHost(each))
      .flatMap((host) => (host && !host.address ? [der(DNS_NAME, Buffer.from(host.name))] : [])),
    ...[
      [127, 0, 0, 1],
      [...Array<number>(15).fill(0), 1],
    ].map((address) => der(IP_ADDRESS, Buffer.from(address))),
  ];
}

const oid = (name: keyof typeof OID): Buffer => der(OBJECT, Buffer.from(OID[name]));
const bits = (content: Buffer): Buffer => der(BITS, Buffer.from([0]), content);
const extension = (name: keyof typeof OID, value: Buffer, isCritical = false): Buffer =>
  der(SEQUENCE, oid(name), ...(isCritical ? [der(BOOLEAN, Buffer.from([0xff]))] : []), der(OCTETS, value));

/** Two digits of the year, as all times before 2050 are written. */
const time = (ms: number): Buffer =>
  der(UTC_TIME, Buffer.from(new Date(ms).toISOString().replace(/^\d\d|[-:T]|\.\d+/g, '')));

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const pem = (content: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${(content.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
