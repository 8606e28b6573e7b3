import { call } from "./contract-client.ts";
import type { TestUser } from "./people.ts";
import type { Browser, PushService } from "./push-service.ts";

/** A browser of a push service that somebody is told by. */
export async function subscribe(service: PushService, { token }: TestUser): Promise<Browser> {
  const browser = service.newBrowser();
  await call("createPushSubscription", { token, body: browser.subscription });
  return browser;
}

/** How often a browser's service was asked, and how often it took what was sent. */
export function counts({ requests, pushed }: Browser) {
  return { requests, pushed: pushed.length };
}
