import { isIPv4, isIPv6 } from 'node:net';

/**
 * What one visitor's address is counted under: an IPv4 address whole; of an IPv6 address the first 64 bits,
 * since whoever has one has the other 2^64 of its network too. What a proxy passes on that is no address is
 * counted for one visitor: it may be of any length, and another one each time.
 */
export function addressKey(address: string): string {
  const plain = withoutMapping(address);
  return isIPv6(plain) ? prefixOf(plain, 64) : isIPv4(plain) ? plain : 'unknown';
}

/** The network that an IPv6 address is of, which one customer may have whole; `undefined` of any other address. */
export function networkKey(address: string): string | undefined {
  const plain = withoutMapping(address);
  return isIPv6(plain) ? prefixOf(plain, 48) : undefined;
}

function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function prefixOf(address: string, bits: 48 | 64): string {
  // The URL parser writes an address in its one canonical form (RFC 5952).
  const canonical = new URL(`http://[${address.split('%', 1)[0]}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return `${[...left, ...zeros, ...right].slice(0, bits / 16).join(':')}::/${bits}`;
}
