import type { Room, RoomType } from "../../contract/objects/room.ts";
import { type Details, noDetails } from "../data/details.ts";
import { getHead } from "../data/heads.ts";
import { getProfiles } from "../data/profiles.ts";
import { createRoom, headOf, membershipOf, type NewRoom, rosterOf } from "../data/rooms.ts";
import { getTogether } from "../data/together.ts";
import type { Actor } from "../kernel/actor.ts";
import { ApiError, invalidInput } from "../kernel/api-error.ts";
import { directRoomId, newRoomId, roomIdOfKey } from "../kernel/ids.ts";
import { isoNow } from "../kernel/time.ts";
import { accessReadableRoom } from "./access-room.ts";
import { deliver } from "./deliver.ts";
import { presentRoom } from "./present-room.ts";
import { ensureProfile } from "./profiles.ts";
import { participantsInRoom, viewRoom } from "./view-room.ts";

/** A room that was asked for; `repeated` if it was there before. */
export interface Opened {
  readonly room: Room;
  readonly repeated: boolean;
}

/** Tells the members who are connected of their new room, each in their own view, and gives the creator's. */
const notifyCreated = async (actor: Actor, room: NewRoom): Promise<Room> => {
  const memberIds = room.members.map((member) => member.userId);
  const members = rosterOf(room).slice(0, participantsInRoom);
  const { people } = await getTogether({
    profiles: members.map((member) => member.userId),
    presences: memberIds,
  });
  const head = headOf(room);
  const view = (userId: string): Room => {
    const member = room.members.find((one) => one.userId === userId);
    const me = member && membershipOf(room, member);
    return presentRoom({ head, me, members, others: [], details: room.details, people }, userId);
  };
  await deliver(people.presences.values(), room.id, (userId) => ({
    type: "room_created",
    room: view(userId),
  }));
  return view(actor.userId);
};

const open = async (actor: Actor, room: NewRoom): Promise<Opened> => {
  const existing = await getHead(room.id, "consistent");
  if (!existing && (await createRoom(room)))
    return { room: await notifyCreated(actor, room), repeated: false };
  return {
    room: await viewRoom(await accessReadableRoom(actor.userId, room.id), actor.userId),
    repeated: true,
  };
};

/** The direct room of the caller and somebody else. Throws `invalid_input` for oneself, `not_found` for nobody. */
export const openDirectRoom = async (actor: Actor, otherId: string): Promise<Opened> => {
  if (otherId === actor.userId)
    throw invalidInput([{ path: "user_id", message: "You cannot open a direct room with yourself" }]);
  const [others] = await Promise.all([getProfiles([otherId]), ensureProfile(actor)]);
  if (!others.has(otherId)) throw new ApiError("not_found", "User not found");
  return open(actor, {
    id: directRoomId(actor.userId, otherId),
    type: "direct",
    name: null,
    details: noDetails,
    createdBy: actor.userId,
    createdAt: isoNow(),
    pair: [actor.userId, otherId],
    members: [actor.userId, otherId].map((userId) => ({ userId, role: "member" })),
  });
};

export interface RoomDraft {
  readonly name: string | null;
  readonly type: RoomType;
  readonly participantIds: readonly string[];
  readonly details: Details;
  readonly idempotencyKey: string | undefined;
}

/** Throws `invalid_input` that names each id that is nobody's. */
const accessUsers = async (userIds: readonly string[]): Promise<void> => {
  const profiles = await getProfiles(userIds);
  const unknown = userIds.flatMap((userId, at) =>
    profiles.has(userId) ? [] : [{ path: `participant_ids.${at}`, message: "There is no user with this id" }],
  );
  if (unknown.length > 0) throw invalidInput(unknown);
};

/** Creates a room with the caller as its admin. */
export const createNewRoom = async (actor: Actor, draft: RoomDraft): Promise<Opened> => {
  const others = [...new Set(draft.participantIds)].filter((userId) => userId !== actor.userId);
  if (draft.type === "direct") {
    const [other] = others;
    if (other === undefined || others.length > 1)
      throw invalidInput([
        { path: "participant_ids", message: "A direct room has exactly one other participant" },
      ]);
    return openDirectRoom(actor, other);
  }
  await Promise.all([accessUsers(draft.participantIds), ensureProfile(actor)]);
  return open(actor, {
    id: draft.idempotencyKey === undefined ? newRoomId() : roomIdOfKey(actor.userId, draft.idempotencyKey),
    type: draft.type,
    name: draft.name,
    details: draft.details,
    createdBy: actor.userId,
    createdAt: isoNow(),
    pair: undefined,
    members: [
      { userId: actor.userId, role: "admin" },
      ...others.map((userId) => ({ userId, role: "member" as const })),
    ],
  });
};
