import { marshall } from "@aws-sdk/util-dynamodb";
import { describe, expect, test } from "vitest";
import { followedChanges, mayBeFollowed } from "../../lib/followed-changes.ts";
import { compileFilter } from "../../packages/stack-emulator/src/event-sources/filter.ts";
import { keys } from "../support/internals.ts";

const filters = followedChanges.map((pattern) => compileFilter(pattern, { numeric: false }));

/** Whether a change of an item, as a stream of AWS tells of it, gets to the function. */
function passes(key: { pk: string; sk: string }, before?: object, after?: object): boolean {
  const record = {
    dynamodb: {
      Keys: marshall(key),
      ...(before && { OldImage: marshall({ ...key, ...before }) }),
      ...(after && { NewImage: marshall({ ...key, ...after }) }),
    },
  };
  return filters.some((filter) => filter(record));
}

const active = { status: "active", seq: 1 };
const deleted = { status: "deleted", seq: 1 };

describe("the changes that are followed", () => {
  test("are a room's deletion, once", () => {
    expect(passes(keys.head("r"), active, deleted)).toBe(true);
    expect(passes(keys.head("r"), { status: "archived" }, deleted)).toBe(true);
    expect(passes(keys.head("r"), deleted, { ...deleted, rev: 1 })).toBe(false);
  });

  test("are the end of a membership", () => {
    expect(passes(keys.membership("r", "u"), { role: "member" })).toBe(true);
  });

  test("are the begin of a membership, of a contact and of a notification, and none of their changes", () => {
    for (const key of [keys.membership("r", "u"), keys.contact("u", "v"), keys.notification("u", "1-n")]) {
      expect(passes(key, undefined, { read_seq: 1 }), key.sk).toBe(true);
      expect(passes(key, { read_seq: 1 }, { read_seq: 2 }), key.sk).toBe(false);
    }
    expect(passes(keys.contact("u", "v"), { nickname: "Ann" })).toBe(false);
    expect(passes(keys.notification("u", "1-n"), { type: "mention" })).toBe(false);
  });

  test("are not a room's creation, what a send changes besides, or a reopening", () => {
    expect(passes(keys.head("r"), undefined, active)).toBe(false);
    expect(passes(keys.head("r"), active, { ...active, seq: 2 })).toBe(false);
    expect(passes(keys.head("r"), deleted, { ...active, floor: 1 })).toBe(false);
  });

  test("are a profile that is made or changed", () => {
    expect(passes(keys.profile("u"), undefined, { username: "ann" })).toBe(true);
    expect(passes(keys.profile("u"), { username: "ann" }, { username: "ann", bio: "Here" })).toBe(true);
  });

  test("are a message that is sent or changed, or is gone", () => {
    expect(passes(keys.message("r", 1), undefined, { content: "Hello" })).toBe(true);
    expect(passes(keys.message("r", 1), { content: "Hello" }, { content: "Hi", edits: 1 })).toBe(true);
    expect(passes(keys.message("r", 1), { content: "Hello" })).toBe(true);
  });

  test("are an upload that is gone, and not one that begins, is sent or goes with its message", () => {
    const upload = { name: "dot.png", expires_at: 1 };
    expect(passes(keys.file("f"), upload)).toBe(true);
    expect(passes(keys.file("f"), { ...upload, seq: 1 })).toBe(true);
    expect(passes(keys.file("f"), undefined, upload)).toBe(false);
    expect(passes(keys.file("f"), upload, { ...upload, seq: 1 })).toBe(false);
    expect(passes(keys.file("f"), upload, { name: "dot.png", seq: 1 })).toBe(false);
    expect(passes(keys.file("f"), { name: "dot.png", seq: 1 })).toBe(false);
  });

  test("are the upload of a picture that is over, and not one that begins or is used", () => {
    const upload = { size: 1, expires_at: 1 };
    expect(passes(keys.avatar("a"), upload)).toBe(true);
    expect(passes(keys.avatar("a"), { ...upload, used: true })).toBe(true);
    expect(passes(keys.avatar("a"), undefined, upload)).toBe(false);
    expect(passes(keys.avatar("a"), upload, { ...upload, used: true })).toBe(false);
  });

  test("are among those that a redrive takes from the stream", () => {
    for (const [key, before] of [
      [keys.head("r"), active],
      [keys.membership("r", "u"), {}],
      [keys.profile("u"), undefined],
      [keys.message("r", 1), undefined],
      [keys.file("f"), { expires_at: 1 }],
      [keys.contact("u", "v"), undefined],
      [keys.notification("u", "1-n"), undefined],
      [keys.avatar("a"), { expires_at: 1 }],
    ] as const)
      expect(mayBeFollowed(key.sk, before), key.sk).toBe(true);
    expect(mayBeFollowed(keys.file("f").sk, { seq: 1 })).toBe(false);
    expect(mayBeFollowed(keys.presence("u").sk, {})).toBe(false);
  });

  test("are those of no other item, whatever happens to it", () => {
    const others = [
      keys.roster("r", 0),
      keys.typing("r", "u"),
      keys.presence("u"),
      keys.block("u", "v"),
      keys.noticed("u"),
      keys.directory("u"),
      keys.report("x"),
      keys.session("u", "c"),
      keys.details("r"),
      keys.listing("r"),
    ];
    for (const key of others) {
      expect(passes(key, undefined, deleted), key.sk).toBe(false);
      expect(passes(key, active, deleted), key.sk).toBe(false);
      expect(passes(key, active), key.sk).toBe(false);
    }
  });
});
