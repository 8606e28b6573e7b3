import { setTimeout as sleep } from "node:timers/promises";
import type { RebuildReport } from "../../contract/rebuilds.ts";
import { newRunId } from "../kernel/runtime/ids.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import { isThrottled } from "../kernel/runtime/throttled.ts";
import {
  beginRebuild,
  getRebuild,
  type Rebuild,
  recordStep,
  type ScanPlace,
} from "../store/background/rebuilds.ts";
import { sendTask, type Task } from "../store/queues/tasks.ts";
import { countItems } from "../store/table/count-items.ts";
import { type ScanPage, scanPage } from "../store/table/scan.ts";
import { type Index, indexNamed, indexNames } from "./indexes.ts";

type Segment = Omit<Extract<Task, { task: "rebuild_index" }>, "task">;

/** The number of segments of the table that are scanned side by side. */
export const rebuildSegments = 8;

/**
 * Read units a second for the scan of each segment. All segments use 800 of the 12,000 that a new
 * table allows.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
const unitsPerSecond = 100;

/**
 * Users or rooms a second that each segment rebuilds, 200 in all segments. Their writes may meet in
 * one partition, such as the list of all users. A partition takes 1,000 write units a second, and
 * chat must have most of them.
 */
const subjectsPerSecond = 25;

/** Seconds for which a rebuild pauses when the table is too busy. */
const busyPause = 30;

/**
 * Rebuilds one user or room. A failed one is tried again by a task of its own, and holds up no
 * other. Returns `rest`, the place to continue from, if no time is left. Throws if the table is too
 * busy.
 */
async function rebuildSubject(
  index: Index,
  name: string,
  id: string,
  after: string | undefined,
  hasTime: () => boolean,
): Promise<{ readonly rest?: string | undefined; readonly failed?: true }> {
  try {
    return { rest: await index.rebuild(id, after, hasTime) };
  } catch (error) {
    if (isThrottled(error)) throw error;
    log("error", "not_rebuilt", { index: name, id, ...errorFacts(error) });
    await sendTask({ task: "rebuild_one", index: name, id, after });
    return { failed: true };
  }
}

/** The place that a page led to: its end, or the place within it at which the time ended. */
interface Progress {
  readonly to: Omit<ScanPlace, "version">;
  readonly isWhole: boolean;
}

/**
 * Rebuilds the users or rooms of a page until the time ends. It rebuilds the first in any case, so
 * that each task makes progress.
 */
async function rebuildPage(
  index: Index,
  name: string,
  from: ScanPlace,
  page: ScanPage,
  hasTime: () => boolean,
): Promise<Progress> {
  let { after, done, setAside } = from;
  const stopAt = (within?: ScanPlace["within"]): Progress => ({
    to: { after, within, scanned: from.scanned, done, setAside },
    isWhole: false,
  });
  for (const [at, { id, key }] of page.subjects.entries()) {
    if (at > 0 && !hasTime()) return stopAt();
    const begun = from.within?.id === id ? from.within.after : undefined;
    const { rest, failed } = await rebuildSubject(index, name, id, begun, hasTime);
    if (rest !== undefined) return stopAt({ id, after: rest });
    after = key;
    if (failed) setAside += 1;
    else done += 1;
  }
  return { to: { after: page.next, scanned: from.scanned + page.scanned, done, setAside }, isWhole: true };
}

/** Rebuilds a segment until its end or until the time ends. Returns true at the end. */
async function advance(
  { index: name, run, segment }: Segment,
  index: Index,
  hasTime: () => boolean,
): Promise<boolean> {
  const rebuild = await getRebuild(name);
  let place = rebuild?.run === run && rebuild.left.includes(segment) ? rebuild.places[segment] : undefined;
  while (place) {
    const began = performance.now();
    const page = await scanPage({
      kind: index.kind,
      entries: index.entries?.prefix,
      segment,
      segments: rebuildSegments,
      after: place.after,
    });
    await index.entries?.review(page.entries);
    const { to, isWhole } = await rebuildPage(index, name, place, page, hasTime);
    const ended = isWhole && page.next === undefined;
    const next = await recordStep({ index: name, run, segment, from: place, to, ended });
    // Without a next place, another task has continued from the same place.
    if (ended || !next) return true;
    if (!isWhole || !hasTime()) return false;
    const seconds = Math.max(page.units / unitsPerSecond, page.subjects.length / subjectsPerSecond);
    await sleep(Math.max(0, seconds * 1000 - (performance.now() - began)));
    place = next;
  }
  // The rebuild is over, or this segment of it.
  return true;
}

/**
 * Continues a rebuild in one segment. It records each page when it is done. A task that is
 * interrupted, or runs twice, continues after the last recorded page. A task of its own does what
 * is left when the time ends, half a minute later if the table is busy.
 */
export async function continueRebuild(
  segment: Segment,
  hasTime: () => boolean,
  index: Index = indexNamed(segment.index),
): Promise<void> {
  let delay = 0;
  try {
    if (await advance(segment, index, hasTime)) return;
  } catch (error) {
    if (!isThrottled(error)) throw error;
    log("warn", "rebuild_waits", { ...segment, ...errorFacts(error) });
    delay = busyPause;
  }
  await sendTask({ task: "rebuild_index", ...segment }, delay);
}

/**
 * Rebuilds a user or room that failed during the rebuild of its segment. A task of its own does
 * what is left when the time ends.
 */
export async function rebuildOne(
  name: string,
  id: string,
  after: string | undefined,
  hasTime: () => boolean,
): Promise<void> {
  const rest = await indexNamed(name).rebuild(id, after, hasTime);
  if (rest !== undefined) await sendTask({ task: "rebuild_one", index: name, id, after: rest });
}

function report(index: string, rebuild: Rebuild | undefined): RebuildReport {
  const sum = (count: (place: ScanPlace) => number): number | null =>
    rebuild ? rebuild.places.reduce((total, place) => total + count(place), 0) : null;
  return {
    index,
    kind: indexNamed(index).kind,
    started_at: rebuild?.startedAt ?? null,
    updated_at: rebuild?.updatedAt ?? null,
    ended: rebuild ? rebuild.left.length === 0 : null,
    scanned: sum((place) => place.scanned),
    items: rebuild?.items ?? null,
    done: sum((place) => place.done),
    set_aside: sum((place) => place.setAside),
  };
}

/** Returns the progress of the last rebuild of each index. */
export function listRebuilds(): Promise<RebuildReport[]> {
  return Promise.all(indexNames.map(async (index) => report(index, await getRebuild(index))));
}

/**
 * Starts the rebuild of an index. If a rebuild of it is under way, sends the tasks of that one
 * again: a task that was given up continues, and the second of two tasks at the same place finds
 * the other, and ends. `begun` is false then. Throws if there is no such index.
 */
export async function startRebuild(
  index: string,
): Promise<{ readonly begun: boolean; readonly report: RebuildReport }> {
  indexNamed(index);
  const { begun, rebuild } = await beginRebuild(index, {
    run: newRunId(),
    items: await countItems(),
    segments: rebuildSegments,
  });
  for (const segment of rebuild.left)
    await sendTask({ task: "rebuild_index", index, run: rebuild.run, segment });
  return { begun, report: report(index, rebuild) };
}
