import type { RebuildAnswer } from "../../../contract/rebuilds.ts";
import { listRebuilds, startRebuild } from "../../background/rebuild.ts";

/** What an operator asks for: to rebuild this index; without one, how far the last rebuild of each is. */
interface RebuildRequest {
  readonly index?: unknown;
}

/** Called by operators alone, who may invoke it; `npm run rebuild` does. */
export async function handler({ index }: RebuildRequest): Promise<RebuildAnswer> {
  if (index === undefined) return { rebuilds: await listRebuilds() };
  const { begun, report } = await startRebuild(String(index));
  return { begun, rebuilds: [report] };
}
