import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";

/** Returns the script in docs/push.md that begins with this comment. */
function scriptOf(comment: string): string {
  const scripts = [...readFileSync("docs/push.md", "utf8").matchAll(/```js\n([\s\S]*?)```/g)];
  const found = scripts.map(([, script = ""]) => script).find((script) => script.startsWith(comment));
  if (found === undefined) throw new Error(`docs/push.md has no script that begins with ${comment}.`);
  return found.replaceAll(/^export const (\w+) =/gm, "$1 =");
}

interface Shown {
  readonly title: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Starts a browser's service worker, with all that the script of docs/push.md uses. */
function startWorker(open: { focus(): Promise<void>; postMessage(message: unknown): void }[] = []) {
  const shown: Shown[] = [];
  const opened: string[] = [];
  const listeners = new Map<string, (event: object) => void>();
  const self = {
    addEventListener: (type: string, listener: (event: object) => void) => listeners.set(type, listener),
    registration: {
      showNotification: async (title: string, options: Shown["options"]) =>
        void shown.push({ title, options }),
    },
    clients: { matchAll: async () => open, openWindow: async (path: string) => void opened.push(path) },
  };
  runInContext(scriptOf("// sw.js"), createContext({ self }));
  const dispatch = async (type: string, event: object): Promise<void> => {
    const waiting: Promise<unknown>[] = [];
    listeners.get(type)?.({ ...event, waitUntil: (promise: Promise<unknown>) => waiting.push(promise) });
    expect(waiting).toHaveLength(1);
    await Promise.all(waiting);
  };
  return { shown, opened, dispatch };
}

const payload = {
  type: "new_message",
  notification_id: "n-1",
  room: "r-1",
  title: "Ann",
  body: "Hello",
  count: 1,
  message_id: "r-1-7",
  message_type: "text",
};
function push(content: object) {
  return { data: { json: () => ({ ...payload, ...content }) } };
}

describe("the service worker of docs/push.md", () => {
  test("shows each push, one for each room", async () => {
    const { shown, dispatch } = startWorker();
    await dispatch("push", push({}));
    await dispatch("push", push({ count: 3 }));
    await dispatch("push", push({ type: "mention", notification_id: "n-2", body: "" }));
    await dispatch("push", push({ title: "", body: "" }));
    await dispatch("push", {});
    expect(shown.map(({ title, options }) => [title, options.body, options.tag])).toEqual([
      ["Ann", "Hello", "r-1"],
      ["Ann", "Hello (3 new)", "r-1"],
      ["Ann", "Mentioned you", "n-2"],
      ["New message", "", "r-1"],
      ["New message", "", undefined],
    ]);
  });

  test("opens the room, in the page that is open if there is one", async () => {
    const click = { notification: { close: () => undefined, data: payload } };
    const closed = startWorker();
    await closed.dispatch("notificationclick", click);
    expect(closed.opened).toEqual(["/rooms/r-1#r-1-7"]);

    const page = { focus: vi.fn(async () => undefined), postMessage: vi.fn() };
    const { opened, dispatch } = startWorker([page]);
    await dispatch("notificationclick", click);
    expect(opened).toEqual([]);
    expect(page.focus).toHaveBeenCalledOnce();
    expect(page.postMessage).toHaveBeenCalledWith({ type: "open", path: "/rooms/r-1#r-1-7" });
  });
});

describe("the page of docs/push.md", () => {
  const key = Buffer.from([4, ...Array.from({ length: 64 }, (_, at) => at + 190)]);

  /** Subscribes in a browser with this subscription, and returns the requests to the API. */
  const subscribe = async (permission: string, present?: { key: Buffer; unsubscribe(): Promise<void> }) => {
    const asked: unknown[] = [];
    const subscription = (applicationServerKey: Uint8Array) => ({
      options: { applicationServerKey: Uint8Array.from(applicationServerKey).buffer },
      unsubscribe: present?.unsubscribe,
      toJSON: () => ({
        endpoint: "https://push.example.org/x",
        key: Buffer.from(applicationServerKey).toString("hex"),
      }),
    });
    const pushManager = {
      getSubscription: async () => (present ? subscription(present.key) : null),
      subscribe: async (options: { applicationServerKey: Uint8Array }) =>
        subscription(options.applicationServerKey),
    };
    const page: { subscribeToPush?: (api: unknown) => Promise<unknown> } & object = createContext({
      atob,
      Uint8Array,
      Notification: { requestPermission: async () => permission },
      navigator: {
        serviceWorker: { register: async () => undefined, ready: Promise.resolve({ pushManager }) },
      },
    });
    runInContext(scriptOf("// page:"), page);
    const api = async (...request: unknown[]) => {
      asked.push(request);
      return { public_key: key.toString("base64url"), id: "s-1" };
    };
    await page.subscribeToPush?.(api);
    return asked;
  };
  const keyAsked = ["GET", "/api/chat/notifications/push-key"];
  const handedOver = [
    "POST",
    "/api/chat/notifications/subscriptions",
    { endpoint: "https://push.example.org/x", key: key.toString("hex") },
  ];

  test("subscribes with the key of the deployment, and sends a subscription that it has already", async () => {
    expect(await subscribe("granted")).toEqual([keyAsked, handedOver]);
    const unsubscribe = vi.fn(async () => undefined);
    expect(await subscribe("granted", { key, unsubscribe })).toEqual([keyAsked, handedOver]);
    expect(unsubscribe).not.toHaveBeenCalled();
  });

  test("subscribes anew if it has the subscription of another deployment", async () => {
    const unsubscribe = vi.fn(async () => undefined);
    const other = Buffer.from(key).reverse();
    expect(await subscribe("granted", { key: other, unsubscribe })).toEqual([keyAsked, handedOver]);
    expect(unsubscribe).toHaveBeenCalledOnce();
  });

  test("sends nothing without the user's permission", async () => {
    expect(await subscribe("denied")).toEqual([]);
  });
});
