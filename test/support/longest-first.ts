import { basename, dirname, join } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, by what they took on two cores. Begun last, one of them would run alone at the end. */
const longest = [
  "fan-out/large-rooms",
  "messages/messages",
  "fan-out/faults",
  "rooms/faults-connected-members",
  "fan-out/events",
  "start/start",
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

/** 0 for the longest; more than any of them for a file that is not in the list. */
const place = ({ moduleId }: TestSpecification): number => {
  const at = longest.indexOf(join(basename(dirname(moduleId)), basename(moduleId, ".test.ts")));
  return at < 0 ? longest.length : at;
};

/**
 * Begins with the longest files, and goes on in vitest's own order, project by project: a worker keeps its process for
 * files of one project that follow each other. Vitest itself knows how long files take from earlier runs alone.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted(
      (one, other) => place(one) - place(other) || one.project.name.localeCompare(other.project.name),
    );
  }
}
