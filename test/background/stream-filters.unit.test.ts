import { globSync } from "node:fs";
import { basename, dirname } from "node:path";
import { marshall } from "@aws-sdk/util-dynamodb";
import { compileFilter } from "stack-emulator/event-filter";
import { describe, expect, test } from "vitest";
import {
  eventOf,
  eventPatterns,
  internals,
  type Key,
  keys,
  type StreamEvent,
  streamFilters,
} from "../support/internals.ts";

const filters = streamFilters.map((filter) => compileFilter(filter, { numeric: false }));
const patterns = Object.entries(eventPatterns).map(([event, dynamodb]) => ({
  event,
  matches: compileFilter({ dynamodb }, { numeric: false }),
}));

/** A change of an item, as a record of AWS's stream holds it. */
function recordOf(key: Key, before?: object, after?: object) {
  return {
    dynamodb: {
      Keys: marshall(key),
      ...(before && { OldImage: marshall({ ...key, ...before }) }),
      ...(after && { NewImage: marshall({ ...key, ...after }) }),
    },
  };
}

/**
 * Returns the event that the function takes a change for. Throws unless Lambda sees it so too: by
 * its filters, which pass events alone, and by the patterns, of which one event's matches.
 */
function eventFor(key: Key, before?: object, after?: object): StreamEvent | undefined {
  const record = recordOf(key, before, after);
  const event = eventOf(record.dynamodb);
  const matching = patterns.filter(({ matches }) => matches(record)).map((pattern) => pattern.event);
  expect(matching, `patterns that match a change of ${key.sk}`).toEqual(event ? [event] : []);
  const passes = filters.some((filter) => filter(record));
  expect(passes, `whether Lambda passes a change of ${key.sk}`).toBe(event !== undefined);
  return event;
}

const active = { status: "active", seq: 1 };
const deleted = { status: "deleted", seq: 1 };

describe("a change of the table", () => {
  test("is roomDeleted when a head's status becomes deleted, once", () => {
    expect(eventFor(keys.head("r"), active, deleted)).toBe("roomDeleted");
    expect(eventFor(keys.head("r"), { status: "archived" }, deleted)).toBe("roomDeleted");
    expect(eventFor(keys.head("r"), deleted, { ...deleted, rev: 1 })).toBeUndefined();
  });

  test("is no event when a room is created or opened again, or a send changes its head", () => {
    expect(eventFor(keys.head("r"), undefined, active)).toBeUndefined();
    expect(eventFor(keys.head("r"), active, { ...active, seq: 2 })).toBeUndefined();
    expect(eventFor(keys.head("r"), deleted, { ...active, floor: 1 })).toBeUndefined();
    expect(eventFor(keys.head("r"), deleted)).toBeUndefined();
  });

  test("is memberAdded or memberRemoved when a membership begins or ends, not when it changes", () => {
    expect(eventFor(keys.membership("r", "u"), undefined, { role: "member" })).toBe("memberAdded");
    expect(eventFor(keys.membership("r", "u"), { role: "member" })).toBe("memberRemoved");
    expect(eventFor(keys.membership("r", "u"), { read_seq: 1 }, { read_seq: 2 })).toBeUndefined();
  });

  test("is contactCreated or notificationCreated when the item is created, and no event later", () => {
    for (const [key, created] of [
      [keys.contact("u", "v"), "contactCreated"],
      [keys.notification("u", "1-n"), "notificationCreated"],
    ] as const) {
      expect(eventFor(key, undefined, { type: "mention" })).toBe(created);
      expect(eventFor(key, { type: "mention" }, { type: "mention", read: true })).toBeUndefined();
      expect(eventFor(key, { type: "mention" })).toBeUndefined();
    }
  });

  test("is an event whenever a profile or a message is created, changed or deleted", () => {
    const [ann, here] = [{ username: "ann" }, { username: "ann", bio: "Here" }];
    expect(eventFor(keys.profile("u"), undefined, ann)).toBe("profileCreated");
    expect(eventFor(keys.profile("u"), ann, here)).toBe("profileChanged");
    expect(eventFor(keys.profile("u"), ann)).toBe("profileDeleted");
    const [hello, hi] = [{ content: "Hello" }, { content: "Hi", edits: 1 }];
    expect(eventFor(keys.message("r", 1), undefined, hello)).toBe("messageCreated");
    expect(eventFor(keys.message("r", 1), hello, hi)).toBe("messageChanged");
    expect(eventFor(keys.message("r", 1), hello)).toBe("messagePurged");
  });

  test("is fileDeleted when an upload is deleted that no message kept, and no event before", () => {
    const upload = { name: "dot.png", expires_at: 1 };
    expect(eventFor(keys.file("f"), upload)).toBe("fileDeleted");
    expect(eventFor(keys.file("f"), { ...upload, seq: 1 })).toBe("fileDeleted");
    expect(eventFor(keys.file("f"), undefined, upload)).toBeUndefined();
    expect(eventFor(keys.file("f"), upload, { ...upload, seq: 1 })).toBeUndefined();
    expect(eventFor(keys.file("f"), upload, { name: "dot.png", seq: 1 })).toBeUndefined();
    expect(eventFor(keys.file("f"), { name: "dot.png", seq: 1 })).toBeUndefined();
  });

  test("is avatarDeleted when the upload of a picture is deleted, used or not, and no event before", () => {
    const upload = { size: 1, expires_at: 1 };
    expect(eventFor(keys.avatar("a"), upload)).toBe("avatarDeleted");
    expect(eventFor(keys.avatar("a"), { ...upload, used: true })).toBe("avatarDeleted");
    expect(eventFor(keys.avatar("a"), undefined, upload)).toBeUndefined();
    expect(eventFor(keys.avatar("a"), upload, { ...upload, used: true })).toBeUndefined();
  });

  test("is no event when any other item is created, changed or deleted", () => {
    const others = [
      keys.roster("r", 0),
      keys.typing("r", "u"),
      keys.presence("u"),
      keys.block("u", "v"),
      keys.addedBy("u", "v"),
      keys.readAll("u"),
      keys.directory("u"),
      keys.report("x"),
      keys.session("u", "c"),
      keys.details("r"),
      keys.listing("r"),
    ];
    for (const key of others) {
      expect(eventFor(key, undefined, deleted), key.sk).toBeUndefined();
      expect(eventFor(key, active, deleted), key.sk).toBeUndefined();
      expect(eventFor(key, { ...active, expires_at: 1 }), key.sk).toBeUndefined();
    }
  });
});

describe("the handlers of the stream", () => {
  test("are all in the record that is called", async () => {
    const { streamHandlers } = await internals.stream();
    const called = new Set<unknown>(Object.values(streamHandlers).flat());
    const domains = globSync("functions/*/stream-handlers.ts").map((file) => basename(dirname(file)));
    expect(domains).toContain("rooms");
    for (const domain of domains) {
      const exported: Record<string, object> = await internals.streamHandlers(domain);
      for (const [event, handler] of Object.values(exported).flatMap(Object.entries))
        expect(called.has(handler), `${event} of ${domain} is called`).toBe(true);
    }
  });
});
