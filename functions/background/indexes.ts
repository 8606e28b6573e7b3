import { rebuildNotifications } from "../notifications/rebuild.ts";
import { rebuildSearch } from "../search/rebuild.ts";
import { type Key, keys } from "../store/table/keys.ts";
import type { SubjectKind } from "../store/table/scan.ts";
import { rebuildProfile, removeStrays } from "../users/directory-index.ts";

/**
 * Something that is derived behind the stream, and can be made again from what it is derived from.
 */
export interface Index {
  /** Of whom, or of what, it holds something. */
  readonly kind: SubjectKind;
  /**
   * Brings what it holds of one of them into line with what the table holds now: at any time,
   * several at once. `after` is where to begin. Where there is no time left it gives where to go
   * on; undefined when it is done.
   */
  readonly rebuild: (
    id: string,
    after: string | undefined,
    hasTime: () => boolean,
  ) => Promise<string | undefined>;
  /**
   * Entries that may be left of somebody who is none of them any more, by how their partition keys
   * begin.
   */
  readonly entries?: {
    readonly prefix: string;
    readonly review: (entries: readonly Key[]) => Promise<void>;
  };
}

/** All that can be rebuilt, by name. */
const indexes = {
  directory: {
    kind: "user",
    rebuild: async (id) => {
      await rebuildProfile(id);
      return undefined;
    },
    entries: { prefix: keys.directoryEntries, review: removeStrays },
  },
  notifications: {
    kind: "user",
    rebuild: rebuildNotifications,
  },
  search: { kind: "room", rebuild: rebuildSearch },
} as const satisfies Record<string, Index>;

export const indexNames: readonly string[] = Object.keys(indexes);

/** Throws, with a sentence for the operator, for a name that is that of no index. */
export function indexNamed(name: string): Index {
  const found = Object.entries<Index>(indexes).find(([known]) => known === name);
  if (!found) throw new Error(`There is no index ${name}: there are ${indexNames.join(", ")}.`);
  return found[1];
}
