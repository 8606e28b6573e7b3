import { basename, dirname, join } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest, about longest first, as measured on two cores. If one began last, it
 * would run alone. The two with most requests do not begin together: each keeps two cores busy.
 */
const longest = [
  "fan-out/large-rooms",
  "fan-out/faults",
  "presence/faults",
  "rooms/faults-connected-members",
  "fan-out/events",
  "start/start",
  "messages/messages",
  "messages/faults",
  "rooms/faults-large",
  "delivery/faults",
  "background/rebuild",
  "attachments/faults",
  "receipts/model",
  "rooms/faults",
  "search/pages",
  "rooms/removal",
  "background/redrive-command",
  "rooms/large-size",
];

/**
 * Returns the place in the list: 0 for the longest file. A file that is not in the list comes after
 * all of them.
 */
function place({ moduleId }: TestSpecification): number {
  const at = longest.indexOf(join(basename(dirname(moduleId)), basename(moduleId, ".test.ts")));
  return at < 0 ? longest.length : at;
}

/**
 * Runs the longest files first, then the others in vitest's own order, project by project: a worker
 * keeps its process as long as the next file is of the same project. Vitest itself knows how long a
 * file takes only from earlier runs.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted(
      (one, other) => place(one) - place(other) || one.project.name.localeCompare(other.project.name),
    );
  }
}
