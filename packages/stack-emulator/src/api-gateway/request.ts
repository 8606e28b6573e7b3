import type { IncomingMessage } from "node:http";

export function splitUrl(url: string): { rawPath: string; rawQueryString: string } {
  const mark = url.indexOf("?");
  return mark < 0
    ? { rawPath: url, rawQueryString: "" }
    : { rawPath: url.slice(0, mark), rawQueryString: url.slice(mark + 1) };
}

/** An IPv4 caller of a dual-stack socket shows as `::ffff:127.0.0.1`. */
export function sourceIpOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, "");
}
