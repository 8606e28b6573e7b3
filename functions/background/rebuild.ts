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

/** Segments of the table that are gone through side by side. */
export const rebuildSegments = 8;

/**
 * Of each segment: 800 read units a second in all for the scan, of the 12,000 that a new table
 * takes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
const unitsPerSecond = 100;

/**
 * Of each segment: 200 a second in all. What is written for each may meet in one partition, as in
 * the list of all people, which takes 1,000 write units a second, of which chat is to have the
 * most.
 */
const subjectsPerSecond = 25;

/** Seconds for which a rebuild leaves a table alone that is too busy. */
const busyPause = 30;

/**
 * Rebuilds one user or room; what fails is tried again as a task of its own, and holds up no other.
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

/** What a page led to: where it ends, or where it was cut off for want of time. */
interface Progress {
  readonly to: Omit<ScanPlace, "version">;
  readonly isWhole: boolean;
}

/** Rebuilds what a page names, the first of it in any case, so that each task gets somewhere. */
async function rebuildPage(
  index: Index,
  name: string,
  from: ScanPlace,
  page: ScanPage,
  hasTime: () => boolean,
): Promise<Progress> {
  let { after, done, setAside } = from;
  const cut = (within?: ScanPlace["within"]): Progress => ({
    to: { after, within, scanned: from.scanned, done, setAside },
    isWhole: false,
  });
  for (const [at, { id, key }] of page.subjects.entries()) {
    if (at > 0 && !hasTime()) return cut();
    const begun = from.within?.id === id ? from.within.after : undefined;
    const { rest, failed } = await rebuildSubject(index, name, id, begun, hasTime);
    if (rest !== undefined) return cut({ id, after: rest });
    after = key;
    if (failed) setAside += 1;
    else done += 1;
  }
  return { to: { after: page.next, scanned: from.scanned + page.scanned, done, setAside }, isWhole: true };
}

/** Goes on in a segment until its end, or for as long as there is time; true at the end. */
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
    // Without a next place another task went on from the same one.
    if (ended || !next) return true;
    if (!isWhole || !hasTime()) return false;
    const seconds = Math.max(page.units / unitsPerSecond, page.subjects.length / subjectsPerSecond);
    await sleep(Math.max(0, seconds * 1000 - (performance.now() - began)));
    place = next;
  }
  // It is over.
  return true;
}

/**
 * Goes on with a rebuild, in one segment. Each page is noted when it is done, so a task that ended
 * in the midst, or comes twice, goes on where the last page ended. What is left is a task of its
 * own, a while later where the table is busy.
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

/** Rebuilds what failed when the rebuild came to it. */
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

/** How far the rebuilds of all indexes are. */
export function listRebuilds(): Promise<RebuildReport[]> {
  return Promise.all(indexNames.map(async (index) => report(index, await getRebuild(index))));
}

/**
 * Starts the rebuild of an index. Where one is under way it is that one, whose tasks are sent once
 * more: should one have been given up, it goes on; where none was, the second of two that are at
 * the same place finds that, and ends. Throws for a name that is that of no index.
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
