import { BlockList, isIP, isIPv4 } from "node:net";

/**
 * Networks of IPv4 that are nobody's on the Internet, or not a host's: private, shared by carriers, loopback, link-local
 * (where clouds keep their metadata), for documents and tests, multicast and reserved.
 * https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml
 */
const specialIPv4: readonly (readonly [network: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/**
 * Of the unicast addresses of IPv6, 2000::/3, those that are not one host on the Internet: the protocols' own (Teredo
 * too), 6to4, which holds any address of IPv4, and those for documents.
 * https://www.iana.org/assignments/iana-ipv6-special-registry/iana-ipv6-special-registry.xhtml
 */
const specialIPv6: readonly (readonly [network: string, prefix: number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const special = new BlockList();
for (const [network, prefix] of specialIPv4) special.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of specialIPv6) special.addSubnet(network, prefix, "ipv6");

/** All else of IPv6 (loopback, mapped IPv4, unique-local, link-local, multicast) lies outside. */
const unicastIPv6 = new BlockList();
unicastIPv6.addSubnet("2000::", 3, "ipv6");

/** Whether an address is that of a host on the Internet, which a server may call on behalf of anybody. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  if (isIPv4(address)) return !special.check(address, "ipv4");
  return unicastIPv6.check(address, "ipv6") && !special.check(address, "ipv6");
}
