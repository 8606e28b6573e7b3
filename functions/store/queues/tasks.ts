/**
 * The tasks queue: work behind the APIs that takes long, must wait, or may have to be tried again.
 * Each task is done at least once, in no order. So it decides by what the table holds at that time.
 */
import type { DynamoDBRecord } from "aws-lambda";
import type { RoomRole } from "../../../contract/objects/room.ts";
import { environment } from "../../kernel/runtime/environment.ts";
import { postpone, sendBatch } from "./queues.ts";

export type Task =
  /** Publishes the deletion of a room again, and removes its content. */
  | {
      readonly task: "remove_room_items";
      readonly room_id: string;
      /** Whether it continues an earlier task of this kind, which has published the deletion. */
      readonly continues?: boolean;
    }
  /**
   * Removes a user who is no longer a member from the lists of a room, and publishes their
   * departure again.
   */
  | {
      readonly task: "complete_departure";
      readonly room_id: string;
      readonly user_id: string;
      /** The chunk of the roster that named the user. */
      readonly chunk: number;
      /** When the ended membership began, RFC 3339. */
      readonly joined_at: string;
      /** The user's role; absent in a task of an earlier version. */
      readonly role?: RoomRole;
    }
  /**
   * Notifies a user who was added to a room, if the room did not exist yet when the stream brought
   * the membership.
   */
  | {
      readonly task: "notify_invited";
      readonly room_id: string;
      readonly user_id: string;
      readonly added_by: string;
      /** When the membership began, RFC 3339. */
      readonly joined_at: string;
    }
  /** Notifies the members of one chunk of a large room's roster of an emergency. */
  | {
      readonly task: "notify_emergency";
      readonly room_id: string;
      readonly seq: number;
      readonly chunk: number;
    }
  /** Notifies users that a message did not reach, although they seemed to be connected. */
  | {
      readonly task: "notify_unreached";
      readonly room_id: string;
      readonly seq: number;
      readonly user_ids: readonly string[];
      /** Their connections that were opening then, or closed. */
      readonly connection_ids?: readonly string[];
    }
  /**
   * Continues the rebuild of an index in one segment of the table, until there is no time or
   * nothing to do.
   */
  | {
      readonly task: "rebuild_index";
      readonly index: string;
      readonly run: string;
      readonly segment: number;
    }
  /** Rebuilds the entries of a user or a room that failed in a rebuild. */
  | {
      readonly task: "rebuild_one";
      readonly index: string;
      readonly id: string;
      /** The place to continue from. */
      readonly after?: string | undefined;
    }
  /** Processes a change again that failed when the stream brought it. */
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

/**
 * The type of each field that a task must have. Other fields may be absent, or belong to a later
 * version.
 */
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

/**
 * Reads a message of the queue. Throws if it is not a task, or of a kind that this version does not
 * know.
 */
export function parseTask(body: string): Task {
  const value: unknown = JSON.parse(body);
  const given = new Map(Object.entries(value instanceof Object ? value : {}));
  const name = given.get("task");
  if (!isTaskName(name)) throw new Error(`There is no task ${JSON.stringify(name)}.`);
  for (const [field, type] of Object.entries(fields[name]))
    if (typeof given.get(field) !== type || given.get(field) === null)
      throw new Error(`The task ${name} lacks ${field}, or it is no ${type}.`);
  // Safe: each required field was just checked.
  return value as Task;
}

/** Puts a task into the queue, for now or up to 900 seconds later. */
export async function sendTask(task: Task, delaySeconds = 0): Promise<void> {
  const entry = { Id: "task", MessageBody: JSON.stringify(task), DelaySeconds: delaySeconds };
  const refused = await sendBatch(environment.tasksQueueUrl, [entry]);
  if (refused.length > 0) throw new Error(`The tasks queue did not take the task ${task.task}.`);
}

/**
 * Makes SQS deliver a failed task again after `delay` seconds, instead of after the queue's
 * visibility timeout.
 */
export function postponeTask(receiptHandle: string, delay: number): Promise<void> {
  return postpone(environment.tasksQueueUrl, [{ receiptHandle, delay }]);
}
