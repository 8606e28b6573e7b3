import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { username } from "../../contract/auth.ts";
import { call } from "../support/contract-client.ts";
import { type Issuer, startIssuer } from "../support/issuer.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runner-process.ts";
import { openSocket } from "../support/socket-client.ts";
import { setTarget } from "../support/target.ts";

let issuer: Issuer;
let runner: RunnerProcess;
function sign(claims: Record<string, unknown>): Promise<string> {
  return issuer.sign(claims);
}

beforeAll(async () => {
  issuer = await startIssuer();
  runner = await startRunnerProcess(
    ...["--fresh", "--quiet", "-c", `issuerUrl=${issuer.url}`, "-c", `audience=${issuer.audience}`],
  );
  setTarget(runner.ready);
});
afterAll(async () => {
  await runner.stop();
  issuer.stop();
});

test("a user of the issuer has a profile from the first call on, made of the claims", async () => {
  const token = await sign({
    sub: "auth0|ann",
    email: "Ann@example.com",
    preferred_username: "ann",
    given_name: "Ann",
    family_name: "Lee",
    picture: "https://example.com/ann.png",
  });
  expect(await call("getProfile", { token })).toMatchObject({
    id: "auth0|ann",
    username: "ann",
    email: "ann@example.com",
    full_name: "Ann Lee",
    profile_picture: "https://example.com/ann.png",
  });
});

test("other users find a user after the first call, whatever it is", async () => {
  const ben = await sign({ sub: "ben|1" });
  const first = {
    getUser: (token: string, id: string) => call("getUser", { token, params: { user_id: id } }),
    listRooms: (token: string) => call("listRooms", { token }),
    listContacts: (token: string) => call("listContacts", { token }),
    listNotifications: (token: string) => call("listNotifications", { token }),
    listUnreadMessages: (token: string) => call("listUnreadMessages", { token }),
    getUserStatus: (token: string, id: string) => call("getUserStatus", { token, params: { user_id: id } }),
    createAvatarUpload: (token: string) =>
      call("createAvatarUpload", { token, body: { file_size: 10, media_type: "image/png" } }),
  };
  for (const [sub, send] of Object.entries(first)) {
    await send(await sign({ sub, name: `First ${sub}` }), sub);
    const seen = await call("getUser", { token: ben, params: { user_id: sub } });
    expect(seen.display_name).toBe(`First ${sub}`);
  }
});

test("claims become a profile that a client can send back as it is shown", async () => {
  const claims = {
    preferred_username: `.${"a".repeat(49)}𝒜b`,
    name: "n".repeat(500),
    given_name: " \ud800 ",
    family_name: "  ",
    picture: "javascript:alert(1)",
    email: `${"x".repeat(300)}@e`,
  };
  const profiles = [
    claims,
    { preferred_username: "@@@", email: "no address", picture: `https://example.com/${"p".repeat(1100)}` },
    { nickname: "_-.", name: "" },
    { preferred_username: "½x" },
    { preferred_username: "ﬀ".repeat(50) },
  ];
  for (const [at, odd] of profiles.entries()) {
    const token = await sign({ sub: `odd-${at}`, ...odd });
    const shown = await call("getProfile", { token });
    expect(username().safeParse(shown.username).data).toBe(shown.username);
    expect(shown).toMatchObject({ email: null, profile_picture: null, last_name: null });
    expect(await call("updateProfile", { token, body: shown })).toEqual(shown);
  }
  const shown = await Promise.all(
    profiles.map(async (odd, at) => call("getProfile", { token: await sign({ sub: `odd-${at}`, ...odd }) })),
  );
  expect(shown[0]?.display_name).toBe("n".repeat(100));
  expect(shown[0]?.username).toBe(`${"a".repeat(49)}𝒜`);
  expect(shown.slice(-2).map(({ username }) => username)).toEqual(["x", "ﬀ".repeat(25)]);
});

test("a user's id works in paths, blocks and reactions, whatever characters the issuer puts into it", async () => {
  const subjects = ["ann lee", "https://issuer.example.com/ann?x=1#2", "a".repeat(2000), "..", "Zoë"];
  const ben = await sign({ sub: "ben|1" });
  expect((await call("getProfile", { token: ben })).id).toBe("ben|1");
  const ids = new Set<string>();
  for (const sub of subjects) {
    const token = await sign({ sub });
    const { id } = await call("getProfile", { token });
    ids.add(id);
    expect((await call("getProfile", { token: await sign({ sub }) })).id).toBe(id);
    expect((await call("getUser", { token: ben, params: { user_id: id } })).id).toBe(id);
    const room = await call("openDirectRoom", { token: ben, body: { user_id: id } });
    const params = { room_id: room.id };
    const message = await call("sendMessage", { token: ben, params, body: { content: "Hello" } });
    await call("reactToMessage", {
      token,
      params: { ...params, message_id: message.id },
      body: { emoji: "👍" },
    });
    const { reactions } = await call("getMessage", {
      token: ben,
      params: { ...params, message_id: message.id },
    });
    expect(reactions).toEqual({ "👍": [id] });
    await call("blockContact", { token: ben, params: { contact_id: id } });
    expect((await call("getUser", { token: ben, params: { user_id: id } })).is_online).toBe(false);
    await call("heartbeat", { token, body: {} });
    expect((await call("getUser", { token: ben, params: { user_id: id } })).is_online).toBe(false);
  }
  expect(ids.size).toBe(subjects.length);
});

test("two users who prefer the same username each get one that a mention can name", async () => {
  // Some have the full length. The last one ends in signs alone where it is cut.
  const wanted = ["same", "x".repeat(50), "ﬁ".repeat(25), `${"y".repeat(30)}${"_".repeat(19)}y`];
  for (const preferred_username of wanted) {
    const names = [];
    for (let count = 0; count < 12; count += 1) {
      const token = await sign({ sub: `${count}-${randomUUID()}`, preferred_username });
      names.push((await call("getProfile", { token })).username);
    }
    expect(names[0]).toBe(preferred_username);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(username().safeParse(name).data, name).toBe(name);
  }
});

test("a user without a preferred username gets one that a mention can name", async () => {
  for (let count = 0; count < 12; count += 1) {
    const { username: name } = await call("getProfile", { token: await sign({ sub: randomUUID() }) });
    expect(username().safeParse(name).data, name).toBe(name);
  }
});

test("users of the issuer chat, over HTTP and the socket", async () => {
  const [ann, ben] = await Promise.all(
    ["ann-2", "ben-2"].map((sub) => sign({ sub, preferred_username: sub })),
  );
  if (!ann || !ben) throw new Error("Two tokens were asked for.");
  const socket = await openSocket({ token: ben });
  const { id } = await call("openDirectRoom", { token: ann, body: { user_id: "ben-2" } });
  await call("sendMessage", { token: ann, params: { room_id: id }, body: { content: "Hello" } });
  expect((await socket.next("message")).message).toMatchObject({
    content: "Hello",
    sender: { username: "ann-2" },
  });
  await socket.close();
});

test("the operations of accounts do not exist", async () => {
  const token = await sign({ sub: "ann-3" });
  for (const path of [
    "register",
    "login",
    "refresh",
    "logout",
    "confirm",
    "forgot-password",
    "resend-code",
    "reset-password",
  ]) {
    const response = await fetch(`${runner.ready.httpUrl}/api/auth/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status, path).toBe(404);
  }
});

test("a token for another audience is refused", async () => {
  const response = await fetch(`${runner.ready.httpUrl}/api/auth/profile`, {
    headers: { authorization: `Bearer ${(await sign({ sub: "x" })).slice(0, -4)}AAAA` },
  });
  expect(response.status).toBe(401);
});
