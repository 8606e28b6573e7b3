import type { RebuildReport } from "../../contract/rebuilds.ts";

function whole(count: number | null): string {
  return (count ?? 0).toLocaleString("en-US");
}

/** Milliseconds after which there must be progress: failed tasks are retried for seven minutes. */
const stalledAfter = 15 * 60_000;

function troubles({ set_aside, ended, updated_at }: RebuildReport): string[] {
  return [
    ...((set_aside ?? 0) > 0
      ? [
          `${whole(set_aside)} failed and are retried automatically; npm run redrive shows any that are given up`,
        ]
      : []),
    ...(ended === false && Date.now() - Date.parse(updated_at ?? "") > stalledAfter
      ? ["no progress for a while: start it again, and it goes on from there"]
      : []),
  ];
}

/** Returns the progress of an index's last rebuild, in one line. */
export function describe(report: RebuildReport): string {
  const { index, kind, started_at, updated_at, ended } = report;
  if (ended === null) return `${index}: never rebuilt`;
  const done = `${whole(report.done)} ${kind}s`;
  const text = ended
    ? `rebuilt from ${started_at} to ${updated_at}, ${done}, ${whole(report.scanned)} items read`
    : `rebuilding since ${started_at}, ${done}, ${whole(report.scanned)} of about ${whole(report.items)} items read`;
  return [`${index}: ${text}`, ...troubles(report)].join("; ");
}
