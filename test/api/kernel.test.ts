import { describe, expect, inject, test } from "vitest";
import type { Operation } from "../../contract/operation.ts";
import { operations } from "../../contract/operations.ts";
import { attempt, call } from "../support/contract-client.ts";
import { directRoom, newUser } from "../support/people.ts";

const all: Operation[] = Object.values(operations);
const fillPath = (path: string): string =>
  path.replaceAll(/\{\w+\}/g, "00000000-0000-4000-8000-000000000000");
const url = (operation: Operation): URL => new URL(fillPath(operation.path), inject("ready").httpUrl);

describe("who may call", () => {
  for (const operation of all.filter(({ auth }) => auth === "user"))
    test(`${operation.id} refuses a missing token and one that is none`, async () => {
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
      for (const slash of ["", "/"]) {
        const response = await fetch(`${url(operation).href}${slash}`, {
          method: operation.method,
          headers: { "content-type": "application/json" },
          body: "{}",
        });
        expect(response.status).toBe(400);
      }
    });
});

describe("browsers of other origins", () => {
  test("a preflight is answered without a token", async () => {
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
  test("what is not JSON, or not said to be, is refused as such", async () => {
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

  test("a body is read as JSON when nothing says what it is", async () => {
    const ann = await newUser("ann");
    const response = await fetch(new URL("/api/chat/rooms", inject("ready").httpUrl), {
      method: "POST",
      headers: { authorization: `Bearer ${ann.token}`, "content-type": "" },
      body: JSON.stringify({ room_type: "group" }),
    });
    expect([201, 415]).toContain(response.status);
  });

  test("what is nested without end, or no Unicode, is refused and breaks nothing", async () => {
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

  test("a path that is none is said to be none, with the request's id", async () => {
    const ann = await newUser("ann");
    const response = await fetch(new URL("/api/chat/rooms/a/b/c", inject("ready").httpUrl), {
      headers: { authorization: `Bearer ${ann.token}` },
    });
    expect(response.status).toBe(404);
    const problem: unknown = await response.json();
    expect(problem).toMatchObject({ code: "not_found", request_id: expect.stringMatching(/.+/) });
  });
});

describe("lists", () => {
  test("a page or a page size that is none is refused, both at once", async () => {
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
    expect(first.next).toBe(`${inject("ready").httpUrl}/api/chat/rooms/?page_size=2&page=2`);
    const response = await fetch(first.next ?? "", { headers: { authorization: `Bearer ${ann.token}` } });
    const second: unknown = await response.json();
    expect(second).toMatchObject({ count: 3, next: null, results: [{ room_type: "direct" }] });
    const beyond = await call("listRooms", { token: ann.token, query: { page: 9, page_size: 2 } });
    expect(beyond).toMatchObject({ count: 3, next: null, results: [] });
  });
});
