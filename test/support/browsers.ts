import { call } from "./contract-client.ts";
import type { TestUser } from "./people.ts";
import type { Browser, PushService } from "./push-service.ts";

/** Returns a browser of the push service that the user has subscribed with. */
export async function subscribe(service: PushService, { token }: TestUser): Promise<Browser> {
  const browser = service.newBrowser();
  await call("createPushSubscription", { token, body: browser.subscription });
  return browser;
}

/** Returns how many requests a browser's service got, and how many pushes it took. */
export function counts({ requests, pushed }: Browser) {
  return { requests, pushed: pushed.length };
}
