import { pushOperations, pushSubscription, pushSubscriptionLimit } from "../push.ts";
import { describeObject, describeOperations } from "./describe.ts";
import * as examples from "./examples.ts";
import { describePage } from "./pages.ts";
import { paging } from "./parameters.ts";

const endpoint = "https://push.example.com/send/f1kXq3v7";

export const pushDescriptions = describeOperations(pushOperations, {
  getPushKey: {
    description:
      "Gets the public key that a browser subscribes with: the `applicationServerKey` of " +
      "`pushManager.subscribe`. It stays the same.",
    success: "The key.",
    errors: {},
  },
  listPushSubscriptions: {
    description: "Lists the browsers that get push messages for the caller, the newest first.",
    query: paging,
    success: "A page of push subscriptions.",
    errors: {},
  },
  createPushSubscription: {
    description:
      "Makes a browser get push messages (RFC 8030) while the caller is not connected, and for every " +
      "emergency. The body is the browser's own subscription, as `JSON.stringify` writes it. A " +
      "subscription that another user of the same browser had is theirs no longer. A user has up to " +
      `${pushSubscriptionLimit} subscriptions: one more removes the oldest.`,
    body: {
      endpoint: {
        description: "The https URL of the push service, 1 to 1,000 characters, on a public host.",
        example: endpoint,
      },
      expirationTime: {
        description: "When the subscription expires, in milliseconds since 1970. Default: null, for never.",
        example: 1_801_468_800_000,
      },
      keys: {
        description: "The keys of the browser, with which push messages are encrypted.",
        fields: {
          p256dh: {
            description: "The public key: an uncompressed point of the curve P-256, 65 bytes in base64url.",
            example:
              "BKVXt_ZlOinBIr5b5TbvLF7P7FmUry3rIlo4TzR8CFVMsjLOLzquJhduNZMNwr9bE4ypn-UHj6jwwGKe3Onzer4",
          },
          auth: { description: "The secret: 16 bytes in base64url.", example: "TzZeexHG7zxUQk7SReWj-w" },
        },
      },
    },
    success: "The new subscription.",
    repeated: "The subscription that existed, with what has changed.",
    errors: {
      invalid_input: "A field is not valid, the host is not public, or the subscription has expired.",
    },
  },
  deletePushSubscription: {
    description: "Ends the push messages to a browser.",
    success: "The subscription is deleted.",
    errors: { not_found: "The caller has no push subscription with this id." },
  },
});

export const pushSchemas = [
  describeObject(pushOperations.getPushKey.success.schema, {
    description: "The key that a browser subscribes with.",
    fields: {
      public_key: {
        description: "The key: a point of the curve P-256 in base64url.",
        example: "BKVXt_ZlOinBIr5b5TbvLF7P7FmUry3rIlo4TzR8CFVMsjLOLzquJhduNZMNwr9bE4ypn-UHj6jwwGKe3Onzer4",
      },
    },
  }),
  describeObject(pushSubscription, {
    description: "A browser that gets push messages while its user is not connected.",
    fields: {
      id: { description: "The id of the subscription.", example: examples.subscription },
      endpoint: { description: "The URL of the push service.", example: endpoint },
      created_at: { description: "When the subscription was created.", example: examples.time },
      expires_at: { description: "When it expires. Null for never.", example: "2027-02-01T00:00:00.000Z" },
    },
  }),
  describePage(pushOperations.listPushSubscriptions.success.schema, {
    page: "A page of push subscriptions.",
    count: "How many push subscriptions the caller has.",
    results: "The push subscriptions of this page.",
  }),
];
