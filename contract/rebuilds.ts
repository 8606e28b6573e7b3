/** How far the last rebuild of an index is, or came: what the function `rebuild` tells operators. */
export interface RebuildReport {
  readonly index: string;
  /** What it goes through: `user` or `room`. */
  readonly kind: string;
  /** Null for an index that was never rebuilt: then so is all that follows. */
  readonly started_at: string | null;
  readonly updated_at: string | null;
  readonly ended: boolean | null;
  /** Items of the table that were read, of how many there are, about. */
  readonly scanned: number | null;
  readonly items: number | null;
  /** Users, or rooms, that were rebuilt; and those that failed, which the tasks queue tries again. */
  readonly done: number | null;
  readonly set_aside: number | null;
}

/** What the function `rebuild` answers. */
export interface RebuildAnswer {
  /** Whether a rebuild was begun, or is the one that is under way; absent where none was asked for. */
  readonly begun?: boolean;
  /** Of the index that was named; without one, of all. */
  readonly rebuilds: readonly RebuildReport[];
}
