/**
 * Rooms at the start of a run: just short of a bound that some dozen messages would never reach.
 */
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { keys, markedAheadLimit, newMessageItem, sentAheadLimit } from "../support/internals.ts";
import { operatorTable } from "../support/operator.ts";
import type { TestUser } from "../support/people.ts";
import { seedItems } from "../support/seed-items.ts";
import { plainMessage } from "../support/seeded.ts";
import { target } from "../support/target.ts";
import { type Model, newModel } from "./read-state-model.ts";

export interface Start {
  /** The sender of each message. All messages are deleted, so no work follows from them. */
  readonly senders: readonly number[];
  /** The first and the last message that a member has read. */
  readonly read: ReadonlyMap<number, readonly [from: number, to: number]>;
}

const empty: Start = { senders: [], read: new Map() };

/** The second user has sent messages past an unread one, and may do so once more. */
export const sentAhead: Start = {
  senders: [0, ...Array<number>(sentAheadLimit - 1).fill(1)],
  read: new Map([
    [0, [1, 1]],
    [1, [2, sentAheadLimit]],
  ]),
};

const many = markedAheadLimit + 2;

/** The third user has marked as many messages one by one as the limit allows. */
export const markedAhead: Start = {
  senders: Array<number>(many).fill(1),
  read: new Map([
    [1, [1, many]],
    [2, [3, many]],
  ]),
};

export const starts: readonly Start[] = [empty, sentAhead, markedAhead];

function numbers([from, to]: readonly [from: number, to: number]): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

/** Returns the model of a room with this start. */
export function modelOf({ senders, read }: Start, members: readonly number[]): Model {
  const model = newModel(members);
  return {
    messages: senders.map((sender, at) => ({ seq: at + 1, sender, deleted: true })),
    members: new Map(
      [...model.members].map(([user, member]) => {
        const range = read.get(user);
        return [user, range ? { ...member, read: new Set(numbers(range)) } : member];
      }),
    ),
  };
}

/**
 * Seeds the items that sends and marks would have written: some hundred calls for each run would
 * take minutes.
 */
export async function seedStart(
  roomId: string,
  users: readonly TestUser[],
  { senders, read }: Start,
): Promise<void> {
  if (senders.length === 0) return;
  const at = new Date().toISOString();
  const idOf = (user: number): string => users[user]?.id ?? "";
  await seedItems(
    senders.map((sender, place) => ({
      ...newMessageItem({
        ...plainMessage,
        roomId,
        seq: place + 1,
        senderId: idOf(sender),
        content: "Planted",
        at,
      }),
      deleted_by: idOf(sender),
      deleted_at: at,
    })),
  );
  const client = operatorTable();
  const update = (Key: object, UpdateExpression: string, values: Record<string, unknown>) =>
    client.send(
      new UpdateCommand({
        TableName: target().tableName,
        Key: { ...Key },
        UpdateExpression,
        ExpressionAttributeValues: values,
      }),
    );
  await update(keys.head(roomId), "SET seq = :seq", { ":seq": senders.length });
  for (const [user, range] of read) {
    const key = keys.membership(roomId, idOf(user));
    if (range[0] === 1) await update(key, "SET read_seq = :to", { ":to": range[1] });
    else await update(key, "SET read_ahead = :ahead", { ":ahead": new Set(numbers(range)) });
  }
}
