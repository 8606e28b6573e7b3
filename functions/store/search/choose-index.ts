import { environment } from "../../kernel/runtime/environment.ts";
import type { SearchIndex } from "./search-index.ts";

let index: Promise<SearchIndex> | undefined;

/** Returns the index that the stack has chosen. The other module is not loaded. */
export function searchIndex(): Promise<SearchIndex> {
  index ??= environment.openSearchEndpoint
    ? import("./opensearch.ts").then((module) => module.openSearchIndex)
    : import("./table-index.ts").then((module) => module.tableIndex);
  return index;
}
