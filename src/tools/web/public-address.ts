import ipaddr from 'ipaddr.js';

/**
 * Why an address may not be connected to; undefined for addresses of the public internet. Only what is plainly public
 * passes: everything that stands for, wraps or translates to another address is refused along with private ranges.
 * @param address textual IPv4 or IPv6 address, without brackets
 */
export function privateAddressReason(address: string): string | undefined {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  let parsed: ipaddr.IPv4 | ipaddr.IPv6;
  try {
    parsed = ipaddr.parse(bare);
  } catch {
    return 'no valid address';
  }
  if (parsed instanceof ipaddr.IPv4) {
    const range = parsed.range();
    return range === 'unicast' ? undefined : `IPv4 ${range}`;
  }
  if (parsed.isIPv4MappedAddress()) {
    const inner = parsed.toIPv4Address().range();
    return inner === 'unicast' ? undefined : `IPv4-mapped ${inner}`;
  }
  const range = parsed.range();
  if (range !== 'unicast') return `IPv6 ${range}`;
  // Global unicast is 2000::/3; the rest is reserved, translated or long dead (site-local, IPv4-compatible).
  const [first = 0, , , , fifth, sixth] = parsed.parts;
  if (first >> 13 !== 1) return 'IPv6 outside the global range';
  if ((fifth === 0 || fifth === 0x200) && sixth === 0x5efe) return 'IPv6 ISATAP';
  return undefined;
}
