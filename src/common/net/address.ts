import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A parsed address. IPv4 inside of IPv6 (`::ffff:a.b.c.d`) is the IPv4 address that it stands for. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Groups of an IPv6 address that name a network; the rest a machine chooses for itself. */
const NETWORK_GROUPS = 4;
/** ISATAP puts an IPv4 address behind one of these groups and `5efe`. */
const ISATAP_FLAGS = [0, 0x200];
const ISATAP_GROUP = 0x5efe;
/** By this address of the public range a machine at Azure reaches its host, which knows its settings and keys. */
const AZURE_HOST = '168.63.129.16';

/**
 * Reads an address: four decimal numbers, or IPv6 with or without brackets and zone. Whatever else may stand for an
 * address somewhere (`127.1`, `0x7f000001`) is none here: addresses in URLs are read by `hostOf`, as URLs read them.
 */
export function parseAddress(text: string): Address | undefined {
  // Node makes its expression for IPv6 when it first needs it, which takes longer than all else here.
  if (!text.includes(':') && !isIPv4(text)) return undefined;
  const isBracketed = text.startsWith('[') && text.endsWith(']');
  const bare = isBracketed ? text.slice(1, -1) : text;
  const [plain = ''] = bare.split('%');
  if (isIP(bare) === 0 || isIP(plain) === 0 || (isBracketed && isIP(bare) === 4)) return undefined;
  const parsed = ipaddr.parse(plain);
  return parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed;
}

export const isLoopback = (address: Address): boolean => address.range() === 'loopback';

/** Whether a text is an address of this machine alone. Names are no addresses, `localhost` included. */
export function isLoopbackAddress(text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && isLoopback(address);
}

/** 4 or 6, as Node's sockets want it; 0 for names. */
export function familyOf(text: string): 0 | 4 | 6 {
  const address = parseAddress(text);
  return address === undefined ? 0 : address instanceof ipaddr.IPv4 ? 4 : 6;
}

/** The one spelling of an address; what is none is kept as it is. */
export const canonicalAddress = (text: string): string => parseAddress(text)?.toString() ?? text;

/**
 * Who is behind an address, for limits: all of loopback is one source, and so is a network of IPv6, in which anybody
 * has as many addresses as they like.
 */
export function sourceOf(text: string): string {
  const address = parseAddress(text);
  if (!address) return text;
  if (isLoopback(address)) return 'loopback';
  if (address instanceof ipaddr.IPv4) return address.toString();
  const network = address.parts.map((part, index) => (index < NETWORK_GROUPS ? part : 0));
  return `${new ipaddr.IPv6(network).toString()}/${NETWORK_GROUPS * 16}`;
}

/** Whether an address is one of a tailnet (100.64.0.0/10). */
export function isTailnetAddress(text: string): boolean {
  const address = parseAddress(text);
  return address instanceof ipaddr.IPv4 && address.range() === 'carrierGradeNat';
}

/**
 * Why an address may not be connected to; undefined for addresses of the public internet. Only what is plainly public
 * passes: everything that stands for, wraps or translates to another address is refused along with private ranges.
 */
export function privateAddressReason(text: string): string | undefined {
  const address = parseAddress(text);
  if (!address) return 'no valid address';
  const range = address.range();
  if (address.toString() === AZURE_HOST) return 'IPv4 of a cloud host';
  if (address instanceof ipaddr.IPv4) return range === 'unicast' ? undefined : `IPv4 ${range}`;
  if (range !== 'unicast') return `IPv6 ${range}`;
  // Global unicast is 2000::/3; the rest is reserved, translated or long dead (site-local, IPv4-compatible).
  const [first = 0, , , , fifth = 0, sixth] = address.parts;
  if (first >> 13 !== 1) return 'IPv6 outside the global range';
  if (ISATAP_FLAGS.includes(fifth) && sixth === ISATAP_GROUP) return 'IPv6 ISATAP';
  return undefined;
}

/** Addresses and ranges that a list names. */
export class AddressSet {
  private constructor(private readonly ranges: readonly (readonly [Address, number])[]) {}

  static readonly none = new AddressSet([]);

  /** @param refuse is called with the first entry that is neither an address nor a range such as 10.0.0.0/8 */
  static of(entries: readonly string[], refuse: (entry: string, index: number) => never): AddressSet {
    return new AddressSet(entries.map((entry, index) => parseRange(entry.trim()) ?? refuse(entry, index)));
  }

  has(address: Address): boolean {
    return this.ranges.some(([network, bits]) => address.kind() === network.kind() && address.match(network, bits));
  }
}

/** Whether a text is an address, or a range such as 10.0.0.0/8. */
export const isRange = (entry: string): boolean => parseRange(entry.trim()) !== undefined;

function parseRange(entry: string): readonly [Address, number] | undefined {
  const [text = '', bits, ...more] = entry.split('/');
  const address = parseAddress(text);
  if (!address || more.length > 0) return undefined;
  const all = address instanceof ipaddr.IPv4 ? 32 : 128;
  if (bits === undefined) return [address, all];
  const length = Number(bits);
  return bits !== '' && Number.isInteger(length) && length >= 0 && length <= all ? [address, length] : undefined;
}
