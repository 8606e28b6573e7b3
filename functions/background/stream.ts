import type { DynamoDBRecord } from "aws-lambda";
import { onAttachmentRemoved, onFileDeleted } from "../attachments/stream-handlers.ts";
import { onContactCreated } from "../contacts/stream-handlers.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import { onMemberAdded, onMessageCreated } from "../notifications/stream-handlers.ts";
import { onNotificationCreated } from "../push/stream-handlers.ts";
import { onMemberRemoved, onRoomDeleted } from "../rooms/stream-handlers.ts";
import { onMessageChanged } from "../search/stream-handlers.ts";
import { type Change, changeOf, isUrgent, keyOfRecord } from "../store/background/changes.ts";
import { sendTask } from "../store/queues/tasks.ts";
import { onAvatarDeleted, onAvatarReplaced } from "../uploads/stream-handlers.ts";
import { onProfileChanged } from "../users/stream-handlers.ts";

/**
 * Does what follows from a change, or plans it. It is called at least once for each change, and what was changed may
 * have changed again since: where that matters, a follower looks at the table. Throws to be called again.
 */
type Follower = (change: Change) => Promise<void>;

/** The filters of lib/followed-changes.ts let pass what these want, and nothing else. */
const followers: readonly Follower[] = [
  onRoomDeleted,
  onMemberRemoved,
  onProfileChanged,
  onAttachmentRemoved,
  onFileDeleted,
  onMessageCreated,
  onContactCreated,
  onMemberAdded,
  onNotificationCreated,
  onAvatarReplaced,
  onAvatarDeleted,
  onMessageChanged,
];

/** What one of them fails at keeps no other from its work: who is notified does not wait for what cannot be indexed. */
export async function onChange(change: Change): Promise<void> {
  const failures: unknown[] = [];
  for (const follow of followers)
    await follow(change).catch((error: unknown) => {
      failures.push(error);
    });
  if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join(" "));
  if (failures.length > 0) throw failures[0];
}

/** How many items' changes are followed at once. */
const itemsAtOnce = 10;

function sequenceNumberOf(record: DynamoDBRecord): string {
  return record.dynamodb?.SequenceNumber ?? "";
}

/**
 * Follows one change; what fails goes to the tasks queue, where it is tried again and delays no other. False if even that
 * failed.
 */
async function follow(record: DynamoDBRecord): Promise<boolean> {
  try {
    await onChange(changeOf(record));
    return true;
  } catch (error) {
    const facts = { sequence_number: sequenceNumberOf(record), ...keyOfRecord(record), ...errorFacts(error) };
    log("error", "change_not_followed", facts);
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
 * Follows a batch of changes, those of each item in their order, and gives the sequence numbers of those that are to come
 * again. After one of those the item's later changes wait: they come again with it.
 */
export async function onChanges(records: readonly DynamoDBRecord[]): Promise<string[]> {
  const byItem = Map.groupBy(records, (record) => JSON.stringify(record.dynamodb?.Keys));
  const { urgent = [], other = [] } = Object.groupBy(byItem.values(), (changes) =>
    changes.some(isUrgent) ? "urgent" : "other",
  );
  const failed: string[] = [];
  await forEachConcurrent([...urgent, ...other], itemsAtOnce, async (changes) => {
    for (const record of changes) {
      if (await follow(record)) continue;
      failed.push(sequenceNumberOf(record));
      return;
    }
  });
  return failed;
}
