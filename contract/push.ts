import * as z from "zod";
import { deferred } from "./deferred.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { id, timestamp } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

/** The most push subscriptions of a user. */
export const pushSubscriptionLimit = 20;

const endpointLimit = 1000;
/** Milliseconds since 1970, up to the year 9999. */
const lastTime = 253_402_300_799_999;

/** 65 bytes in base64url: an uncompressed point of the curve P-256, whose first byte is 4. */
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

/** A browser that gets push messages for a user who is not connected. */
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

/**
 * A subscription as `JSON.stringify(subscription)` returns it in a browser.
 * https://www.w3.org/TR/push-api/#pushsubscription-interface
 */
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
    summary: "Get the key for push subscriptions",
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
    summary: "List the caller's push subscriptions",
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
    summary: "Create a push subscription",
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
    summary: "Delete a push subscription",
    auth: "user",
    params: deferred(() => z.object({ subscription_id: id() })),
    success: { status: 204, schema: null },
    errors: ["not_found"],
  }),
};
