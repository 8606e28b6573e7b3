import type { ServerEvent } from "../../contract/events.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import { isOpening, openingTime } from "../store/presence/connection-life.ts";
import type { Connection, Presence } from "../store/presence/presence.ts";
import { listeningTo } from "./audience.ts";
import type { Posted } from "./post-event.ts";

/**
 * Queues a task that notifies recipients of a new message whose connections to the room were all
 * closed. The stream handler of the message may have taken these users for connected, because their
 * presences said so until now. If some of the connections may still be opening, the task waits
 * until they are open or closed. The task is queued before the connections are removed. If
 * interrupted: the recipients are not notified yet. Repaired by: the task if it was queued, and by
 * a repeated delivery of the message if not. Returns false if the queue takes no task: then the
 * connections stay in the presence, so that the next message finds them.
 *
 * `leftOut` are connections that this attempt did not try. An earlier attempt may have missed the
 * opening ones among them; only the gateway knows, in a minute.
 */
export async function queueUnreached(
  roomId: string,
  presences: readonly Presence[],
  event: ServerEvent | undefined,
  { closed, opening }: Pick<Posted, "closed" | "opening">,
  leftOut: readonly Connection[],
): Promise<boolean> {
  if (closed.length + opening.length === 0 || event?.type !== "message") return true;
  const { seq, sender } = event.message;
  const missed = new Set([...closed, ...opening].map(({ id }) => id));
  const doubtful = new Set([...opening, ...leftOut.filter(isOpening)].map(({ id }) => id));
  const unreached = presences
    .filter(({ userId }) => userId !== sender.id)
    .map((presence) => listeningTo(roomId, presence))
    .filter((listening) => listening.some(({ id }) => missed.has(id)))
    .filter((listening) => listening.every(({ id }) => missed.has(id) || doubtful.has(id)));
  const { certain = [], uncertain = [] } = Object.groupBy(unreached, (listening) =>
    listening.some(({ id }) => doubtful.has(id)) ? "uncertain" : "certain",
  );
  const notify = async (connections: readonly Connection[], delay: number): Promise<void> => {
    if (connections.length === 0) return;
    const { sendTask } = await import("../store/queues/tasks.ts");
    const user_ids = [...new Set(connections.map(({ userId }) => userId))];
    const connection_ids = connections.map(({ id }) => id);
    await sendTask({ task: "notify_unreached", room_id: roomId, seq, user_ids, connection_ids }, delay);
  };
  try {
    await notify(certain.flat(), 0);
    await notify(uncertain.flat(), openingTime / 1000);
    return true;
  } catch (error) {
    log("error", "unreached_not_notified", { room_id: roomId, seq, ...errorFacts(error) });
    return false;
  }
}
