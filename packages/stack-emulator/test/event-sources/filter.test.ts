import { describe, expect, test } from "vitest";
import { compileFilter } from "../../src/event-sources/filter.ts";

const matches = (pattern: unknown, value: unknown) => compileFilter(pattern, { numeric: true })(value);

describe("filters", () => {
  test.each<[string, unknown, unknown[], unknown[]]>([
    [
      "equals",
      { a: ["x", 1, null] },
      [{ a: "x" }, { a: 1 }, { a: null }, { a: ["y", "x"] }],
      [{ a: "X" }, { a: "1" }, {}],
    ],
    ["true and false", { a: [true] }, [{ a: true }], [{ a: "true" }, { a: false }]],
    ["empty text", { a: [""] }, [{ a: "" }], [{ a: null }, {}]],
    [
      "equals, ignoring case",
      { a: [{ "equals-ignore-case": "AbC" }] },
      [{ a: "aBc" }],
      [{ a: "abd" }, { a: 1 }],
    ],
    [
      "and",
      { a: ["x"], b: { c: ["y"] } },
      [{ a: "x", b: { c: "y" } }],
      [{ a: "x" }, { a: "x", b: { c: "z" } }],
    ],
    ["or of fields", { $or: [{ a: ["x"] }, { b: ["y"] }] }, [{ a: "x" }, { b: "y" }], [{ a: "y", b: "x" }]],
    [
      "anything but",
      { a: [{ "anything-but": ["x", 1] }] },
      [{ a: "y" }, { a: 2 }],
      [{ a: "x" }, { a: 1 }, {}],
    ],
    ["numeric equals", { a: [{ numeric: ["=", 3] }] }, [{ a: 3 }], [{ a: "3" }, { a: 4 }]],
    [
      "numeric range",
      { a: [{ numeric: [">", 10, "<=", 20] }] },
      [{ a: 11 }, { a: 20 }],
      [{ a: 10 }, { a: 21 }],
    ],
    [
      "exists",
      { a: { b: [{ exists: true }] } },
      [{ a: { b: null } }, { a: { b: 0 } }],
      [{ a: {} }, {}, { a: { b: { c: 1 } } }],
    ],
    ["does not exist", { a: [{ exists: false }] }, [{}, { b: 1 }], [{ a: 1 }, { a: null }]],
    [
      "prefix and suffix",
      { a: [{ prefix: "us-" }, { suffix: ".png" }] },
      [{ a: "us-1" }, { a: "x.png" }],
      [{ a: "eu" }, { a: 1 }],
    ],
    [
      "members of a list",
      { L: { S: ["Sales"] } },
      [{ L: [{ S: "IT" }, { S: "Sales" }] }],
      [{ L: [{ S: "IT" }] }, { L: [] }],
    ],
  ])("%s", (_, pattern, accepted, refused) => {
    for (const value of accepted) expect([value, matches(pattern, value)]).toEqual([value, true]);
    for (const value of refused) expect([value, matches(pattern, value)]).toEqual([value, false]);
  });

  test.each<[string, unknown]>([
    ["an operator that Lambda lacks", { a: [{ wildcard: "a*" }] }],
    ["a value that stands in no list", { a: "x" }],
    ["an empty list", { a: [] }],
    ["an empty pattern", {}],
    ["two operators at once", { a: [{ prefix: "a", suffix: "b" }] }],
    ["half a comparison", { a: [{ numeric: [">"] }] }],
    ["a prefix that is no text", { a: [{ prefix: 1 }] }],
    ["an or of one", { $or: [{ a: ["x"] }] }],
  ])("refuses %s", (_, pattern) => {
    expect(() => compileFilter(pattern, { numeric: true })).toThrow(/the pattern/);
  });

  test("refuses numeric operators for DynamoDB, whose numbers are text", () => {
    expect(() => compileFilter({ N: [{ numeric: [">", 1] }] }, { numeric: false })).toThrow(
      /numbers are text/,
    );
  });
});
