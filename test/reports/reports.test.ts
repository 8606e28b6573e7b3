import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { block } from "../support/blocks.ts";
import { attempt, call } from "../support/contract-client.ts";
import { png, uploaded } from "../support/files.ts";
import { say } from "../support/messages.ts";
import { directRoom, groupRoom, newAdministrator, type TestUser, three } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

interface Scene {
  readonly ann: TestUser;
  readonly ben: TestUser;
  readonly cid: TestUser;
  readonly admin: TestUser;
  readonly roomId: string;
  readonly messageId: string;
}

/** Creates a group of ann and ben with a message of ben's; cid is not in it. */
async function setScene(): Promise<Scene> {
  const [ann, ben, cid] = await three();
  const admin = await newAdministrator();
  const roomId = await groupRoom(ann, [ben]);
  const { id } = await say(ben, roomId, "Something bad");
  return { ann, ben, cid, admin, roomId, messageId: id };
}

function report(user: TestUser, { roomId, messageId }: Pick<Scene, "roomId" | "messageId">, reason = "Rude") {
  return attempt("reportMessage", {
    token: user.token,
    params: { room_id: roomId, message_id: messageId },
    body: { reason },
  });
}

async function find(admin: TestUser, id: string, status = "open") {
  return (await call("listReports", { token: admin.token, query: { status, page_size: 100 } })).results.find(
    (one) => one.id === id,
  );
}

function close(admin: TestUser, report_id: string, action: string, note?: string) {
  return attempt("updateReport", { token: admin.token, params: { report_id }, body: { action, note } });
}

describe("reportMessage", () => {
  test("shows administrators the message as it was when it was reported", async () => {
    const scene = await setScene();
    const { status, body } = await report(scene.ann, scene, "This is rude");
    expect([status, body.status, body.reason]).toEqual([201, "open", "This is rude"]);
    await call("updateMessage", {
      token: scene.ben.token,
      params: { room_id: scene.roomId, message_id: scene.messageId },
      body: { content: "Something nice" },
    });
    expect(await find(scene.admin, body.id)).toMatchObject({
      status: "open",
      reporter: { id: scene.ann.id, email: null },
      reported_user: { id: scene.ben.id, email: null },
      message: { id: scene.messageId, room: scene.roomId, content: "Something bad", message_type: "text" },
      action: null,
      closed_by: null,
      created_at: body.created_at,
    });
  });

  test("shows administrators the file while the message has it", async () => {
    const { ann, ben, admin, roomId } = await setScene();
    const file_id = await uploaded(ben, roomId);
    const params = { room_id: roomId };
    const message = await call("sendMessage", { token: ben.token, params, body: { file_id } });
    const { body } = await report(ann, { roomId, messageId: message.id });
    const seen = (await find(admin, body.id))?.message?.attachment;
    const { url: _, ...facts } = message.attachments[0] ?? {};
    expect(seen).toEqual({ ...facts, url: expect.any(String) });
    const bytes = await (await fetch(seen?.url ?? "")).arrayBuffer();
    expect(Buffer.from(bytes)).toEqual(png);
    await call("deleteMessage", { token: ben.token, params: { ...params, message_id: message.id } });
    expect((await find(admin, body.id))?.message?.attachment).toEqual({ ...facts, url: null });
  });

  test("makes a new report of an edited message, even if the first one was dismissed", async () => {
    const scene = await setScene();
    const first = await report(scene.ann, scene);
    await close(scene.admin, first.body.id, "dismiss");
    const params = { room_id: scene.roomId, message_id: scene.messageId };
    const body = { content: "Something worse" };
    await call("updateMessage", { token: scene.ben.token, params, body });
    const second = await report(scene.ann, scene, "Now it is abuse");
    expect(second.status).toBe(201);
    expect((await report(scene.ann, scene)).body).toEqual(second.body);
    expect(await find(scene.admin, second.body.id)).toMatchObject({
      reason: "Now it is abuse",
      message: { id: scene.messageId, content: "Something worse", attachment: null },
    });
  });

  test("returns the same report when repeated", async () => {
    const scene = await setScene();
    const first = await report(scene.ann, scene, "One");
    const second = await report(scene.ann, scene, "Two");
    expect([second.status, second.body]).toEqual([200, first.body]);
    await close(scene.admin, first.body.id, "dismiss");
    expect(await report(scene.ann, scene)).toMatchObject({ status: 200, body: { status: "closed" } });
  });

  test("is allowed to members who see the message, which is another user's and not deleted", async () => {
    const scene = await setScene();
    expect((await report(scene.cid, scene)).status).toBe(403);
    expect((await report(scene.ben, scene)).status).toBe(400);
    const elsewhere = await groupRoom(scene.ann, []);
    expect((await report(scene.ann, { ...scene, roomId: elsewhere })).status).toBe(404);
    expect((await report(scene.ann, { ...scene, messageId: `${scene.roomId}-99` })).status).toBe(404);
    expect((await report(scene.ann, scene, " ")).status).toBe(400);
    expect((await report(scene.ann, scene, "x".repeat(1001))).status).toBe(400);
    const params = { room_id: scene.roomId, message_id: scene.messageId };
    await call("deleteMessage", { token: scene.ben.token, params });
    expect((await report(scene.ann, scene)).status).toBe(409);
  });
});

describe("reportUser", () => {
  const reportUser = (user: TestUser, user_id: string, reason = "Spam") =>
    attempt("reportUser", { token: user.token, params: { user_id }, body: { reason } });

  test("makes one report at a time of each reporter", async () => {
    const { ann, ben, cid, admin } = await setScene();
    const [first, again, other] = [
      await reportUser(ann, ben.id),
      await reportUser(ann, ben.id, "More"),
      await reportUser(cid, ben.id),
    ];
    expect([first.status, again.status, other.status]).toEqual([201, 200, 201]);
    expect(again.body).toEqual(first.body);
    expect(await find(admin, first.body.id)).toMatchObject({
      message: null,
      reported_user: { id: ben.id },
      reporter: { id: ann.id },
    });
    expect((await close(admin, first.body.id, "remove_message")).status).toBe(409);
    expect((await close(admin, first.body.id, "dismiss")).status).toBe(200);
    const later = await reportUser(ann, ben.id, "He did it again");
    expect(later.status).toBe(201);
    expect(later.body.id).not.toBe(first.body.id);
  });

  test("refuses the caller and an unknown user", async () => {
    const { ann } = await setScene();
    expect((await reportUser(ann, ann.id)).status).toBe(400);
    expect((await reportUser(ann, randomUUID())).status).toBe(404);
  });
});

describe("listReports", () => {
  test("is allowed to administrators", async () => {
    const { ann } = await setScene();
    const refused = await attempt("listReports", { token: ann.token });
    expect([refused.status, refused.problem.code]).toEqual([403, "forbidden"]);
  });

  test("shows a user as offline if the administrator or the user blocks the other", async () => {
    const { ann, ben, admin, ...place } = await setScene();
    const sockets = await Promise.all([ann, ben].map((user) => connect(user)));
    const { id } = (await report(ann, place)).body;
    const seen = async () => {
      const shown = await find(admin, id);
      return [shown?.reporter.is_online, shown?.reported_user.is_online];
    };
    expect(await seen()).toEqual([true, true]);
    await block(admin, ben);
    expect(await seen()).toEqual([true, false]);
    await block(ann, admin);
    expect(await seen()).toEqual([false, false]);
    expect((await close(admin, id, "dismiss")).body.reporter.is_online).toBe(false);
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  test("shows the addresses of users who share a room with the administrator, and of the administrator's contacts", async () => {
    const { ann, ben, admin, ...place } = await setScene();
    const { id } = (await report(ann, place)).body;
    const seen = async () => {
      const shown = await find(admin, id);
      return [shown?.reporter.email, shown?.reported_user.email];
    };
    expect(await seen()).toEqual([null, null]);
    await directRoom(ann, admin);
    expect(await seen()).toEqual([ann.email, null]);
    await call("createContact", { token: admin.token, body: { user_id: ben.id } });
    expect(await seen()).toEqual([ann.email, ben.email]);
  });

  test("lists reports in pages, the newest first, by status", async () => {
    const scene = await setScene();
    const ids: string[] = [];
    for (const content of ["one", "two", "three"]) {
      const { id } = await say(scene.ben, scene.roomId, content);
      ids.unshift((await report(scene.ann, { ...scene, messageId: id })).body.id);
    }
    await close(scene.admin, ids[1] ?? "", "dismiss");
    const list = (query: Record<string, string | number>) =>
      call("listReports", { token: scene.admin.token, query });
    const own = async (status: string) =>
      (await list({ status, page_size: 100 })).results.map((one) => one.id).filter((id) => ids.includes(id));
    expect(await own("open")).toEqual([ids[0], ids[2]]);
    expect(await own("closed")).toEqual([ids[1]]);
    const first = await list({ page_size: 1 });
    expect(first.results.map((one) => one.id)).toEqual([ids[0]]);
    expect(first.next).toContain("page=2");
    expect((await list({ page_size: 1, page: 2 })).results.map((one) => one.id)).toEqual([ids[2]]);
    const wrong = await attempt("listReports", { token: scene.admin.token, query: { status: "new" } });
    expect(wrong.status).toBe(400);
  });
});

describe("updateReport", () => {
  test("dismisses a report, with a note, once", async () => {
    const scene = await setScene();
    const { id } = (await report(scene.ann, scene)).body;
    expect((await close(scene.ann, id, "dismiss")).status).toBe(403);
    const { body } = await close(scene.admin, id, "dismiss", "Not so bad");
    expect(body).toMatchObject({ status: "closed", action: "dismiss", note: "Not so bad" });
    expect(body.closed_by).toMatchObject({ id: scene.admin.id, email: scene.admin.email });
    const other = await newAdministrator();
    expect(await close(other, id, "dismiss", "Really")).toMatchObject({
      status: 200,
      body: { ...body, closed_by: { id: scene.admin.id, email: null } },
    });
    expect((await close(other, id, "remove_message")).status).toBe(409);
    expect(await find(other, id)).toBeUndefined();
    expect(await find(scene.admin, id, "closed")).toEqual(body);
    const params = { room_id: scene.roomId, message_id: scene.messageId };
    const message = await call("getMessage", { token: scene.ann.token, params });
    expect(message.content).toBe("Something bad");
  });

  test("removes the message, publishes it to the room, and its author may not restore it", async () => {
    const scene = await setScene();
    const socket = await connect(scene.ann);
    const { id } = (await report(scene.ann, scene)).body;
    const { status, body } = await close(scene.admin, id, "remove_message");
    expect([status, body.action]).toEqual([200, "remove_message"]);
    expect(await socket.next("message_deleted")).toMatchObject({
      room_id: scene.roomId,
      message_id: scene.messageId,
    });
    expect((await close(scene.admin, id, "remove_message")).status).toBe(200);
    const params = { room_id: scene.roomId, message_id: scene.messageId };
    const message = await call("getMessage", { token: scene.ben.token, params });
    expect(message).toMatchObject({ is_deleted: true, content: "" });
    const restored = await attempt("restoreMessage", { token: scene.ben.token, params });
    expect(restored.status).toBe(403);
    expect((await find(scene.admin, id, "closed"))?.message?.content).toBe("Something bad");
    await socket.close();
  });

  test("removes for good: no admin of the room restores it, nor its author, who deleted it before", async () => {
    const { ann, ben, admin, roomId } = await setScene();
    for (const room_id of [roomId, await directRoom(ann, ben)]) {
      const { id: messageId } = await say(ann, room_id, "Something bad");
      const params = { room_id, message_id: messageId };
      const { body } = await report(ben, { roomId: room_id, messageId });
      // In the group, the author is its admin, so the administrator comes first.
      if (room_id !== roomId) await call("deleteMessage", { token: ann.token, params });
      expect((await close(admin, body.id, "remove_message")).status).toBe(200);
      for (const { token } of [ann, ben])
        expect(await attempt("restoreMessage", { token, params })).toMatchObject({ status: 403 });
      await call("deleteMessage", { token: ann.token, params });
      expect((await attempt("restoreMessage", { token: ann.token, params })).status).toBe(403);
      const message = await call("getMessage", { token: ben.token, params });
      expect(message).toMatchObject({ is_deleted: true, content: "" });
    }
  });

  test("removes from a direct room too, and closes the report if the message or its room is deleted", async () => {
    const scene = await setScene();
    const roomId = await directRoom(scene.ann, scene.ben);
    const [one, two] = [await say(scene.ben, roomId, "one"), await say(scene.ben, roomId, "two")];
    const reports: string[] = [];
    for (const { id } of [one, two])
      reports.push((await report(scene.ann, { roomId, messageId: id })).body.id);
    const params = { room_id: roomId, message_id: one.id };
    expect((await close(scene.admin, reports[0] ?? "", "remove_message")).status).toBe(200);
    expect((await call("getMessage", { token: scene.ann.token, params })).is_deleted).toBe(true);
    await call("deleteRoom", { token: scene.ann.token, params: { room_id: roomId } });
    expect((await close(scene.admin, reports[1] ?? "", "remove_message")).status).toBe(200);
  });

  test("concurrently in two ways: the change that got a 200 is the one that was made", async () => {
    const { ann, ben, admin, roomId } = await setScene();
    for (let round = 0; round < 5; round += 1) {
      const { id } = await say(ben, roomId, "Something bad");
      const { body } = await report(ann, { roomId, messageId: id });
      const actions = ["remove_message", "dismiss"] as const;
      const answers = await Promise.all(actions.map((action) => close(admin, body.id, action)));
      const done = actions.filter((_, at) => answers[at]?.status === 200);
      expect(done).toHaveLength(1);
      expect(answers.find(({ status }) => status !== 200)).toMatchObject({ status: 409 });
      expect((await find(admin, body.id, "closed"))?.action).toBe(done[0]);
      const params = { room_id: roomId, message_id: id };
      const { is_deleted } = await call("getMessage", { token: ann.token, params });
      expect(is_deleted).toBe(done[0] === "remove_message");
    }
  });

  test("answers 404 for an unknown report, and 400 for an unknown action", async () => {
    const scene = await setScene();
    expect((await close(scene.admin, randomUUID(), "dismiss")).status).toBe(404);
    expect((await close(scene.admin, randomUUID(), "ban")).status).toBe(400);
  });
});
