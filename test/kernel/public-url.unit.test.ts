import type { LookupAddress, LookupOptions } from "node:dns";
import { describe, expect, test } from "vitest";
import { isPublicAddress, lookupPublic, NotPublicError, problemOfUrl } from "../support/internals.ts";

const privateAddresses = [
  ["loopback", "127.0.0.1", "127.255.255.254", "::1"],
  ["unspecified", "0.0.0.0", "::"],
  ["private", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fdff::1"],
  ["a cloud's metadata", "169.254.169.254", "169.254.170.2", "fd00:ec2::254"],
  ["link-local", "169.254.0.1", "fe80::1", "febf::1"],
  ["shared by carriers", "100.64.0.1", "100.127.255.255"],
  ["multicast and reserved", "224.0.0.1", "240.0.0.1", "255.255.255.255", "ff02::1"],
  [
    "for documents and tests",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "198.18.0.1",
    "2001:db8::1",
    "3fff::1",
  ],
  [
    "of IPv4 in IPv6",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2001::1",
  ],
  ["no addresses", "", "example.com", "127.1", "0x7f000001", "1.2.3", "::1%lo"],
] as const;
const publicAddresses = [
  "8.8.8.8",
  "1.1.1.1",
  "172.15.0.1",
  "172.32.0.1",
  "100.63.0.1",
  "100.128.0.1",
  "2606:4700::1",
  "2a00:1450::1",
];

describe("isPublicAddress", () => {
  for (const [what, ...addresses] of privateAddresses)
    test(`refuses addresses that are ${what}`, () => {
      expect(addresses.filter(isPublicAddress)).toEqual([]);
    });
  test("takes addresses of hosts on the Internet", () => {
    expect(publicAddresses.filter((address) => !isPublicAddress(address))).toEqual([]);
  });
});

describe("problemOfUrl", () => {
  const problem = (url: string, toLoopback = false) => problemOfUrl(url, { toLoopback });
  const toNowhere = "must lead to a host on the Internet";
  test("takes the URLs that browsers give", () => {
    for (const url of [
      "https://fcm.googleapis.com/fcm/send/abc:APA91b",
      "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
      "https://web.push.apple.com/QK1",
      "https://wns2-am3p.notify.windows.com/w/?token=BQYAAA%3d%3d",
      "https://push.example.org:8443/x",
    ])
      expect(problem(url), url).toBeUndefined();
  });

  const refused: readonly (readonly [url: string, problem: string])[] = [
    ["no url", "must be a URL"],
    ["https://", "must be a URL"],
    ["https://1.2.3.256/", "must be a URL"],
    ["http://push.example.org/x", "must be an https URL"],
    ["http://127.0.0.1:4000/x", "must be an https URL"],
    ["ftp://push.example.org/x", "must be an https URL"],
    ["file:///etc/passwd", "must be an https URL"],
    ["https://user@push.example.org/x", "must not hold a name or a password"],
    ["https://:secret@push.example.org/x", "must not hold a name or a password"],
    // Local addresses as they are, in decimal, hexadecimal, octal, shortened, with full-width
    // digits, and as parts of IPv6.
    ["https://127.0.0.1/x", toNowhere],
    ["https://169.254.169.254/latest/meta-data/", toNowhere],
    ["https://2130706433/", toNowhere],
    ["https://0x7f000001/", toNowhere],
    ["https://0x7f.0.0.1/", toNowhere],
    ["https://0177.0.0.1/", toNowhere],
    ["https://127.1/", toNowhere],
    ["https://10.65535/", toNowhere],
    ["https://１２７.０.０.１/", toNowhere],
    ["https://127.0.0.1./", toNowhere],
    ["https://[::1]/", toNowhere],
    ["https://[::ffff:127.0.0.1]/", toNowhere],
    ["https://[::ffff:a9fe:a9fe]/", toNowhere],
    ["https://[fd00:ec2::254]/", toNowhere],
    ["https://[fe80::1]/", toNowhere],
    // Names that only a private network resolves.
    ["https://localhost/x", toNowhere],
    ["https://LOCALHOST./x", toNowhere],
    ["https://a.localhost/x", toNowhere],
    ["https://metadata.google.internal/x", toNowhere],
    ["https://printer.local/x", toNowhere],
    ["https://intranet/x", toNowhere],
    ["https://permanently-removed.invalid/fcm/send/x", toNowhere],
  ];
  for (const [url, why] of refused) test(`refuses ${url}`, () => expect(problem(url)).toBe(why));

  test("takes plain HTTP to this machine by its address if that is allowed, and nothing else", () => {
    expect(problem("http://127.0.0.1:4000/x", true)).toBeUndefined();
    expect(problem("http://[::1]:4000/x", true)).toBeUndefined();
    expect(problem("https://push.example.org/x", true)).toBeUndefined();
    for (const url of ["http://localhost/x", "http://10.0.0.1/x", "http://push.example.org/x"])
      expect(problem(url, true), url).toBe("must be an https URL");
    expect(problem("https://169.254.169.254/x", true)).toBe(toNowhere);
    expect(problem("http://user@127.0.0.1/x", true)).toBe("must not hold a name or a password");
  });
});

describe("lookupPublic", () => {
  /** Looks up a name that resolves to these addresses, as a connection does. */
  const lookUp = (addresses: readonly string[], options: LookupOptions) =>
    new Promise<unknown>((resolve, reject) => {
      const found = addresses.map(
        (address): LookupAddress => ({ address, family: address.includes(":") ? 6 : 4 }),
      );
      const lookup = lookupPublic((_name, _options, done) => done(null, found));
      lookup("push.example.org", options, (error, address, family) =>
        error ? reject(error) : resolve(options.all ? address : [address, family]),
      );
    });

  test("returns the addresses that it checked", async () => {
    expect(await lookUp(["8.8.8.8", "2606:4700::1"], { all: true })).toEqual([
      { address: "8.8.8.8", family: 4 },
      { address: "2606:4700::1", family: 6 },
    ]);
    expect(await lookUp(["2606:4700::1", "8.8.8.8"], {})).toEqual(["2606:4700::1", 6]);
  });

  test("refuses a name if one of its addresses is not public", async () => {
    for (const addresses of [["127.0.0.1"], ["8.8.8.8", "169.254.169.254"], ["::ffff:10.0.0.1"], []])
      for (const options of [{ all: true }, {}])
        await expect(lookUp(addresses, options), addresses.join()).rejects.toThrow(NotPublicError);
  });

  test("passes on the error if a name resolves to nothing", async () => {
    const lookup = lookupPublic((_name, _options, done) =>
      done(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }), []),
    );
    const code = await new Promise((resolve) => {
      lookup("push.example.org", { all: true }, (error) => resolve(error?.code));
    });
    expect(code).toBe("ENOTFOUND");
  });
});
