/** Measures the cost of notifying offline members, behind the stream, for each of them. */
import type { Bench } from "./bench.ts";
import type { Row } from "./row.ts";
import { at, newRoom, newUsers } from "./seed.ts";

function perMember(units: number, members: number): number {
  return Math.round((units / members) * 1000) / 1000;
}

/** A message that is not indexed for search: the index would be written behind the stream, too. */
const unindexed = { content: "Hello, how are you?", message_type: "encrypted" };

/** Measures the first and a later unread message in a room without connected members. */
export async function measureNotifying(bench: Bench, report: (row: Row) => void): Promise<void> {
  const two = await newUsers(bench, "absent", 2);
  const fifty = await newUsers(bench, "absent-member", 50);
  for (const [where, room, sender, others] of [
    ["direct room", await bench.directRoom(at(two, 0), at(two, 1)), at(two, 0), 1],
    ["room of 50", await newRoom(bench, fifty), at(fifty, 0), 49],
  ] as const)
    for (const [which, limits] of [
      ["first unread", { wru: 2, rru: 4 }],
      ["later", { wru: 0, rru: 1 }],
    ] as const) {
      const { after } = await bench.measure(() =>
        bench.api(sender, "POST", `/api/chat/rooms/${room}/messages`, unindexed),
      );
      report({
        name: `a notification for an offline member, ${where}, ${which}`,
        measured: { wru: perMember(after.wru, others), rru: perMember(after.rru, others) },
        limits,
      });
    }
}
