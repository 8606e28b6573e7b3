import type { RebuildReport } from "../../contract/rebuilds.ts";

function whole(count: number | null): string {
  return (count ?? 0).toLocaleString("en-US");
}

/** Milliseconds after which something must have moved: tasks that fail are tried again for seven minutes. */
const standstill = 15 * 60_000;

function troubles({ set_aside, ended, updated_at }: RebuildReport): string[] {
  return [
    ...((set_aside ?? 0) > 0
      ? [
          `${whole(set_aside)} failed and are tried again by themselves; npm run redrive shows those that stay`,
        ]
      : []),
    ...(ended === false && Date.now() - Date.parse(updated_at ?? "") > standstill
      ? ["nothing has moved for a while: start it again, and it goes on where it is"]
      : []),
  ];
}

/** How far the last rebuild of an index is, in one line. */
export function describe(report: RebuildReport): string {
  const { index, kind, started_at, updated_at, ended } = report;
  if (ended === null) return `${index}: never rebuilt`;
  const done = `${whole(report.done)} ${kind}s`;
  const text = ended
    ? `rebuilt from ${started_at} to ${updated_at}, ${done}, ${whole(report.scanned)} items read`
    : `rebuilding since ${started_at}, ${done}, ${whole(report.scanned)} of about ${whole(report.items)} items read`;
  return [`${index}: ${text}`, ...troubles(report)].join("; ");
}
