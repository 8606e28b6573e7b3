/**
 * Push services: each browser names its own by an endpoint, which any user could have made up. A
 * message is encrypted for the browser (RFC 8291) and signed with this deployment's key (RFC 8292).
 * Only modules that push import this one, because of the library.
 */
import { request as requestHttp } from "node:http";
import { Agent, request as requestHttps } from "node:https";
import webPush from "web-push";
import { environment } from "../../kernel/runtime/environment.ts";
import { lookupPublic } from "../../kernel/security/public-url.ts";
import { obtainPushKeys } from "./push-keys.ts";
import type { PushSubscription } from "./push-subscriptions.ts";

export interface PushMessage {
  /** The text for the browser, up to about 3,900 bytes. */
  readonly payload: string;
  /** Seconds for which the push service keeps it for a browser that is off. */
  readonly ttl: number;
  readonly urgency: "normal" | "high";
  /**
   * Replaces an earlier message with this topic that the service still keeps: up to 32 characters
   * of base64url.
   */
  readonly topic: string | undefined;
}

export interface PushAnswer {
  readonly status: number;
  /** Seconds until it can be tried again; undefined if the service does not say. */
  readonly retryAfter: number | undefined;
}

/** Milliseconds for the whole call. */
const timeLimit = 10_000;
/** Bytes of an answer to receive. Its content is not read. */
const answerLimit = 16 * 1024;

/** Keeps connections open. Each connection goes to an address that was checked at its lookup. */
const agent = new Agent({ keepAlive: true, maxSockets: 50, lookup: lookupPublic() });

/**
 * The header is a number of seconds or a date.
 * https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
function secondsOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}

/**
 * Posts without following a redirect, and reads only the head of the answer. Throws if there is
 * none in time.
 */
function post(endpoint: string, headers: Record<string, string>, body: Buffer): Promise<PushAnswer> {
  return new Promise((resolve, reject) => {
    const url = new URL(endpoint);
    const options = { method: "POST", headers, signal: AbortSignal.timeout(timeLimit) };
    // Only an endpoint on this machine may have plain HTTP (problemOfUrl).
    const outgoing =
      url.protocol === "http:" ? requestHttp(url, options) : requestHttps(url, { ...options, agent });
    outgoing.on("error", reject);
    outgoing.once("response", (incoming) => {
      let bytes = 0;
      incoming.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > answerLimit) incoming.destroy();
      });
      // The result is known from the head, whether the rest arrives or not.
      incoming.on("error", () => undefined);
      resolve({
        status: incoming.statusCode ?? 0,
        retryAfter: secondsOf(incoming.headers["retry-after"]),
      });
    });
    outgoing.end(body);
  });
}

/**
 * Sends a message to a browser through its push service. The caller has checked that the endpoint
 * may be called. Throws `NotPublicError` if its name leads to an address that may not, or a network
 * error.
 */
export async function sendToBrowser(
  { endpoint, p256dh, auth }: Pick<PushSubscription, "endpoint" | "p256dh" | "auth">,
  { payload, ttl, urgency, topic }: PushMessage,
): Promise<PushAnswer> {
  const vapidDetails = { subject: environment.vapidSubject, ...(await obtainPushKeys()) };
  const { headers, body } = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
    vapidDetails,
    TTL: ttl,
    urgency,
    contentEncoding: "aes128gcm",
    ...(topic !== undefined && { topic }),
  });
  return post(endpoint, headers, body);
}
