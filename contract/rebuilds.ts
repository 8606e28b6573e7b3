/** The progress of an index's last rebuild, which the function `rebuild` reports to operators. */
export interface RebuildReport {
  readonly index: string;
  /** The index is rebuilt from these, one by one: `user` or `room`. */
  readonly kind: string;
  /** Null for an index that was never rebuilt. Then everything below is null, too. */
  readonly started_at: string | null;
  readonly updated_at: string | null;
  readonly ended: boolean | null;
  /** The number of the table's items that were read. */
  readonly scanned: number | null;
  /** The approximate number of items in the table. */
  readonly items: number | null;
  /** The number of users, or rooms, that were rebuilt. */
  readonly done: number | null;
  /** The number of users, or rooms, that failed. The tasks queue tries them again. */
  readonly set_aside: number | null;
}

/** The answer of the function `rebuild`. */
export interface RebuildAnswer {
  /** True if a rebuild was begun, false if one was under way. Absent if none was asked for. */
  readonly begun?: boolean;
  /** The report of the index that was named, or those of all indexes. */
  readonly rebuilds: readonly RebuildReport[];
}
