import { describe, expect, test } from "vitest";
import { conditionExpression, updateExpression } from "../support/internals.ts";

describe("updateExpression", () => {
  test("sets attributes, and removes those that are null", () => {
    expect(updateExpression({ set: { name: "Ann", bio: null, role: undefined } })).toEqual({
      UpdateExpression: "SET #name = :name REMOVE #bio",
      ExpressionAttributeNames: { "#name": "name", "#bio": "bio" },
      ExpressionAttributeValues: { ":name": "Ann" },
    });
  });

  test("keeps values that are false, zero or empty", () => {
    const { ExpressionAttributeValues } = updateExpression({ set: { used: false, seq: 0, content: "" } });
    expect(ExpressionAttributeValues).toEqual({ ":used": false, ":seq": 0, ":content": "" });
  });

  test("leaves out names and values if there are none", () => {
    expect(Object.keys(updateExpression({ remove: ["expires_at"] }))).toEqual([
      "UpdateExpression",
      "ExpressionAttributeNames",
    ]);
    expect(Object.keys(conditionExpression("attribute_not_exists(pk)"))).toEqual(["ConditionExpression"]);
  });

  test("writes all four clauses in one expression", () => {
    const update = updateExpression({
      set: { content: "Hello" },
      compute: { version: "if_not_exists(version, :none) + :one" },
      remove: ["pinned_at", "attachment"],
      add: { edits: 1 },
      delete: { reactions: new Set(["👍"]) },
      values: { none: 0, one: 1 },
    });
    expect(update.UpdateExpression).toBe(
      "SET #content = :content, #version = if_not_exists(version, :none) + :one REMOVE #pinned_at, #attachment ADD #edits :edits DELETE #reactions :reactions",
    );
    expect(update.ExpressionAttributeValues).toEqual({
      ":content": "Hello",
      ":edits": 1,
      ":reactions": new Set(["👍"]),
      ":none": 0,
      ":one": 1,
    });
  });

  test("adds and deletes no empty sets", () => {
    const update = updateExpression({
      set: { read_at: 1 },
      add: { read_ahead: new Set<number>() },
      delete: { block_ahead: new Set<number>() },
    });
    expect(update.UpdateExpression).toBe("SET #read_at = :read_at");
    expect(update.ExpressionAttributeValues).toEqual({ ":read_at": 1 });
  });

  test("takes paths with names that are data", () => {
    expect(
      updateExpression({
        set: { "members.#user.role": "admin" },
        condition: "attribute_exists(members.#user)",
        names: { user: "issuer|a.b" },
      }),
    ).toEqual({
      UpdateExpression: "SET #members.#user.#role = :members_user_role",
      ConditionExpression: "attribute_exists(members.#user)",
      ExpressionAttributeNames: { "#members": "members", "#user": "issuer|a.b", "#role": "role" },
      ExpressionAttributeValues: { ":members_user_role": "admin" },
    });
  });

  test("joins clauses of a condition, which may name new values and reserved words", () => {
    expect(
      updateExpression({
        set: { seq: 5 },
        condition: ["#status <> :deleted", "(attribute_not_exists(seq) OR seq < :seq)"],
        values: { deleted: "deleted", limit: undefined },
      }),
    ).toEqual({
      UpdateExpression: "SET #seq = :seq",
      ConditionExpression: "#status <> :deleted AND (attribute_not_exists(seq) OR seq < :seq)",
      ExpressionAttributeNames: { "#seq": "seq", "#status": "status" },
      ExpressionAttributeValues: { ":seq": 5, ":deleted": "deleted" },
    });
  });

  test("throws if it changes nothing", () => {
    expect(() => updateExpression({ set: { bio: undefined }, condition: "attribute_exists(pk)" })).toThrow(
      "The update changes nothing.",
    );
  });

  test("throws if a value is defined twice", () => {
    expect(() => updateExpression({ set: { seq: 5 }, values: { seq: 4 } })).toThrow(
      "The update defines :seq twice.",
    );
    expect(() => updateExpression({ set: { a_b: 1, "a.b": 2 } })).toThrow("The update defines :a_b twice.");
  });
});

test("conditionExpression names what its clauses use", () => {
  expect(conditionExpression(["rebuilt = :at", "attribute_not_exists(#read)"], { at: 1 })).toEqual({
    ConditionExpression: "rebuilt = :at AND attribute_not_exists(#read)",
    ExpressionAttributeNames: { "#read": "read" },
    ExpressionAttributeValues: { ":at": 1 },
  });
});
