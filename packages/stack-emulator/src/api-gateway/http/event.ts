import type { IncomingMessage } from "node:http";
import { ACCOUNT_ID } from "../../template/pseudo-parameters.ts";
import { sourceIpOf, splitUrl } from "../request.ts";
import { formatRequestTime } from "../request-time.ts";
import { decode } from "./routes.ts";

/** The parts of an event that the request does not hold. */
interface EventFacts {
  readonly apiId: string;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
  readonly jwt: { readonly claims: Record<string, string>; readonly scopes: string[] | null } | undefined;
  readonly requestId: string;
  readonly body: Buffer;
  readonly timeEpoch: number;
}

/**
 * The event of payload format 2.0:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * Fields without a value are absent there, and so here.
 */
export function createHttpEvent(request: IncomingMessage, facts: EventFacts): Record<string, unknown> {
  const { rawPath, rawQueryString } = splitUrl(request.url ?? "/");
  const { headers, cookies } = readHeaders(request);
  const query = readQuery(rawQueryString);
  const domainName = headers.host ?? "";
  // The gateway hands on the decoded path, in `rawPath` too, while the query stays as it was sent:
  // https://github.com/aws/aws-lambda-dotnet/pull/1901
  const path = decode(rawPath);
  const sourceIp = sourceIpOf(request);
  const isText = isTextBody(headers["content-type"]);
  return {
    version: "2.0",
    routeKey: facts.routeKey,
    rawPath: path,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers: {
      ...headers,
      "x-forwarded-for": headers["x-forwarded-for"] ? `${headers["x-forwarded-for"]}, ${sourceIp}` : sourceIp,
      "x-forwarded-port": String(request.socket.localPort ?? 0),
      "x-forwarded-proto": "http",
    },
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: facts.apiId,
      ...(facts.jwt && { authorizer: { jwt: facts.jwt } }),
      domainName,
      domainPrefix: domainName.split(".")[0] ?? "",
      http: {
        method: request.method ?? "",
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: facts.requestId,
      routeKey: facts.routeKey,
      stage: "$default",
      time: formatRequestTime(facts.timeEpoch),
      timeEpoch: facts.timeEpoch,
    },
    ...(facts.pathParameters && { pathParameters: facts.pathParameters }),
    ...(facts.body.length > 0 && { body: facts.body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: facts.body.length > 0 && !isText,
  };
}

/** Names in lower case, values of one name joined with commas, cookies apart. */
function readHeaders(request: IncomingMessage): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]?.toLowerCase() ?? "";
    const value = request.rawHeaders[index + 1] ?? "";
    if (name === "cookie") cookies.push(...value.split(/;\s*/).filter(Boolean));
    else headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  return { headers, cookies };
}

function readQuery(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === "") return undefined;
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    query[name] = name in query ? `${query[name]},${value}` : value;
  }
  return query;
}

/** Text and JSON arrive as they are, everything else in base64, forms too. */
function isTextBody(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  return type.startsWith("text/") || /^application\/(.+\+)?(json|xml|javascript)$/.test(type);
}
