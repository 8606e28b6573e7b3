import * as z from "zod";
import { deferred } from "./deferred.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { id, timestamp } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

/** How many browsers somebody may be told by. */
export const pushSubscriptionLimit = 20;

const endpointLimit = 1000;
/** Milliseconds since 1970, up to the year 9999. */
const lastTime = 253_402_300_799_999;

/** 65 bytes in base64url: a point of the curve P-256, uncompressed, so that it begins with 4. */
const publicKey = deferred(() =>
  z
    .string()
    .regex(/^B[A-P][\w-]{85}=?$/, { error: "must be a public key as the browser gives it, in base64url" }),
);

/** 16 bytes in base64url. */
const secret = deferred(() =>
  z
    .string()
    .regex(/^[\w-]{21}[AQgw](?:==)?$/, { error: "must be a secret as the browser gives it, in base64url" }),
);

/** A browser that one is told by when one is not connected. */
export const pushSubscription = deferred(() =>
  z
    .object({
      id: z.string(),
      endpoint: z.string(),
      created_at: timestamp(),
      expires_at: timestamp().nullable(),
    })
    .meta({ id: "PushSubscription" }),
);
export type PushSubscription = z.output<ReturnType<typeof pushSubscription>>;

/** What `JSON.stringify(subscription)` of a browser gives. https://www.w3.org/TR/push-api/#pushsubscription-interface */
const newPushSubscription = deferred(() =>
  z.object({
    endpoint: z.string().min(1).max(endpointLimit),
    expirationTime: z.number().min(0).max(lastTime).nullish(),
    keys: z.object({ p256dh: publicKey(), auth: secret() }),
  }),
);
export type NewPushSubscription = z.output<ReturnType<typeof newPushSubscription>>;

export const pushOperations = {
  getPushKey: defineOperation({
    id: "getPushKey",
    area: "notifications",
    method: "GET",
    path: "/api/chat/notifications/push-key",
    summary: "Get the key with which a browser subscribes to push messages",
    description: "It is `applicationServerKey` of `pushManager.subscribe`, in base64url, and stays the same.",
    auth: "user",
    success: {
      status: 200,
      schema: deferred(() => z.object({ public_key: z.string() }).meta({ id: "PushKey" })),
    },
    errors: [],
  }),
  listPushSubscriptions: defineOperation({
    id: "listPushSubscriptions",
    area: "notifications",
    method: "GET",
    path: "/api/chat/notifications/subscriptions",
    summary: "List the browsers that one is told by, the newest first",
    auth: "user",
    query: pageQuery,
    success: { status: 200, schema: pageOf("PushSubscriptionPage", pushSubscription) },
    errors: [],
  }),
  createPushSubscription: defineOperation({
    id: "createPushSubscription",
    area: "notifications",
    method: "POST",
    path: "/api/chat/notifications/subscriptions",
    summary: "Be told by a browser when one is not connected",
    description: `The body is the subscription as the browser gives it. Again, it is the same one. Whoever had this browser's subscription before has it no more. Of more than ${pushSubscriptionLimit} the oldest goes.`,
    auth: "user",
    body: newPushSubscription,
    success: { status: 201, schema: pushSubscription },
    repeated: 200,
    errors: [],
  }),
  deletePushSubscription: defineOperation({
    id: "deletePushSubscription",
    area: "notifications",
    method: "DELETE",
    path: "/api/chat/notifications/subscriptions/{subscription_id}",
    summary: "Be told by a browser no more",
    auth: "user",
    params: deferred(() => z.object({ subscription_id: id() })),
    success: { status: 204, schema: null },
    errors: ["not_found"],
  }),
};
