import type { DynamoDBRecord } from "aws-lambda";
import { attachmentStreamHandlers } from "../attachments/stream-handlers.ts";
import { contactStreamHandlers } from "../contacts/stream-handlers.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import { notificationStreamHandlers } from "../notifications/stream-handlers.ts";
import { pushStreamHandlers } from "../push/stream-handlers.ts";
import { roomStreamHandlers } from "../rooms/stream-handlers.ts";
import { searchStreamHandlers } from "../search/stream-handlers.ts";
import {
  isUrgent,
  keyOfRecord,
  readChange,
  type StreamEvent,
  type StreamHandler,
} from "../store/background/changes.ts";
import { sendTask } from "../store/queues/tasks.ts";
import { uploadStreamHandlers } from "../uploads/stream-handlers.ts";
import { userStreamHandlers } from "../users/stream-handlers.ts";
import { eventOf } from "./stream-events.ts";

/** The handlers of each event, in the order of their calls. */
export const streamHandlers: { readonly [E in StreamEvent]: readonly StreamHandler<E>[] } = {
  roomDeleted: [roomStreamHandlers.roomDeleted],
  memberAdded: [notificationStreamHandlers.memberAdded],
  memberRemoved: [roomStreamHandlers.memberRemoved],
  profileCreated: [userStreamHandlers.profileCreated],
  profileChanged: [userStreamHandlers.profileChanged, uploadStreamHandlers.profileChanged],
  profileDeleted: [uploadStreamHandlers.profileDeleted],
  messageCreated: [notificationStreamHandlers.messageCreated, searchStreamHandlers.messageCreated],
  messageChanged: [attachmentStreamHandlers.messageChanged, searchStreamHandlers.messageChanged],
  messagePurged: [attachmentStreamHandlers.messagePurged, searchStreamHandlers.messagePurged],
  fileDeleted: [attachmentStreamHandlers.fileDeleted],
  contactCreated: [contactStreamHandlers.contactCreated],
  notificationCreated: [pushStreamHandlers.notificationCreated],
  avatarDeleted: [uploadStreamHandlers.avatarDeleted],
};

async function runHandlers<E extends StreamEvent>(event: E, record: DynamoDBRecord): Promise<void> {
  const change = readChange(event, record);
  const failures: unknown[] = [];
  for (const handle of streamHandlers[event])
    await handle(change).catch((error: unknown) => {
      failures.push(error);
    });
  if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join(" "));
  if (failures.length > 0) throw failures[0];
}

/**
 * Runs the handlers of a change. A handler that fails keeps no other from its work: members are
 * notified of a message that cannot be indexed. Throws what the handlers threw, once all have run.
 */
export async function handleChange(record: DynamoDBRecord): Promise<void> {
  const event = eventOf(record.dynamodb);
  if (event) await runHandlers(event, record);
}

/** The number of items whose changes are handled at the same time. */
const itemsAtOnce = 10;

function sequenceNumberOf(record: DynamoDBRecord): string {
  return record.dynamodb?.SequenceNumber ?? "";
}

/**
 * Handles one change. A change that fails goes to the tasks queue, where it is tried again and
 * delays no other. Returns false if the queue did not take it either.
 */
async function handleOrQueue(record: DynamoDBRecord): Promise<boolean> {
  try {
    await handleChange(record);
    return true;
  } catch (error) {
    const facts = { sequence_number: sequenceNumberOf(record), ...keyOfRecord(record), ...errorFacts(error) };
    log("error", "change_not_handled", facts);
    try {
      await sendTask({ task: "process_change", record, error: String(error) });
      return true;
    } catch (second) {
      log("error", "change_not_queued", errorFacts(second));
      return false;
    }
  }
}

/**
 * Handles a batch of changes: those of one item in their order, emergencies first. Returns the
 * sequence numbers of the changes that must come again. Later changes of such an item wait: Lambda
 * brings them again with it.
 */
export async function handleChanges(records: readonly DynamoDBRecord[]): Promise<string[]> {
  const byItem = Map.groupBy(records, (record) => JSON.stringify(record.dynamodb?.Keys));
  const { urgent = [], other = [] } = Object.groupBy(byItem.values(), (changes) =>
    changes.some(isUrgent) ? "urgent" : "other",
  );
  const failed: string[] = [];
  await forEachConcurrent([...urgent, ...other], itemsAtOnce, async (changes) => {
    for (const record of changes) {
      if (await handleOrQueue(record)) continue;
      failed.push(sequenceNumberOf(record));
      return;
    }
  });
  return failed;
}
