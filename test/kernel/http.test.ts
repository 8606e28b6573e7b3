import { request } from "node:http";
import { describe, expect, test } from "vitest";
import type { Operation } from "../../contract/operation.ts";
import { operations } from "../../contract/operations.ts";
import { attempt, call } from "../support/contract-client.ts";
import { directRoom, newUser } from "../support/people.ts";
import { target } from "../support/target.ts";

const all: Operation[] = Object.values(operations);
function fillPath(path: string): string {
  return path.replaceAll(/\{\w+\}/g, "00000000-0000-4000-8000-000000000000");
}
function url(operation: Operation): URL {
  return new URL(fillPath(operation.path), target().httpUrl);
}

describe("access tokens", () => {
  for (const operation of all.filter(({ auth }) => auth === "user"))
    test(`${operation.id} refuses a request without a token, and one with an invalid token`, async () => {
      for (const headers of [{}, { authorization: "Bearer none" }, { authorization: "Basic abc" }])
        for (const slash of ["", "/"]) {
          const response = await fetch(`${url(operation).href}${slash}`, {
            method: operation.method,
            headers,
          });
          expect(response.status).toBe(401);
        }
    });

  for (const operation of all.filter(({ auth }) => auth === "public"))
    test(`${operation.id} is answered without a token, with and without the last slash`, async () => {
      const body = operation.body && { headers: { "content-type": "application/json" }, body: "{}" };
      for (const slash of ["", "/"]) {
        const response = await fetch(`${url(operation).href}${slash}`, { method: operation.method, ...body });
        // The input is incomplete, or names something that does not exist.
        expect(response.status).toBe(body ? 400 : 404);
      }
    });
});

describe("browsers of other origins", () => {
  test("the gateway answers a preflight without a token", async () => {
    for (const operation of all) {
      const response = await fetch(url(operation), {
        method: "OPTIONS",
        headers: {
          origin: "https://app.example.com",
          "access-control-request-method": operation.method,
          "access-control-request-headers": "authorization,content-type,idempotency-key",
        },
      });
      expect(response.status, operation.id).toBe(204);
      expect(response.headers.get("access-control-allow-origin"), operation.id).toBeTruthy();
      const allowed = response.headers.get("access-control-allow-headers")?.toLowerCase() ?? "";
      for (const header of ["authorization", "content-type", "idempotency-key"])
        expect(allowed).toContain(header);
      expect(response.headers.get("access-control-allow-methods")).toContain(operation.method);
    }
  });
});

describe("bad requests", () => {
  test("a body that is not JSON, or not declared as JSON, is refused with that code", async () => {
    const ann = await newUser("ann");
    const notJson = await attempt("createRoom", { token: ann.token, body: "{" });
    expect(notJson).toMatchObject({ status: 400, body: { code: "invalid_json" } });
    const form = await attempt("createRoom", {
      token: ann.token,
      body: "room_type=group",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(form).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
    const list = await attempt("createRoom", { token: ann.token, body: [] });
    expect(list).toMatchObject({ status: 400, body: { code: "invalid_input" } });
    const large = await attempt("createRoom", {
      token: ann.token,
      body: { room_type: "group", padding: "x".repeat(300_000) },
    });
    expect(large).toMatchObject({ status: 413, body: { code: "too_large" } });
  });

  test("a body without a media type is read as JSON, or refused", async () => {
    const ann = await newUser("ann");
    const response = await fetch(new URL("/api/chat/rooms", target().httpUrl), {
      method: "POST",
      headers: { authorization: `Bearer ${ann.token}`, "content-type": "" },
      body: JSON.stringify({ room_type: "group" }),
    });
    expect([201, 415]).toContain(response.status);
  });

  test("a body that is nested too deep, or holds no valid Unicode, is refused and breaks nothing", async () => {
    const ann = await newUser("ann");
    const deep = `{"room_type":"group","tags":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const nested = await attempt("createRoom", { token: ann.token, body: deep });
    expect(nested).toMatchObject({ status: 400, body: { code: "invalid_json" } });
    const half = await attempt("createRoom", {
      token: ann.token,
      body: '{"room_type":"group","name":"half a pair: \\ud800"}',
    });
    expect(half).toMatchObject({ status: 400, body: { errors: [{ path: "name" }] } });
  });

  test("a field that is missing or of a wrong kind gets a message that says what to send", async () => {
    const { token } = await newUser("ann");
    const problemsOf = async (...[id, input]: Parameters<typeof attempt>) => {
      const { status, problem } = await attempt(id, { token, ...input });
      const found = problem.errors?.map(({ path, message }) => `${path} ${message}`);
      return found ?? { status, problem };
    };
    const room_id = "none";
    expect(await problemsOf("openDirectRoom", { body: {} })).toEqual(["user_id is required"]);
    expect(await problemsOf("openDirectRoom", { body: { user_id: "" } })).toEqual([
      "user_id must not be empty",
    ]);
    const participant_ids = Array<string>(1001).fill("x");
    expect(
      await problemsOf("createRoom", { body: { room_type: "den", participant_ids, tags: "a", name: 5 } }),
    ).toEqual([
      "name must be a string",
      expect.stringMatching(/^room_type must be one of direct, group, /),
      "participant_ids must have at most 1000 items",
      "tags must be a list",
    ]);
    expect(
      await problemsOf("updateNotifications", { params: { room_id }, body: { enabled: "yes" } }),
    ).toEqual(["enabled must be true or false"]);
    expect(await problemsOf("markRoomRead", { params: { room_id }, body: { up_to_seq: 1.5 } })).toEqual([
      "up_to_seq must be a whole number",
    ]);
    expect(await problemsOf("heartbeat", { body: { timestamp: "today" } })).toEqual([
      "timestamp must be a time such as 2026-01-31T09:30:00Z",
    ]);
    expect(await problemsOf("createRoom", { body: [] })).toEqual([" must be an object"]);
  });

  test("the first of many problems are listed, and the others counted", async () => {
    const { token } = await newUser("ann");
    const participant_ids = Array.from({ length: 1000 }, (_, at) => `no-user-${at}`);
    const { problem } = await attempt("createRoom", { token, body: { room_type: "group", participant_ids } });
    expect(problem.errors).toHaveLength(21);
    expect(problem.errors?.[19]?.path).toBe("participant_ids.19");
    expect(problem.errors?.[20]).toEqual({ path: "", message: "and 980 more" });
    expect(problem.detail).toMatch(/^The input is not valid\. participant_ids\.0: .*; and 980 more\.$/);
    expect(problem.detail.length).toBeLessThan(2000);
  });

  test("an unknown path gets a 404 with the request's id", async () => {
    const ann = await newUser("ann");
    const response = await fetch(new URL("/api/chat/rooms/a/b/c", target().httpUrl), {
      headers: { authorization: `Bearer ${ann.token}` },
    });
    expect(response.status).toBe(404);
    const problem: unknown = await response.json();
    expect(problem).toMatchObject({ code: "not_found", request_id: expect.stringMatching(/.+/) });
  });
});

describe("paths", () => {
  /**
   * Returns the status and the problem of a GET of a path as it is written: `fetch` would resolve
   * its dots.
   */
  const getAsWritten = (path: string, token: string) =>
    new Promise<{ status: number | undefined; body: unknown }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      request(target().httpUrl, { path, headers }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) });
      })
        .on("error", reject)
        .end();
    });

  test("an id with a meaning in a URL is still an id", async () => {
    const { token } = await newUser("ann");
    for (const id of ["%20", "%00", "%3Fx", "%23x", "%2e", "%2E%2e", "%25", "%2541", "%5C", "%C3%A9"])
      expect(await getAsWritten(`/api/chat/rooms/${id}`, token), id).toMatchObject({
        status: 403,
        body: { code: "forbidden", detail: "You don't have access to this room" },
      });
    for (const id of ["a%3Fb", "a%23b", "%2e%2e", "%2541"])
      expect(await getAsWritten(`/api/chat/users/${id}/status`, token), id).toMatchObject({
        status: 404,
        body: { detail: expect.not.stringContaining("operations") },
      });
  });

  test("dots in a path lead to no other operation", async () => {
    const { token } = await newUser("ann");
    for (const path of ["rooms/x/%2e%2e/public", "rooms/%2e/public", "rooms/x/../public"])
      expect(await getAsWritten(`/api/chat/${path}`, token), path).toMatchObject({
        status: 404,
        body: { code: "not_found", detail: expect.stringContaining("openapi.json") },
      });
  });

  test("a query beside such an id is read", async () => {
    const { token } = await newUser("ann");
    expect(await getAsWritten("/api/chat/rooms/a%3Fb/messages?page_size=0", token)).toMatchObject({
      status: 400,
      body: { errors: [{ path: "page_size" }] },
    });
  });
});

describe("lists", () => {
  test("an invalid page and an invalid page size are refused, both at once", async () => {
    const ann = await newUser("ann");
    for (const query of [
      { page: 0, page_size: 0 },
      { page: "one", page_size: "-1" },
      { page: 1.5, page_size: 101 },
    ]) {
      const { status, problem } = await attempt("listRooms", { token: ann.token, query });
      expect(status).toBe(400);
      expect(problem.errors?.map((error) => error.path)).toEqual(["page", "page_size"]);
    }
  });

  test("links to further pages are absolute, and keep the last slash and the page size", async () => {
    const ann = await newUser("ann");
    for (const other of await Promise.all([newUser(), newUser(), newUser()])) await directRoom(ann, other);
    const first = await call("listRooms", { token: ann.token, query: { page_size: 2 }, slash: true });
    expect(first).toMatchObject({ count: 3, previous: null });
    expect(first.next).toBe(`${target().httpUrl}/api/chat/rooms/?page_size=2&page=2`);
    const response = await fetch(first.next ?? "", { headers: { authorization: `Bearer ${ann.token}` } });
    const second: unknown = await response.json();
    expect(second).toMatchObject({ count: 3, next: null, results: [{ room_type: "direct" }] });
    const beyond = await call("listRooms", { token: ann.token, query: { page: 9, page_size: 2 } });
    expect(beyond).toMatchObject({ count: 3, next: null, results: [] });
  });
});
