import { createHmac } from 'node:crypto';
import { secretsEqual } from './secrets-equal';

export const TIMESTAMP_HEADER = 'x-openclaw-timestamp';
export const SIGNATURE_HEADER = 'x-openclaw-signature';
/** Older messages, and ones from the future, are not taken: a copied request can't be sent again later. */
const MAX_SKEW_SECONDS = 300;

/** `v1=` and the HMAC-SHA256 of `<timestamp>.<body>` in hex. */
export const sign = (secret: string, timestamp: string, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

/** Headers of a signed request. */
export function signedHeaders(secret: string, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  return { [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: sign(secret, timestamp, body) };
}

/** Why a request is not believed; undefined when it is. */
export function signatureFault(
  secret: string,
  headers: { timestamp: string | undefined; signature: string | undefined },
  body: string,
  nowMs: number,
): string | undefined {
  const { timestamp = '', signature = '' } = headers;
  if (!/^\d{9,11}$/.test(timestamp)) return `${TIMESTAMP_HEADER} must be seconds since 1970`;
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > MAX_SKEW_SECONDS)
    return `${TIMESTAMP_HEADER} is more than ${MAX_SKEW_SECONDS} s away from now`;
  return secretsEqual(signature, sign(secret, timestamp, body)) ? undefined : `${SIGNATURE_HEADER} does not fit`;
}
