import type { pushOperations } from "../../contract/push.ts";
import { listSubscriptions, subscribe, unsubscribe } from "../actions/push-subscriptions.ts";
import { obtainPushKeys } from "../data/push-keys.ts";
import { type Handlers, Repeated } from "../kernel/http.ts";
import { numberedPage } from "../kernel/page.ts";

export const pushHandlers: Handlers<typeof pushOperations> = {
  getPushKey: async () => ({ public_key: (await obtainPushKeys()).publicKey }),

  listPushSubscriptions: async ({ actor, query, url }) => {
    const { page, page_size: size } = query;
    const { count, subscriptions } = await listSubscriptions(actor.userId, { number: page, size });
    return numberedPage(url, page, size, { count, results: subscriptions });
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
