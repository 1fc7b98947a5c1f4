/** What stands in windows-1252 where Latin-1 has control characters; some releases of Node leave them there. */
const BETWEEN = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Text in an encoding of {@link TextDecoder}. @throws TypeError when there is something in it that means nothing */
export function codePageText(bytes: Uint8Array, encoding: string): string {
  if (encoding !== 'windows-1252') return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return text.replace(/[\x80-\x9f]/g, (character) => BETWEEN[character.charCodeAt(0) - 0x80] ?? character);
}
