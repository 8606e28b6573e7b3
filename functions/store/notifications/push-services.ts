/**
 * Push services: each browser names its own, by an endpoint that anybody could have made up. What is sent is encrypted for the
 * browser (RFC 8291) and signed with this deployment's key (RFC 8292). Apart from who may need it, because of the library.
 */
import { request as requestHttp } from "node:http";
import { Agent, request as requestHttps } from "node:https";
import webPush from "web-push";
import { environment } from "../../kernel/runtime/environment.ts";
import { lookupPublic } from "../../kernel/security/public-url.ts";
import { obtainPushKeys } from "./push-keys.ts";
import type { PushSubscription } from "./push-subscriptions.ts";

export interface PushMessage {
  /** What the browser is to get: text of up to about 3,900 bytes. */
  readonly payload: string;
  /** Seconds for which the push service keeps it for a browser that is off. */
  readonly ttl: number;
  readonly urgency: "normal" | "high";
  /** Whose earlier message, kept there still, it replaces: up to 32 characters of base64url. */
  readonly topic: string | undefined;
}

export interface PushAnswer {
  readonly status: number;
  /** Seconds after which it can be tried again; undefined where the service does not say. */
  readonly retryAfter: number | undefined;
}

/** Milliseconds for all of it. */
const timeLimit = 10_000;
/** Bytes of an answer, of which nobody reads any. */
const answerLimit = 16 * 1024;

/** Kept open for the next one. Each connection is made to an address that was looked at as it was looked up. */
const agent = new Agent({ keepAlive: true, maxSockets: 50, lookup: lookupPublic() });

/** As a number of seconds or a date. https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
function secondsOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}

/** Posts, follows no redirect, and reads no more of the answer than its head. Throws where there is none in time. */
function post(endpoint: string, headers: Record<string, string>, body: Buffer): Promise<PushAnswer> {
  return new Promise((resolve, reject) => {
    const url = new URL(endpoint);
    const options = { method: "POST", headers, signal: AbortSignal.timeout(timeLimit) };
    // Plain HTTP was let in for this machine alone (problemOfUrl).
    const outgoing =
      url.protocol === "http:" ? requestHttp(url, options) : requestHttps(url, { ...options, agent });
    outgoing.on("error", reject);
    outgoing.once("response", (incoming) => {
      let bytes = 0;
      incoming.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > answerLimit) incoming.destroy();
      });
      // What comes after the head, or does not, changes nothing of it.
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
 * Sends a message to a browser, by way of its push service. The caller has looked whether the endpoint may be called.
 * @throws NotPublicError where its name leads to where it may not; else what the network throws.
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
