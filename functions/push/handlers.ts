import type { pushOperations } from "../../contract/push.ts";
import { type Handlers, Repeated } from "../kernel/http/http.ts";
import { numberedPage, sliceOf } from "../kernel/http/page.ts";
import { obtainPushKeys } from "../store/notifications/push-keys.ts";
import { listSubscriptions, subscribe, unsubscribe } from "./subscriptions.ts";

export const pushHandlers: Handlers<typeof pushOperations> = {
  getPushKey: async () => ({ public_key: (await obtainPushKeys()).publicKey }),

  listPushSubscriptions: async ({ actor, query, url }) => {
    const { count, subscriptions } = await listSubscriptions(actor.userId, sliceOf(query));
    return numberedPage(url, query, { count, results: subscriptions });
  },

  createPushSubscription: async ({ actor, body }) => {
    const { subscription, isNew } = await subscribe(actor.userId, body);
    return isNew ? subscription : new Repeated(subscription);
  },

  deletePushSubscription: async ({ actor, params }) => {
    await unsubscribe(actor.userId, params.subscription_id);
    return undefined;
  },
};
