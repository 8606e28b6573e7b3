/** Calls of OpenSearch, signed with the function's own role. */
import { Hash } from "@smithy/hash-node";
import { SignatureV4 } from "@smithy/signature-v4";
import { environment } from "../../kernel/runtime/environment.ts";
import { backoff } from "../../kernel/runtime/retry.ts";

/** The signer needs a constructor that takes its secret. */
const Sha256 = Hash.bind(null, "sha256");

/**
 * Returns the service name to sign for. A collection of OpenSearch Serverless has another than a
 * domain.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-clients.html
 */
export function serviceOf({ hostname }: URL): "aoss" | "es" {
  return /\.aoss\.amazonaws\.com(\.cn)?$/.test(hostname) ? "aoss" : "es";
}

interface OpenSearchAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Milliseconds of one attempt. Three attempts and their pauses fit into the time of a function
 * behind the gateway.
 */
const timeout = 6000;
const attempts = 3;

/** The answer for a service that did not answer at all. */
function unreached(error: unknown): OpenSearchAnswer {
  return { status: 503, body: String(error) };
}

/** Returns whether the service is busy or briefly out of reach. */
function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

async function send(method: "POST" | "PUT", url: URL, text: string, type: string): Promise<OpenSearchAnswer> {
  const { region, ...credentials } = environment.credentials;
  const signer = new SignatureV4({ credentials, region, service: serviceOf(url), sha256: Sha256 });
  const signed = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host, "content-type": type },
    body: text,
  });
  // `fetch` sets the host itself, to the same value.
  const { host: _, ...headers } = signed.headers;
  const response = await fetch(url, {
    method,
    headers,
    body: text,
    // A signature is for one host.
    redirect: "error",
    signal: AbortSignal.timeout(timeout),
  });
  const answer = await response.text();
  // A proxy before the service may answer without JSON.
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, body: isJson && answer !== "" ? JSON.parse(answer) : answer };
}

/**
 * Sends JSON, or lines of JSON as text. It tries again if the service is busy, so every call must
 * be repeatable.
 */
export async function callOpenSearch(
  method: "POST" | "PUT",
  path: string,
  body: object | string,
): Promise<OpenSearchAnswer> {
  const endpoint = environment.openSearchEndpoint;
  if (endpoint === undefined) throw new Error("There is no OpenSearch: the stack must name its endpoint.");
  const url = new URL(path, endpoint);
  const isLines = typeof body === "string";
  const text = isLines ? body : JSON.stringify(body);
  for (let attempt = 1; ; attempt += 1) {
    const type = isLines ? "application/x-ndjson" : "application/json";
    const answer = await send(method, url, text, type).catch(unreached);
    if (!isPassing(answer.status) || attempt === attempts) return answer;
    await backoff(attempt + 2);
  }
}
