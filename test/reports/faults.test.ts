import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { until } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { injectFault } from "../support/control.ts";
import { cutOff, expectOneHit } from "../support/faults.ts";
import { groupRoom, newAdministrator, newUser, type TestUser, two, untilListed } from "../support/people.ts";

let admin: TestUser;
beforeAll(async () => {
  admin = await newAdministrator();
});

/** Creates a group of ann and ben with a message of ben's. */
async function setScene() {
  const [ann, ben] = await two();
  const room_id = await groupRoom(ann, [ben]);
  const body = { content: "Something bad" };
  const { id } = await call("sendMessage", { token: ben.token, params: { room_id }, body });
  return { ann, ben, params: { room_id, message_id: id } };
}

type Scene = Awaited<ReturnType<typeof setScene>>;

function report({ ann, params }: Scene) {
  return attempt("reportMessage", { token: ann.token, params, body: { reason: "Rude" } });
}
function close(report_id: string, action: "dismiss" | "remove_message") {
  return attempt("updateReport", { token: admin.token, params: { report_id }, body: { action } });
}

async function statusesOf(id: string): Promise<string[]> {
  const pages = await Promise.all(
    ["open", "closed"].map((status) =>
      call("listReports", { token: admin.token, query: { status, page_size: 100 } }),
    ),
  );
  return pages.flatMap(({ results }) => results.filter((one) => one.id === id).map((one) => one.status));
}

afterEach(expectOneHit);

describe("reportMessage", () => {
  test("ends after its write: the repeat finds the report", async () => {
    const scene = await setScene();
    await cutOff(() => report(scene), { action: "PutItem", pk: "REPORT#" });
    const { status, body } = await report(scene);
    expect(status).toBe(200);
    expect(await statusesOf(body.id)).toEqual(["open"]);
  });

  test("loses the answer of its write: there is one report, made just now", async () => {
    const scene = await setScene();
    await injectFault({ kind: "lose", service: "dynamodb", action: "PutItem", pk: "REPORT#" });
    const { status, body } = await report(scene);
    expect(status).toBe(201);
    expect(await statusesOf(body.id)).toEqual(["open"]);
  });
});

describe("updateReport, which removes a message", () => {
  // The writes to the report before the message is removed, to the message, to the room, and the
  // closing of the report.
  const writes = [{ pk: "REPORT#" }, { sk: "MSG#" }, { sk: "HEAD" }, { pk: "REPORT#", nth: 2 }];
  for (const kind of ["crash", "lose"] as const)
    for (const { sk, pk, nth = 1 } of writes)
      test(`${kind} at write ${nth} of ${sk ?? pk}: in the end the message is deleted, and the report closed`, async () => {
        const scene = await setScene();
        const { id } = (await report(scene)).body;
        await injectFault({
          kind,
          service: "dynamodb",
          action: "UpdateItem",
          pk: pk ?? `ROOM#${scene.params.room_id}`,
          ...(sk && { sk }),
          nth,
        });
        expect((await close(id, "remove_message")).status).toBe(kind === "crash" ? 500 : 200);
        expect((await close(id, "dismiss")).status).toBe(409);
        if (kind === "crash") expect((await close(id, "remove_message")).status).toBe(200);
        const message = await call("getMessage", { token: scene.ann.token, params: scene.params });
        expect(message).toMatchObject({ is_deleted: true, content: "" });
        expect(await statusesOf(id)).toEqual(["closed"]);
      });
});

test("a change of the directory whose answer is lost is done once", async () => {
  const ann = await newUser("ann");
  await untilListed(ann, ann);
  await injectFault({
    kind: "lose",
    service: "dynamodb",
    pk: `USER#${ann.id}`,
    sk: "DIRECTORY",
    action: "TransactWriteItems",
  });
  await call("updateProfile", { token: ann.token, body: { display_name: `Lost ${ann.username}` } });
  await until(async () => {
    const query = { q: `lost ${ann.username}` };
    const { results } = await call("searchUsers", { token: ann.token, query });
    return results.map((user) => user.id).join() === ann.id;
  }, "the directory has the new name");
});
