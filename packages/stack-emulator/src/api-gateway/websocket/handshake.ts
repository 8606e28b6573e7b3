import type { IncomingMessage } from "node:http";
import { sourceIpOf, splitUrl } from "../request.ts";

/** The facts of the upgrade request, in the shape of the events. */
export interface Handshake {
  readonly path: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly domainName: string;
  /** Names as the client wrote them: this gateway does not lower them, the HTTP API's does. */
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  /** Holds the last of several values of a name. */
  readonly query: Readonly<Record<string, string>> | undefined;
  readonly multiValueQuery: Readonly<Record<string, readonly string[]>> | undefined;
}

export function readHandshake(request: IncomingMessage): Handshake {
  const { rawPath, rawQueryString } = splitUrl(request.url ?? "/");
  const sourceIp = sourceIpOf(request);
  const multiValueHeaders: Record<string, string[]> = {};
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    append(multiValueHeaders, request.rawHeaders[index] ?? "", request.rawHeaders[index + 1] ?? "");
  }
  append(multiValueHeaders, "X-Forwarded-For", sourceIp);
  append(multiValueHeaders, "X-Forwarded-Port", String(request.socket.localPort ?? 0));
  append(multiValueHeaders, "X-Forwarded-Proto", "http");
  const multiValueQuery: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) append(multiValueQuery, name, value);
  const hasQuery = Object.keys(multiValueQuery).length > 0;
  return {
    path: rawPath,
    sourceIp,
    userAgent: request.headers["user-agent"] ?? "",
    domainName: request.headers.host ?? "",
    headers: lastValues(multiValueHeaders),
    multiValueHeaders,
    query: hasQuery ? lastValues(multiValueQuery) : undefined,
    multiValueQuery: hasQuery ? multiValueQuery : undefined,
  };
}

function append(lists: Record<string, string[]>, name: string, value: string): void {
  const list = lists[name];
  if (list) list.push(value);
  else lists[name] = [value];
}

function lastValues(lists: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.at(-1) ?? ""]));
}
