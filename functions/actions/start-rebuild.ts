import type { RebuildReport } from "../../contract/rebuilds.ts";
import { indexNamed, indexNames } from "../background/indexes.ts";
import { segments } from "../background/rebuild.ts";
import { newRunId } from "../kernel/runtime/ids.ts";
import { beginRebuild, getRebuild, type Place, type Rebuild } from "../store/background/rebuilds.ts";
import { sendTask } from "../store/queues/tasks.ts";
import { countItems } from "../store/table/count-items.ts";

const report = (index: string, rebuild: Rebuild | undefined): RebuildReport => {
  const sum = (count: (place: Place) => number): number | null =>
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
};

/** How far the rebuilds of all indexes are. */
export const listRebuilds = (): Promise<RebuildReport[]> =>
  Promise.all(indexNames.map(async (index) => report(index, await getRebuild(index))));

/**
 * Starts the rebuild of an index. Where one is under way it is that one, whose tasks are sent once more: should one have been
 * given up, it goes on; where none was, the second of two that are at the same place finds that, and ends. Throws for a name
 * that is that of no index.
 */
export const startRebuild = async (
  index: string,
): Promise<{ readonly begun: boolean; readonly report: RebuildReport }> => {
  indexNamed(index);
  const { begun, rebuild } = await beginRebuild(index, {
    run: newRunId(),
    items: await countItems(),
    segments,
  });
  for (const segment of rebuild.left)
    await sendTask({ task: "rebuild_index", index, run: rebuild.run, segment });
  return { begun, report: report(index, rebuild) };
};
