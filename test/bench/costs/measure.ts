/**
 * Measures the counts of a message in rooms of a few sizes, and computes the costs of a million of
 * them.
 */
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { itemSize } from "stack-emulator/item-size";
import { httpAccessLog } from "../../../lib/constructs/chat-http-api.ts";
import { functionNames } from "../../../lib/functions.ts";
import { keys } from "../../support/internals.ts";
import type { Bench } from "../bench.ts";
import type { BenchUser } from "../client.ts";
import { say } from "../progress.ts";
import type { Line, Table } from "../table.ts";
import { accessLogBytes } from "./assumptions.ts";
import { connectedForAMonth, type MessageCounts, partsOf, storageOf, totalOf } from "./costs.ts";
import { inboxCounts, type MessageSize, measuredCounts, scanCounts } from "./designs.ts";

/** The number of connected members by the size of the room: the same in all designs. */
const shares = [
  { members: 2, connected: 2 },
  { members: 50, connected: 20 },
  { members: 1000, connected: 100 },
  { members: 10_000, connected: 500 },
];
/** Connections of users who are not in the room. */
const othersConnected = [0, 1000, 10_000];

/** Sends in sequence, so that the work behind them comes in batches as it would. */
const sends = 20;
const text = "A message of five hundred characters. ".repeat(14).slice(0, 500);

const accessLog = accessLogBytes(Object.keys(httpAccessLog));

/**
 * Returns the bytes that functions have printed: the runner begins their lines with their names.
 */
function printedBytes(output: string): number {
  return output
    .split("\n")
    .filter((line) => functionNames.some((name) => line.trimStart().startsWith(`${name} |`)))
    .reduce((sum, line) => sum + Buffer.byteLength(line.slice(line.indexOf("|") + 2)), 0);
}

interface Measured {
  readonly members: number;
  readonly connected: number;
  readonly size: MessageSize;
  readonly counts: MessageCounts;
}

async function sizeOf(bench: Bench, roomId: string, message: { seq: number }): Promise<MessageSize> {
  const { Item } = await bench.table.send(
    new GetCommand({
      TableName: bench.tableName,
      Key: keys.message(roomId, message.seq),
      ConsistentRead: true,
    }),
  );
  if (!Item) throw new Error("A message that was sent is not in the table.");
  return {
    itemBytes: itemSize(marshall(Item)),
    eventBytes: Buffer.byteLength(JSON.stringify({ type: "message", message })),
  };
}

/** Rounds to cents; large sums to dollars. */
function dollars(value: number): number {
  return Number(value.toFixed(value < 1000 ? 2 : 0));
}

function costLine(of: Line, counts: MessageCounts): Line {
  const parts = partsOf(counts);
  return {
    ...of,
    ...Object.fromEntries(Object.entries(parts).map(([part, value]) => [part, dollars(value)])),
    "in all": dollars(totalOf(parts)),
    "then a month": dollars(storageOf(counts)),
  };
}

function designsOf({ members, connected, size, counts }: Measured): (readonly [Line, MessageCounts])[] {
  return [
    [{ members, connected, design: "Parley" }, counts],
    [
      { members, connected, design: "a row in each member's inbox" },
      inboxCounts({ members, connected }, size, accessLog),
    ],
    ...othersConnected.map(
      (others) =>
        [
          { members, connected, design: `scan of connections, ${others.toLocaleString("en-US")} others` },
          scanCounts({ connected, others }, size),
        ] as const,
    ),
  ];
}

export function measureCosts(bench: Bench) {
  const measured: Measured[] = [];

  const measure = async (room: {
    readonly id: string;
    readonly size: number;
    readonly connected: number;
    readonly sender: BenchUser;
  }): Promise<void> => {
    if (!shares.some(({ members, connected }) => members === room.size && connected === room.connected))
      return;
    say(`the cost of a message in a room of ${room.size}, ${room.connected} connected`);
    const message = await bench.send(room.sender, room.id, text);
    await bench.rest();
    const printedBefore = printedBytes(bench.output());
    const { request, after } = await bench.measure(async () => {
      for (let sent = 0; sent < sends; sent += 1) await bench.send(room.sender, room.id, text);
    });
    const size = await sizeOf(bench, room.id, message);
    const printed = printedBytes(bench.output()) - printedBefore;
    measured.push({
      members: room.size,
      connected: room.connected,
      size,
      counts: measuredCounts(
        { sends, request, after, printedBytes: printed, accessLogBytes: accessLog },
        size,
      ),
    });
  };

  const tables = (): Table[] => {
    const designs = measured.sort((one, other) => one.members - other.members).flatMap(designsOf);
    return [
      {
        name: `Counted for a message of ${text.length} characters`,
        lines: designs.map(([of, counts]) => ({ ...of, ...counts })),
      },
      {
        name: "US dollars for a million of them, list prices of us-east-1",
        lines: designs.map(([of, counts]) => costLine(of, counts)),
      },
      {
        name: "US dollars a month for a thousand connections that stay open",
        lines: [{ "connection minutes": dollars(connectedForAMonth(1000)) }],
      },
    ];
  };

  return { measure, tables };
}
