/**
 * The tasks queue: what is done behind the APIs because it takes long, has to wait, or has to be tried again. Each task is
 * done at least once, in no order, so whatever it does stands on what the table holds then.
 */
import type { DynamoDBRecord } from "aws-lambda";
import type { RoomRole } from "../../../contract/objects/room.ts";
import { environment } from "../../kernel/runtime/environment.ts";
import { postpone, sendBatch } from "./queues.ts";

export type Task =
  /** Tells the members of a deleted room of it again, and removes what it held. */
  | {
      readonly task: "remove_room_items";
      readonly room_id: string;
      /** Whether it goes on with what another such task began, and has told. */
      readonly continues?: boolean;
    }
  /** Takes somebody who is no member any more off the lists of a room, and tells of it again. */
  | {
      readonly task: "complete_departure";
      readonly room_id: string;
      readonly user_id: string;
      /** The chunk of the roster that named them. */
      readonly chunk: number;
      /** When the membership that ended began, RFC 3339. */
      readonly joined_at: string;
      /** The role that they had; absent in a task of an earlier version. */
      readonly role?: RoomRole;
    }
  /** Notifies somebody that they were added to a room, which was not there yet when their membership began. */
  | {
      readonly task: "notify_invited";
      readonly room_id: string;
      readonly user_id: string;
      readonly added_by: string;
      /** When the membership began, RFC 3339. */
      readonly joined_at: string;
    }
  /** Tells the members of one chunk of a large room's roster of an emergency. */
  | {
      readonly task: "notify_emergency";
      readonly room_id: string;
      readonly seq: number;
      readonly chunk: number;
    }
  /** Notifies those of a message whom it did not reach, although they seemed to be connected. */
  | {
      readonly task: "notify_unreached";
      readonly room_id: string;
      readonly seq: number;
      readonly user_ids: readonly string[];
      /** Connections of theirs that were opening then, or over. */
      readonly connection_ids?: readonly string[];
    }
  /** Goes on with the rebuild of an index, in one segment of the table, until there is no time left, or nothing to do. */
  | {
      readonly task: "rebuild_index";
      readonly index: string;
      readonly run: string;
      readonly segment: number;
    }
  /** Rebuilds what an index holds of a user, or a room, that failed when a rebuild came to it. */
  | {
      readonly task: "rebuild_one";
      readonly index: string;
      readonly id: string;
      /** Where to go on in what is there of it. */
      readonly after?: string | undefined;
    }
  /** Does what follows from a change that failed when the stream brought it. */
  | { readonly task: "process_change"; readonly record: DynamoDBRecord; readonly error: string };

export type TaskName = Task["task"];

/**
 * Does a task. `hasTime` says whether to go on with work that can be continued by another task.
 * Throws to have the task tried again.
 */
export type TaskHandler<N extends TaskName> = (
  task: Extract<Task, { readonly task: N }>,
  hasTime: () => boolean,
) => Promise<void>;

/** One handler for each task: one that is missing does not compile. */
export type TaskHandlers = { readonly [N in TaskName]: TaskHandler<N> };

/** The type of each field that a task must have. What else is in it may be absent, or is of a later version. */
const fields: Record<TaskName, Readonly<Record<string, "string" | "number" | "object">>> = {
  remove_room_items: { room_id: "string" },
  complete_departure: { room_id: "string", user_id: "string", chunk: "number", joined_at: "string" },
  notify_invited: { room_id: "string", user_id: "string", added_by: "string", joined_at: "string" },
  notify_emergency: { room_id: "string", seq: "number", chunk: "number" },
  notify_unreached: { room_id: "string", seq: "number", user_ids: "object" },
  rebuild_index: { index: "string", run: "string", segment: "number" },
  rebuild_one: { index: "string", id: "string" },
  process_change: { record: "object", error: "string" },
};

function isTaskName(name: unknown): name is TaskName {
  return typeof name === "string" && Object.hasOwn(fields, name);
}

/** Reads a message of the queue. Throws for what is no task, or one that this version does not know. */
export function parseTask(body: string): Task {
  const value: unknown = JSON.parse(body);
  const given = new Map(Object.entries(value instanceof Object ? value : {}));
  const name = given.get("task");
  if (!isTaskName(name)) throw new Error(`There is no task ${JSON.stringify(name)}.`);
  for (const [field, type] of Object.entries(fields[name]))
    if (typeof given.get(field) !== type || given.get(field) === null)
      throw new Error(`The task ${name} lacks ${field}, or it is no ${type}.`);
  // Safe: each field that the task must have was just looked at.
  return value as Task;
}

/** Puts a task into the queue, to be done at once or up to 900 seconds later. */
export async function sendTask(task: Task, delaySeconds = 0): Promise<void> {
  const entry = { Id: "task", MessageBody: JSON.stringify(task), DelaySeconds: delaySeconds };
  const refused = await sendBatch(environment.tasksQueueUrl, [entry]);
  if (refused.length > 0) throw new Error(`The tasks queue did not take the task ${task.task}.`);
}

/** Has a task that failed tried again after so many seconds, rather than after the queue's visibility timeout. */
export function postponeTask(receiptHandle: string, delay: number): Promise<void> {
  return postpone(environment.tasksQueueUrl, [{ receiptHandle, delay }]);
}
