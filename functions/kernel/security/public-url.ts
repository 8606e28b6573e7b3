/**
 * Checks URLs that a user gives and a server will call. Only hosts on the Internet are allowed, and
 * none that the server alone can reach.
 * https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
 */
import { type LookupAddress, type LookupOptions, lookup as lookupName } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { isPublicAddress } from "./public-address.ts";

/**
 * A host leads, by its name or by the address of its name, to a place that a user's URL may not
 * reach.
 */
export class NotPublicError extends Error {
  override readonly name = "NotPublicError";
}

/**
 * Names that no public DNS resolves and that private ones do.
 * https://www.rfc-editor.org/rfc/rfc6761
 */
const privateNames =
  /(?:^|\.)(?:localhost|local|internal|intranet|lan|home\.arpa|invalid|test|example|onion)$/;

const loopback = ["127.0.0.1", "[::1]"];

/**
 * Returns the host as `net` knows it: an address of IPv6 without brackets, a name without the last
 * dot.
 */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

/**
 * Returns the problem of a URL that a server will call; undefined if there is none. The addresses
 * of its name are checked at the call. URL normalizes the other notations of an address (decimal,
 * octal, hexadecimal, shortened). `toLoopback` also accepts plain HTTP to this machine, by its
 * address.
 */
export function problemOfUrl(text: string, { toLoopback }: { toLoopback: boolean }): string | undefined {
  if (!URL.canParse(text)) return "must be a URL";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "must not hold a name or a password";
  if (toLoopback && url.protocol === "http:" && loopback.includes(url.hostname)) return undefined;
  if (url.protocol !== "https:") return "must be an https URL";
  const host = hostOf(url);
  const isPublic = isIP(host) === 0 ? host.includes(".") && !privateNames.test(host) : isPublicAddress(host);
  return isPublic ? undefined : "must lead to a host on the Internet";
}

/** Returns a URL in one form for all notations of it, without a fragment, which no server gets. */
export function normalizedUrl(text: string): string {
  const url = new URL(text);
  url.hash = "";
  return url.href;
}

type Resolve = (
  name: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Returns a look-up for a connection. The connection is made to the address that was checked here
 * and to no other. So a second answer of the DNS does not count. Refuses a name if one of its
 * addresses is not public.
 */
export function lookupPublic(resolve: Resolve = lookupName): LookupFunction {
  return (name, options, done) => {
    // Safe: `all` is set, so the result is a list.
    resolve(name, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isPublicAddress(address)))
        return done(new NotPublicError(`${name} leads to an address that is not public.`), []);
      return options.all === true ? done(null, addresses) : done(null, first.address, first.family);
    });
  };
}
