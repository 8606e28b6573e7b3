/**
 * Rebuilds: the progress of the last rebuild of an index.
 *   one by index              REBUILD#index / REBUILD
 * A rebuild scans the table in segments, each at a place of its own.
 */
import { isoNow } from "../../kernel/runtime/time.ts";
import { type Key, keys } from "../table/keys.ts";
import { getItem, type Item, updateItem } from "../table/table.ts";

/** The progress of a rebuild in one segment. */
export interface ScanPlace {
  /** Each step raises it, so that only one of two steps from the same place counts. */
  readonly version: number;
  /** The last processed item. */
  readonly after?: Key | undefined;
  /** The user or room that is in progress, and how far. */
  readonly within?: { readonly id: string; readonly after: string } | undefined;
  /** Items that were read. */
  readonly scanned: number;
  /** Users or rooms that were rebuilt. */
  readonly done: number;
  /** Users or rooms that failed, each now a task of its own. */
  readonly setAside: number;
}

export interface Rebuild {
  /** The id of this rebuild: tasks of an earlier one find that it has ended. */
  readonly run: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly updatedAt: string;
  /** About how many items the table had. */
  readonly items: number;
  /** The place of each segment. */
  readonly places: readonly ScanPlace[];
  /** The segments that have not ended. */
  readonly left: readonly number[];
}

function fromItem(item: Item): Rebuild {
  // Safe: only this module writes it.
  const places = item.places as Readonly<Record<string, ScanPlace>>;
  return {
    run: String(item.run),
    startedAt: String(item.started_at),
    updatedAt: String(item.updated_at),
    items: Number(item.items),
    places: Object.keys(places)
      .sort((one, other) => Number(one) - Number(other))
      .flatMap((segment) => places[segment] ?? []),
    left: item.segments_left instanceof Set ? [...item.segments_left].map(Number) : [],
  };
}

export async function getRebuild(index: string): Promise<Rebuild | undefined> {
  const item = await getItem(keys.rebuild(index), "consistent");
  return item && fromItem(item);
}

const start: ScanPlace = { version: 0, scanned: 0, done: 0, setAside: 0 };

/** Begins a rebuild. If one is in progress, returns that one, and `begun` is false. */
export async function beginRebuild(
  index: string,
  { run, items, segments }: { readonly run: string; readonly items: number; readonly segments: number },
): Promise<{ readonly begun: boolean; readonly rebuild: Rebuild }> {
  const numbers = Array.from({ length: segments }, (_, segment) => segment);
  const now = isoNow();
  const { done, item } = await updateItem(keys.rebuild(index), {
    set: {
      run,
      started_at: now,
      updated_at: now,
      items,
      places: Object.fromEntries(numbers.map((segment) => [String(segment), start])),
      segments_left: new Set(numbers),
    },
    // A set without members does not exist.
    condition: "attribute_not_exists(segments_left)",
    returns: "ALL_NEW",
  });
  if (!item)
    throw new Error(`The rebuild of ${index} ended at the moment when another was begun: begin again.`);
  return { begun: done, rebuild: fromItem(item) };
}

/** A step of one segment. */
interface Step {
  readonly index: string;
  readonly run: string;
  readonly segment: number;
  readonly from: ScanPlace;
  readonly to: Omit<ScanPlace, "version">;
  /** Whether the segment has ended. */
  readonly ended: boolean;
}

/**
 * Records a step and returns the new place; undefined if another step was made from the same place.
 */
export async function recordStep({
  index,
  run,
  segment,
  from,
  to,
  ended,
}: Step): Promise<ScanPlace | undefined> {
  const place: ScanPlace = { ...to, version: from.version + 1 };
  const { done } = await updateItem(keys.rebuild(index), {
    set: { "places.#segment": place, updated_at: isoNow() },
    delete: { segments_left: new Set(ended ? [segment] : []) },
    condition: ["run = :run", "contains(segments_left, :segment)", "places.#segment.version = :version"],
    names: { segment: String(segment) },
    values: { run, segment, version: from.version },
  });
  return done ? place : undefined;
}
