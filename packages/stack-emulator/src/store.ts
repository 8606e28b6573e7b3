import type { IncomingHttpHeaders } from "node:http";

/**
 * A request as it came over the wire. `url` is the raw request target (path and query, still
 * encoded) and `headers` hold the client's own `host`: signatures cover both, so a proxy in front
 * must not rewrite them.
 */
export interface StoreRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface StoreResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer | string;
}

/**
 * The account and region that ARNs are made of, and the origin at which clients reach the stores.
 */
export interface StoreLocation {
  readonly accountId: string;
  readonly region: string;
  /**
   * Origin with no trailing slash, e.g. `http://127.0.0.1:4001`; read late, when the port is known.
   */
  readonly endpoint: () => string;
}

export type Log = (line: string) => void;
