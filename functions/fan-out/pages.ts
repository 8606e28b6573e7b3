import { errorFacts, log } from "../kernel/runtime/log.ts";
import type { Connection } from "../store/presence/presence.ts";
import { timeForPost } from "../store/presence/sockets.ts";
import type { Page } from "../store/queues/delivery-pages.ts";
import { deliverPage } from "./page.ts";

/** A received page; `page` is undefined if the body is not a page. */
interface ReceivedPage {
  readonly id: string;
  readonly page: Page | undefined;
  /** How often the page was received, including this time. */
  readonly received: number;
}

export interface FailedPage {
  readonly id: string;
  /** Seconds until the page is tried again. */
  readonly delay: number;
  /** Whether the page is given up: it is kept for the operator and not tried again. */
  readonly isGivenUp: boolean;
}

/**
 * How often a page is tried. The queue allows many more receives, because pages also wait by being
 * received (see lib/parley-stack.ts).
 */
const pageAttempts = 5;

/**
 * The progress of a page, as this container knows it. Another container does not know it. There,
 * connections that were reached get the page twice, and clients drop the second copy. A page that
 * has waited is given up sooner there, though never untried.
 */
interface PageProgress {
  /** The ids of the connections that the page has reached: its next attempt leaves them out. */
  readonly reached: Set<string>;
  /** How often the page was received and only waited. */
  waits: number;
}

const progress = new Map<string, PageProgress>();
const progressLimit = 1000;

/** Returns the progress of a page, and keeps it. Forgets the oldest page beyond the limit. */
function remember(id: string): PageProgress {
  const page = progress.get(id) ?? { reached: new Set(), waits: 0 };
  progress.delete(id);
  progress.set(id, page);
  const [oldest] = progress.keys();
  if (progress.size > progressLimit && oldest !== undefined) progress.delete(oldest);
  return page;
}

/**
 * Returns the seq of a page with a new message: concurrent sends may have queued their pages out of
 * order.
 */
function seqOf({ page }: ReceivedPage): number | undefined {
  return page?.event?.type === "message" ? page.event.message.seq : undefined;
}

/**
 * Sorts the pages of new messages by seq, within the places that they have. All other pages stay in
 * place.
 */
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
 * Delivers the pages of one group, in order. A connection that cannot be reached now is held: it
 * gets this page and later ones when they come again. Other connections do not wait for it. If a
 * page cannot be delivered at all, later pages wait. A page on its last attempt holds nothing up:
 * otherwise all pages after it would be given up with it.
 *
 * `timeLeft` returns the milliseconds that the function may still run. Pages, or connections of a
 * page, that it does not reach come again at once. A wait never counts as an attempt.
 */
export async function deliverGroup(
  pages: readonly ReceivedPage[],
  timeLeft: () => number,
): Promise<FailedPage[]> {
  const failures: FailedPage[] = [];
  const held = new Set<string>();
  let delay = 0;
  let isHalted = false;
  for (const { id, page, received } of inOrder(pages)) {
    if (!page) {
      log("error", "page_not_understood", { message_id: id });
      // No later attempt can read it.
      failures.push({ id, delay: 0, isGivenUp: true });
      continue;
    }
    const attempt = received - (progress.get(id)?.waits ?? 0);
    const failed =
      isHalted || timeLeft() < timeForPage ? "untried" : await attemptPage(id, page, held, timeLeft);
    if (failed === undefined) continue;
    if (failed === "untried") {
      remember(id).waits += 1;
      isHalted = true;
      failures.push({ id, delay, isGivenUp: false });
      continue;
    }
    const isGivenUp = attempt >= pageAttempts;
    // Later pages come again no sooner than the page that they follow.
    delay = Math.max(delay, Math.min(attempt, pageAttempts));
    failures.push({ id, delay, isGivenUp });
    if (isGivenUp) continue;
    if (failed === "all") isHalted = true;
    else for (const connection of failed) held.add(connection);
  }
  return failures;
}

/** Milliseconds that must be left to begin a page: for its reads and its first posts. */
const timeForPage = timeForPost + 1000;
/** Milliseconds that must be left when a page ends: for the handler's response. */
const timeForAnswer = 2000;

/**
 * Rejects shortly before the function's time is over. Otherwise the function would be ended, and
 * all of its pages with it.
 */
async function inTime<T>(work: Promise<T>, timeLeft: () => number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("There was no time left.")), timeLeft() - timeForAnswer);
  });
  return Promise.race([work, end]).finally(() => clearTimeout(timer));
}

/**
 * Returns the ids of the connections that a page did not reach; undefined if it reached all.
 * Returns `all` if the page could not be delivered. Returns `untried` if nothing failed, but there
 * was no time for all connections.
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
      if (progress.get(id)?.reached.has(connection.id)) return true;
      if (held.has(connection.id)) waiting.push(connection.id);
      return held.has(connection.id);
    };
    const { tried, failed, untried } = await inTime(deliverPage(page, except, timeLeft), timeLeft);
    const unreached = new Set([...failed, ...untried].map((connection) => connection.id));
    if (unreached.size + waiting.length === 0) {
      progress.delete(id);
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
