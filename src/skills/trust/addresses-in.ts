import { type Address, privateAddressReason } from '../../common/net/address';
import { hostOf, parseWebAddress } from '../../common/net/host';

/** Where an address of the web may stand; `URL` says what it means. */
const CANDIDATE = /\bhttps?:[^\s"'`<>|;]+/gi;
const LABEL = /^[a-z0-9_-]+$/;
const TOP_LABEL = /^[a-z][a-z0-9-]+$/;

export interface FoundHost {
  /** `*.` stands for what is filled in when the program runs. */
  name: string;
  address?: Address;
  /** An address that is not written as addresses are, so that people don't see it. */
  isDisguised: boolean;
}

/** Hosts that the addresses in a text lead to: what a browser would reach, whatever stands before an `@`. */
export function hostsIn(text: string): FoundHost[] {
  return [...text.matchAll(CANDIDATE)].flatMap(([candidate]): FoundHost[] => {
    const url = parseWebAddress(candidate) ?? parseWebAddress(withoutTail(candidate));
    if (!url) return [];
    const { name, address } = hostOf(url);
    if (address) return [{ name, address, isDisguised: !candidate.toLowerCase().includes(name) }];
    const known = knownPart(name);
    return known === undefined ? [] : [{ name: known, isDisguised: false }];
  });
}

/** Whether a host is a bare address of the internet, or hides that it is one. */
export const isBareAddress = ({ address, isDisguised }: FoundHost): boolean =>
  address !== undefined && (isDisguised || privateAddressReason(address.toString()) === undefined);

/** Brackets and dots that belong to the sentence. */
function withoutTail(candidate: string): string {
  let end = candidate.length;
  while (end > 0 && '.,:)]}*_'.includes(candidate.charAt(end - 1))) end--;
  return candidate.slice(0, end);
}

/** The labels that stand in the text itself; undefined where that is no public name. */
function knownPart(name: string): string | undefined {
  const labels = name.split('.');
  const last = labels.pop() ?? '';
  const top = [...last].findIndex((letter) => !LABEL.test(letter));
  const tail = top === -1 ? last : last.slice(0, top);
  const from = labels.findLastIndex((label) => !LABEL.test(label)) + 1;
  const known = labels.slice(from);
  if (known.length === 0 || !TOP_LABEL.test(tail)) return undefined;
  return [...(from > 0 ? ['*'] : []), ...known, tail].join('.');
}
