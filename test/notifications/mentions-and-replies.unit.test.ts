import { describe, expect, test } from "vitest";
import { internals } from "../support/internals.ts";

const { listMentionedNames } = await internals.mentionsAndReplies();

function first(content: string): (string | undefined)[] {
  return listMentionedNames(content).map(([name]) => name);
}

describe("the users whom a text mentions", () => {
  test("are named behind an @, in any script, anywhere in the text", () => {
    expect(first("@ann, (@Ben_2)! and\n@cid-lee's")).toEqual(["ann", "Ben_2", "cid-lee"]);
    expect(first("@अ क @Ødegård @山田 @محمد")).toEqual(["अ", "Ødegård", "山田", "محمد"]);
    // As Unicode can also write them: a broad @, and an é of two signs.
    expect(first("＠ann @rene\u0301")).toEqual(["ann", "ren\u00e9"]);
  });

  test("are none in an e-mail address, and in an @ alone", () => {
    expect(first("ann@example.com a.b@c @ @. @- @@ @_ann")).toEqual([]);
    expect(first("@@ann")).toEqual(["ann"]);
  });

  test("may be named up to a sign that ends the sentence", () => {
    expect(listMentionedNames("@ann.lee.")).toEqual([["ann.lee", "ann"]]);
    expect(listMentionedNames("@ann...See @ben-")).toEqual([["ann...See", "ann"], ["ben"]]);
    expect(listMentionedNames(`@a.b.c.d @${"x".repeat(51)}`)).toEqual([["a.b.c.d", "a.b.c", "a.b"], []]);
    expect(listMentionedNames(`@${"a.".repeat(2000)}`)[0]?.[0]).toBe("a.".repeat(25).slice(0, -1));
    // Fifty letters of two units each, and one more.
    expect(first(`@${"𠮷".repeat(50)} @${"𠮷".repeat(51)}`)).toEqual(["𠮷".repeat(50), undefined]);
  });

  test("are twenty at most, each once", () => {
    const names = Array.from({ length: 30 }, (_, at) => `@u${at}`);
    expect(first([...names, ...names].join(" "))).toHaveLength(20);
    expect(first("@ann @ann")).toEqual(["ann"]);
  });
});
