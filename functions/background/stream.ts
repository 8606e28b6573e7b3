import type { DynamoDBRecord } from "aws-lambda";
import { followChange } from "../actions/follow-change.ts";
import { forEach } from "../kernel/runtime/for-each.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import { changeOf, isUrgent, keyOfRecord } from "../store/background/changes.ts";
import { sendTask } from "../store/queues/tasks.ts";

/** How many items' changes are followed at once. */
const itemsAtOnce = 10;

const sequenceNumberOf = (record: DynamoDBRecord): string => record.dynamodb?.SequenceNumber ?? "";

/**
 * Follows one change; what fails goes to the tasks queue, where it is tried again and delays no other. False if even that
 * failed.
 */
const follow = async (record: DynamoDBRecord): Promise<boolean> => {
  try {
    await followChange(changeOf(record));
    return true;
  } catch (error) {
    const facts = { sequence_number: sequenceNumberOf(record), ...keyOfRecord(record), ...errorFacts(error) };
    log("error", "change_not_followed", facts);
    try {
      await sendTask({ task: "follow_change", record, error: String(error) });
      return true;
    } catch (second) {
      log("error", "change_not_queued", errorFacts(second));
      return false;
    }
  }
};

/**
 * Follows a batch of changes, those of each item in their order, and gives the sequence numbers of those that are to come
 * again. After one of those the item's later changes wait: they come again with it.
 */
export const followChanges = async (records: readonly DynamoDBRecord[]): Promise<string[]> => {
  const byItem = Map.groupBy(records, (record) => JSON.stringify(record.dynamodb?.Keys));
  const { urgent = [], other = [] } = Object.groupBy(byItem.values(), (changes) =>
    changes.some(isUrgent) ? "urgent" : "other",
  );
  const failed: string[] = [];
  await forEach([...urgent, ...other], itemsAtOnce, async (changes) => {
    for (const record of changes) {
      if (await follow(record)) continue;
      failed.push(sequenceNumberOf(record));
      return;
    }
  });
  return failed;
};
