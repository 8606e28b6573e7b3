/**
 * Many users with many connections, for large rooms: each user and each connection costs next to
 * nothing.
 */
import { WebSocket } from "ws";
import { startIssuer } from "./issuer.ts";
import { startRunnerProcess } from "./runner-process.ts";
import { seedItems } from "./seed-items.ts";
import { seededProfile } from "./seeded.ts";
import { setTarget, target } from "./target.ts";

export interface LoadUser {
  readonly id: string;
  readonly token: string;
}

/** The fields of an event that say which one it is. */
interface Heard {
  readonly type: string;
  readonly room_id?: string;
  readonly message?: { readonly room: string; readonly seq: number };
}

/**
 * A connection that only listens. Its events are not checked against the contract: that would cost
 * more than all else.
 */
export interface Listener {
  readonly userId: string;
  readonly heard: Heard[];
  close(): void;
}

export interface LoadRunner {
  newUsers(count: number): Promise<LoadUser[]>;
  stop(): Promise<void>;
}

async function inBatches<T, R>(
  items: readonly T[],
  atOnce: number,
  make: (item: T) => Promise<R>,
): Promise<R[]> {
  const made: R[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    made.push(...(await Promise.all(items.slice(at, at + atOnce).map(make))));
  return made;
}

/**
 * Starts a runner whose users come from an issuer of the test, without registering. The test client
 * calls it.
 */
export async function startLoadRunner(...args: string[]): Promise<LoadRunner> {
  const issuer = await startIssuer();
  const runner = await startRunnerProcess(
    ...["--fresh", "--quiet", "-c", `issuerUrl=${issuer.url}`, "-c", `audience=${issuer.audience}`],
    ...["-c", "rateLimitPerSecond=1000", "-c", "rateLimitBurst=5000", ...args],
  );
  setTarget(runner.ready);
  let people = 0;
  return {
    newUsers: async (count) => {
      const ids = Array.from({ length: count }, (_, at) => `person-${people + at + 1}`);
      people += count;
      const profiles = ids.map((id) => seededProfile(id, id));
      await seedItems(profiles);
      return inBatches(ids, 20, async (id) => ({
        id,
        token: await issuer.sign({ sub: id, preferred_username: id }),
      }));
    },
    stop: async () => {
      await runner.stop();
      issuer.stop();
    },
  };
}

async function listen({ id, token }: LoadUser): Promise<Listener> {
  const url = new URL(target().webSocketUrl);
  url.searchParams.set("token", token);
  const socket = new WebSocket(url);
  const heard: Heard[] = [];
  socket.on("message", (data) => heard.push(JSON.parse(data.toString())));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return { userId: id, heard, close: () => socket.close() };
}

/** Opens `each` connections for each of the users. */
export async function listenAll(people: readonly LoadUser[], each: number): Promise<Listener[]> {
  return inBatches(Array.from({ length: each }, () => people).flat(), 40, listen);
}

/** Returns the numbers of a room's messages that a listener got, in the order of arrival. */
export function seqsOf({ heard }: Listener, roomId: string): number[] {
  return heard.flatMap(({ type, message }) =>
    type === "message" && message?.room === roomId ? [message.seq] : [],
  );
}
