import { rebuildNotifications } from "../notifications/rebuild.ts";
import { rebuildSearch } from "../search/rebuild.ts";
import { type Key, keys } from "../store/table/keys.ts";
import type { SubjectKind } from "../store/table/scan.ts";
import { rebuildProfile, removeStrays } from "../users/directory-index.ts";

/** Data that handlers of the stream derive, and that can be made again from its source. */
export interface Index {
  /** The subjects of the index: it holds data of each user, or of each room. */
  readonly kind: SubjectKind;
  /**
   * Brings the data of one subject into line with what the table holds now. It may run at any time,
   * and several times concurrently. `after` is the place to begin at. Returns the place to continue
   * from if no time is left, or undefined when it is done.
   */
  readonly rebuild: (
    id: string,
    after: string | undefined,
    hasTime: () => boolean,
  ) => Promise<string | undefined>;
  /**
   * The entries of the index that may be left of subjects that no longer exist, by the prefix of
   * their partition keys. `review` removes those among them.
   */
  readonly entries?: {
    readonly prefix: string;
    readonly review: (entries: readonly Key[]) => Promise<void>;
  };
}

/** The indexes that can be rebuilt, by name. */
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

/**
 * Returns the index of a name. Throws, with a sentence for the operator, if there is no such index.
 */
export function indexNamed(name: string): Index {
  const found = Object.entries<Index>(indexes).find(([known]) => known === name);
  if (!found) throw new Error(`There is no index ${name}: there are ${indexNames.join(", ")}.`);
  return found[1];
}
