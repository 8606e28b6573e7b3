/**
 * URLs that somebody gives, and that a server is to call: only hosts on the Internet may be meant, and none that the
 * server alone can reach. https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
 */
import { type LookupAddress, type LookupOptions, lookup as lookupName } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { isPublicAddress } from "./public-address.ts";

/** A host leads, by its name or by what its name resolves to, to where nobody's URL may lead. */
export class NotPublicError extends Error {
  override readonly name = "NotPublicError";
}

/** Names that no public DNS resolves, and that private ones do. https://www.rfc-editor.org/rfc/rfc6761 */
const privateNames =
  /(?:^|\.)(?:localhost|local|internal|intranet|lan|home\.arpa|invalid|test|example|onion)$/;

const loopback = ["127.0.0.1", "[::1]"];

/** The host as `net` knows it: an address of IPv6 without brackets, a name without the last dot. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

/**
 * What is wrong with a URL that a server is to call; undefined where nothing is. What its name resolves to is looked at
 * when it is called. The other ways to write an address (decimal, octal, hexadecimal, shortened) are normalized by URL.
 * `toLoopback` takes plain HTTP to this machine too, by its address.
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

/** A URL in the one form that all ways to write it have, but for a fragment, which no server is sent. */
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
 * A look-up for a connection, which is then made to what was looked at here and to nothing else, so no second answer of
 * the DNS counts. Refuses a name of whose addresses one is not public.
 */
export function lookupPublic(resolve: Resolve = lookupName): LookupFunction {
  return (name, options, done) => {
    // Safe: `all` is set, so what comes back is a list.
    resolve(name, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isPublicAddress(address)))
        return done(new NotPublicError(`${name} leads to an address that is not public.`), []);
      return options.all === true ? done(null, addresses) : done(null, first.address, first.family);
    });
  };
}
