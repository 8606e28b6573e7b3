import { errorFacts, log } from "../kernel/runtime/log.ts";
import type { Connection } from "../store/presence/presence.ts";
import { timeForPost } from "../store/presence/sockets.ts";
import type { Page } from "../store/queues/delivery-pages.ts";
import { deliverPage } from "./page.ts";

/** A page as it was received; undefined in place of what is none. */
interface ReceivedPage {
  readonly id: string;
  readonly page: Page | undefined;
  /** How often it was received, this time included. */
  readonly received: number;
}

export interface FailedPage {
  readonly id: string;
  /** Seconds after which it is to be tried again. */
  readonly delay: number;
  /** Whether it is not to be tried again, but kept for the operator. */
  readonly isGivenUp: boolean;
}

/** How often a page is tried. The queue gives it many more receives, since it waits by them (see lib/parley-stack.ts). */
const pageAttempts = 5;

/**
 * What this container knows of a page that comes again. Another does not: there a connection that was reached gets the
 * page twice, which clients drop, and a page that has waited is given up sooner, if never without having been tried.
 */
interface Known {
  /** The ids of the connections that it has reached: its next attempt leaves them out. */
  readonly reached: Set<string>;
  /** How often it was received, and only waited. */
  waits: number;
}

const known = new Map<string, Known>();
const knownPages = 1000;

/** What is known of a page, to be added to. */
function remember(id: string): Known {
  const page = known.get(id) ?? { reached: new Set(), waits: 0 };
  known.delete(id);
  known.set(id, page);
  const [oldest] = known.keys();
  if (known.size > knownPages && oldest !== undefined) known.delete(oldest);
  return page;
}

/** Pages whose order is by their message's number, where sends at the same time were queued the other way round. */
function seqOf({ page }: ReceivedPage): number | undefined {
  return page?.event?.type === "message" ? page.event.message.seq : undefined;
}

/** New messages by their number, each in a place where one was; all else stays where it is. */
function inOrder(pages: readonly ReceivedPage[]): ReceivedPage[] {
  const messages = pages
    .filter((received) => seqOf(received) !== undefined)
    .sort((one, other) => (seqOf(one) ?? 0) - (seqOf(other) ?? 0))
    .values();
  return pages.map((received) =>
    seqOf(received) === undefined ? received : (messages.next().value ?? received),
  );
}

/**
 * Delivers pages of one group, in their order. A connection that cannot be reached just now is held: it gets the page,
 * and those after it, when they come again, and the others wait for nobody. Where a page cannot be delivered at
 * all, those after it wait. A page that is tried for the last time holds nothing up any more, or all that follows it
 * would be given up with it.
 *
 * `timeLeft` says, in milliseconds, how long the function may still run: what it does not come to, pages or connections of
 * one, comes again at once. Whatever a page waits for, to wait is no attempt.
 */
export async function deliverGroup(
  pages: readonly ReceivedPage[],
  timeLeft: () => number,
): Promise<FailedPage[]> {
  const failures: FailedPage[] = [];
  const held = new Set<string>();
  let delay = 0;
  let isBlocked = false;
  for (const { id, page, received } of inOrder(pages)) {
    if (!page) {
      log("error", "page_not_understood", { message_id: id });
      // Nothing will make it one.
      failures.push({ id, delay: 0, isGivenUp: true });
      continue;
    }
    const attempt = received - (known.get(id)?.waits ?? 0);
    const failed =
      isBlocked || timeLeft() < timeForPage ? "untried" : await attemptPage(id, page, held, timeLeft);
    if (failed === undefined) continue;
    if (failed === "untried") {
      remember(id).waits += 1;
      isBlocked = true;
      failures.push({ id, delay, isGivenUp: false });
      continue;
    }
    const isGivenUp = attempt >= pageAttempts;
    // Later pages come again no sooner than the one that they follow.
    delay = Math.max(delay, Math.min(attempt, pageAttempts));
    failures.push({ id, delay, isGivenUp });
    if (isGivenUp) continue;
    if (failed === "all") isBlocked = true;
    else for (const connection of failed) held.add(connection);
  }
  return failures;
}

/** Milliseconds that must be left for a page to be begun: for what it reads, and its first posts. */
const timeForPage = timeForPost + 1000;
/** Those that must be left when a page ends: for the handler to answer. */
const timeForAnswer = 2000;

/** Fails when the time of the function is almost over: it would be ended, and all of its pages with it. */
async function inTime<T>(work: Promise<T>, timeLeft: () => number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("There was no time left.")), timeLeft() - timeForAnswer);
  });
  return Promise.race([work, end]).finally(() => clearTimeout(timer));
}

/**
 * The ids of the connections that a page did not reach; undefined for none, `all` where it could not be delivered,
 * `untried` where nothing went wrong but that there was no time for all of them.
 */
async function attemptPage(
  id: string,
  page: Page,
  held: ReadonlySet<string>,
  timeLeft: () => number,
): Promise<readonly string[] | "all" | "untried" | undefined> {
  const waiting: string[] = [];
  try {
    const except = (connection: Connection): boolean => {
      if (known.get(id)?.reached.has(connection.id)) return true;
      if (held.has(connection.id)) waiting.push(connection.id);
      return held.has(connection.id);
    };
    const { tried, failed, untried } = await inTime(deliverPage(page, except, timeLeft), timeLeft);
    const unreached = new Set([...failed, ...untried].map((connection) => connection.id));
    if (unreached.size + waiting.length === 0) {
      known.delete(id);
      return undefined;
    }
    const { reached } = remember(id);
    for (const connection of tried) if (!unreached.has(connection.id)) reached.add(connection.id);
    return failed.length === 0 && untried.length > 0 ? "untried" : [...unreached, ...waiting];
  } catch (error) {
    log("error", "page_failed", { room_id: page.room_id, message_id: id, ...errorFacts(error) });
    return "all";
  }
}
