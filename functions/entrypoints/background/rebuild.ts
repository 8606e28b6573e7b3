import type { RebuildAnswer } from "../../../contract/rebuilds.ts";
import { listRebuilds, startRebuild } from "../../background/rebuild.ts";

/**
 * The operator's request: rebuild this index. Without an index: return the progress of the last
 * rebuild of each.
 */
interface RebuildRequest {
  readonly index?: unknown;
}

/**
 * Starts a rebuild or reports on rebuilds. Only operators may invoke it; `npm run rebuild` does.
 */
export async function handler({ index }: RebuildRequest): Promise<RebuildAnswer> {
  if (index === undefined) return { rebuilds: await listRebuilds() };
  const { begun, report } = await startRebuild(String(index));
  return { begun, rebuilds: [report] };
}
