import type { Page } from "../data/delivery-pages.ts";
import type { Connection } from "../data/presence.ts";
import { errorFacts, log } from "../kernel/log.ts";
import { deliverPage } from "./deliver-page.ts";

/** A page as it was received; undefined in place of what is none. */
export interface ReceivedPage {
  readonly id: string;
  readonly page: Page | undefined;
  /** How often it was received, this time included. */
  readonly attempt: number;
}

export interface FailedPage {
  readonly id: string;
  /** Seconds after which it is to be tried again. */
  readonly delay: number;
}

/** How often a page is received before the queue gives it up (see lib/parley-stack.ts). */
export const pageAttempts = 5;

/**
 * The connections that pages which failed have reached, by the page's id: its next attempt leaves them out. It is known
 * in this container alone; elsewhere they get it twice, and clients drop what they hold.
 */
const reached = new Map<string, Set<string>>();
const rememberedPages = 1000;

const remember = (id: string, connections: readonly Connection[]): void => {
  const known = reached.get(id) ?? new Set();
  for (const connection of connections) known.add(connection.id);
  reached.delete(id);
  reached.set(id, known);
  const [oldest] = reached.keys();
  if (reached.size > rememberedPages && oldest !== undefined) reached.delete(oldest);
};

/** Pages whose order is by their message's number, where sends at the same time were queued the other way round. */
const seqOf = ({ page }: ReceivedPage): number | undefined =>
  page?.event?.type === "message" ? page.event.message.seq : undefined;

/** New messages by their number, each in a place where one was; all else stays where it is. */
const inOrder = (pages: readonly ReceivedPage[]): ReceivedPage[] => {
  const messages = pages
    .filter((received) => seqOf(received) !== undefined)
    .sort((one, other) => (seqOf(one) ?? 0) - (seqOf(other) ?? 0))
    .values();
  return pages.map((received) =>
    seqOf(received) === undefined ? received : (messages.next().value ?? received),
  );
};

/**
 * Delivers pages of one group, in their order. A connection that cannot be reached just now is held: it gets the page,
 * and those after it, when they come again, and the others wait for nobody. Where a page cannot be delivered at
 * all, those after it wait. A page that is received for the last time holds nothing up any more, or all that follows it
 * would be given up with it.
 *
 * `timeLeft` says, in milliseconds, how long the function may still run: what it does not come to fails, and comes again
 * at once.
 */
export const deliverGroup = async (
  pages: readonly ReceivedPage[],
  timeLeft: () => number,
): Promise<FailedPage[]> => {
  const failures: FailedPage[] = [];
  const held = new Set<string>();
  let delay = 0;
  let isBlocked = false;
  for (const { id, page, attempt } of inOrder(pages)) {
    if (!page) {
      log("error", "page_not_understood", { message_id: id, attempt });
      // Nothing will make it one: it goes to the dead-letter queue as soon as it can.
      failures.push({ id, delay: 0 });
      continue;
    }
    if (isBlocked || timeLeft() < timeForPage) {
      failures.push({ id, delay });
      continue;
    }
    const failed = await attemptPage(id, page, held);
    if (failed === undefined) continue;
    // Later pages come again no sooner than the one that they follow.
    delay = Math.max(delay, attempt);
    failures.push({ id, delay });
    if (attempt >= pageAttempts) log("error", "page_given_up", { room_id: page.room_id, message_id: id });
    else if (failed === "all") isBlocked = true;
    else for (const connection of failed) held.add(connection);
  }
  return failures;
};

/** Milliseconds that a page of 200 people may take. */
const timeForPage = 8000;

/** The ids of the connections that a page did not reach; undefined for none, `all` where it could not be delivered. */
const attemptPage = async (
  id: string,
  page: Page,
  held: ReadonlySet<string>,
): Promise<readonly string[] | "all" | undefined> => {
  const waiting: string[] = [];
  try {
    const { tried, failed } = await deliverPage(page, (connection) => {
      if (reached.get(id)?.has(connection.id)) return true;
      if (held.has(connection.id)) waiting.push(connection.id);
      return held.has(connection.id);
    });
    const unreached = new Set(failed.map((connection) => connection.id));
    if (unreached.size + waiting.length === 0) {
      reached.delete(id);
      return undefined;
    }
    remember(
      id,
      tried.filter((connection) => !unreached.has(connection.id)),
    );
    return [...unreached, ...waiting];
  } catch (error) {
    log("error", "page_failed", { room_id: page.room_id, message_id: id, ...errorFacts(error) });
    return "all";
  }
};
