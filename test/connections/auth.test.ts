import { generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import { advanceClock } from "../support/control.ts";
import { newUser, password } from "../support/people.ts";
import { connect, openSocket, type SocketClient } from "../support/socket-client.ts";
import { target } from "../support/target.ts";

interface Claims {
  readonly iss: string;
  readonly client_id: string;
}

function claimsOf(token: string): Claims {
  // Safe: an access token of the runner's own pool.
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Claims;
}

async function refused(query: Record<string, string>, protocols: string[] = []): Promise<void> {
  await expect(openSocket(query, protocols)).rejects.toMatchObject({ status: 401 });
}

describe("a socket is refused before its upgrade", () => {
  test("without a token", async () => {
    await refused({});
    await refused({ token: "" });
    await refused({}, ["parley"]);
  });

  test("with a text that is no token", async () => {
    await refused({ token: "none" });
    await refused({ ticket: "none" });
    await refused({}, ["parley", "none"]);
  });

  test("with a token of another pool, and one for this pool with a foreign signature", async () => {
    const ann = await newUser("ann");
    const claims = claimsOf(ann.token);
    const { privateKey } = await generateKeyPair("RS256");
    const forge = (issuer: string) =>
      new SignJWT({ ...claims, token_use: "access" })
        .setProtectedHeader({ alg: "RS256", kid: "CognitoLocal" })
        .setIssuer(issuer)
        .setSubject(ann.id)
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(privateKey);
    await refused({ token: await forge(claims.iss) });
    await refused({ token: await forge(`${claims.iss}-other`) });
  });

  test("with alg none", async () => {
    const ann = await newUser("ann");
    const token = new UnsecuredJWT({ ...claimsOf(ann.token) })
      .setSubject(ann.id)
      .setIssuedAt()
      .setExpirationTime("1h")
      .encode();
    await refused({ token });
  });

  test("with a ticket that was used, or is over a minute old", async () => {
    const ann = await newUser("ann");
    const { ticket } = await call("createWebSocketTicket", { token: ann.token });
    await (await openSocket({ ticket })).close();
    await refused({ ticket });
    const { ticket: old } = await call("createWebSocketTicket", { token: ann.token });
    await advanceClock(61_000);
    await refused({ ticket: old });
  });

  test("for the id of a room or of a user that cannot exist", async () => {
    const { token } = await newUser("ann");
    await expect(openSocket({ token, room_id: "x".repeat(2100) })).rejects.toMatchObject({ status: 403 });
    await expect(openSocket({ token, user_id: "é".repeat(1100) })).rejects.toMatchObject({ status: 404 });
  });
});

/** Lets time pass for a socket that pings: the gateway closes one that is idle for ten minutes. */
async function passMinutes(minutes: number, socket: SocketClient): Promise<void> {
  for (let passed = 0; passed < minutes; passed += 5) {
    await advanceClock(5 * 60_000);
    expect(await socket.request({ type: "ping" })).toMatchObject({ type: "ack" });
  }
}

/**
 * Advances the clock by seven minutes after 55: past the hour of a token, and less than the ten
 * minutes of an idle connection.
 */
async function outliveToken(socket: SocketClient): Promise<void> {
  await passMinutes(55, socket);
  await advanceClock(7 * 60_000);
}

describe("when the token expires", () => {
  test("the server refuses new sockets, and answers a frame on an open one by token_expired and closes it", async () => {
    const ann = await newUser("ann");
    const socket = await openSocket({ token: ann.token });
    await outliveToken(socket);
    await refused({ token: ann.token });
    const response = await fetch(new URL("/api/chat/rooms", target().httpUrl), {
      headers: { authorization: `Bearer ${ann.token}` },
    });
    expect(response.status).toBe(401);
    socket.send({ type: "ping" });
    expect((await socket.next("error")).error.code).toBe("token_expired");
    await socket.closed;
  });

  test("authenticate extends the connection with a newer token of the same user, and with no other", async () => {
    const [ann, ben] = await Promise.all([newUser("ann"), newUser("ben")]);
    const socket = await openSocket({ token: ann.token });
    await passMinutes(50, socket);
    expect(await socket.request({ type: "authenticate", token: ben.token })).toMatchObject({
      error: { code: "unauthorized" },
    });
    expect(await socket.request({ type: "authenticate", token: "none" })).toMatchObject({
      error: { code: "unauthorized" },
    });
    const { access_token: token } = await call("refresh", { body: { refresh_token: ann.refreshToken } });
    expect(await socket.request({ type: "authenticate", token })).toMatchObject({ type: "ack" });
    await passMinutes(20, socket);
    await socket.close();
  });

  test("a connection that only listens gets token_expired and is closed, instead of going silent", async () => {
    const [ann, ben] = await Promise.all([newUser("ann"), newUser("ben")]);
    const { id } = await call("openDirectRoom", { token: ann.token, body: { user_id: ben.id } });
    const socket = await openSocket({ token: ben.token });
    await outliveToken(socket);
    const again = await call("login", { body: { email: ann.email, password } });
    await call("sendMessage", {
      token: again.access_token,
      params: { room_id: id },
      body: { content: "Hi" },
    });
    expect((await socket.next("error")).error.code).toBe("token_expired");
    await socket.closed;
    expect(socket.events.some((event) => event.type === "message")).toBe(false);
  });
});

describe("connections", () => {
  test("a new connection beyond 20 closes the oldest one", async () => {
    const ann = await newUser("ann");
    const sockets = [];
    for (let at = 0; at < 21; at += 1) sockets.push(await connect(ann));
    await sockets[0]?.closed;
    expect(await sockets[1]?.request({ type: "ping" })).toMatchObject({ type: "ack" });
    await Promise.all(sockets.slice(1).map((socket) => socket.close()));
  });

  test("a user is online while connected, and last_seen is the end of the last connection", async () => {
    const ann = await newUser("ann");
    expect(await call("getProfile", { token: ann.token })).toMatchObject({
      is_online: false,
      last_seen: null,
    });
    const socket = await connect(ann);
    expect(await call("getProfile", { token: ann.token })).toMatchObject({ is_online: true });
    await socket.close();
    await expect
      .poll(async () => (await call("getProfile", { token: ann.token })).is_online, { timeout: 10_000 })
      .toBe(false);
    expect((await call("getProfile", { token: ann.token })).last_seen).not.toBeNull();
  });
});
