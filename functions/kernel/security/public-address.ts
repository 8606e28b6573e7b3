import { BlockList, isIP, isIPv4 } from "node:net";

/**
 * Networks of IPv4 that are not public, or do not address one host. They are private, shared by
 * carriers, loopback, link-local (with the metadata of clouds), for documents and tests, multicast,
 * or reserved.
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
 * Networks among the unicast addresses of IPv6, 2000::/3, that are not one host on the Internet.
 * They belong to protocols (Teredo too), to 6to4, which holds any address of IPv4, or to documents.
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

/**
 * All other addresses of IPv6 (loopback, mapped IPv4, unique-local, link-local, multicast) lie
 * outside.
 */
const unicastIPv6 = new BlockList();
unicastIPv6.addSubnet("2000::", 3, "ipv6");

/**
 * Returns whether an address is that of a host on the Internet, which a server may call on behalf
 * of any user.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  if (isIPv4(address)) return !special.check(address, "ipv4");
  return unicastIPv6.check(address, "ipv6") && !special.check(address, "ipv6");
}
