export const CloseCode = {
  normal: 1000,
  protocolMismatch: 1002,
  unsupportedData: 1003,
  policy: 1008,
  tooBig: 1009,
  serviceRestart: 1012,
  tryLater: 1013,
  credentialsChanged: 4001,
} as const;

/** A close reason may hold at most 123 bytes; this cuts at a character boundary below 120. */
export function closeReason(text: string): string {
  let reason = text;
  while (Buffer.byteLength(reason) > 120) reason = reason.slice(0, -1);
  return reason;
}
