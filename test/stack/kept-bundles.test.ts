import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keptBundles } from "../../lib/kept-bundles.ts";

let root: string;
let cache: string;
let made: number;
/** Milliseconds by which the caller's clock is ahead of the files' clock. */
let ahead: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "parley-kept-"));
  cache = join(root, "node_modules", ".cache", "parley");
  made = 0;
  // Sources that have just been changed are not trusted.
  ahead = 60_000;
  mkdirSync(join(root, "functions"));
  writeFileSync(join(root, "functions", "rooms.ts"), "one");
  writeFileSync(join(root, "package.json"), "{}");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Asks for the bundle. Its only file holds the text of its source. */
async function ask(name = "rooms"): Promise<{ readonly folder: string; readonly text: string }> {
  const bundles = keptBundles(root, cache, () => Date.now() + ahead);
  const folder = await bundles.folderOf(name, async () => {
    made += 1;
    const source = readFileSync(join(root, "functions", "rooms.ts"));
    return { files: new Map([[`${name}.mjs`, source]]), inputs: ["functions/rooms.ts"] };
  });
  return { folder, text: readFileSync(join(folder, `${name}.mjs`), "utf8") };
}

test("a bundle is made once, as long as its sources stay the same", async () => {
  const first = await ask();
  expect(await ask()).toEqual(first);
  expect(made).toBe(1);
  await ask("room");
  expect(made).toBe(2);
  // The longer name is not taken for an old state of the shorter one.
  expect(await ask()).toEqual(first);
  expect(made).toBe(2);
});

test("a source of the same size and time with another text makes another bundle", async () => {
  expect((await ask()).text).toBe("one");
  const source = join(root, "functions", "rooms.ts");
  const long = new Date(1_000_000_000_000);
  writeFileSync(source, "two");
  utimesSync(source, long, long);
  expect((await ask()).text).toBe("two");
  expect(made).toBe(2);
});

test("a source that is changed while it is bundled is bundled again", async () => {
  ahead = 0;
  writeFileSync(join(root, "functions", "rooms.ts"), "new");
  expect((await ask()).text).toBe("new");
  expect((await ask()).text).toBe("new");
  expect(made).toBe(2);
});

test("packages that were installed since then make another bundle", async () => {
  await ask();
  writeFileSync(join(root, "node_modules", ".package-lock.json"), "{}");
  await ask();
  expect(made).toBe(2);
});

test("a bundle that lost a file, or that was never finished, is made again", async () => {
  const { folder } = await ask();
  rmSync(join(folder, "rooms.mjs"));
  expect((await ask()).text).toBe("one");
  for (const unreadable of ["{", "{}", "null", '{"folder":"rooms","files":1,"stamps":null}']) {
    writeFileSync(join(cache, "rooms.json"), unreadable);
    expect((await ask()).text).toBe("one");
  }
  expect(made).toBe(6);
});

test("an old bundle that another run may still copy is kept for an hour, and removed after that", async () => {
  const hour = 3_600_000;
  const first = await ask();
  // The bundle was current for a long time, and has only now become old.
  ahead += 24 * hour;
  writeFileSync(join(root, "functions", "rooms.ts"), "two");
  await ask();
  expect(existsSync(first.folder)).toBe(true);
  ahead += 2 * hour;
  writeFileSync(join(root, "functions", "rooms.ts"), "three");
  await ask();
  expect(existsSync(first.folder)).toBe(false);
});

test("if nothing can be kept, each run makes its own", async () => {
  // A file takes the place of the folder: not even an administrator can create one there.
  writeFileSync(join(root, "node_modules"), "");
  expect((await ask()).text).toBe("one");
  expect((await ask()).text).toBe("one");
  expect(made).toBe(2);
});
