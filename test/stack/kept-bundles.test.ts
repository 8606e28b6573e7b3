import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keptBundles } from "../../lib/kept-bundles.ts";

let root: string;
let cache: string;
let made: number;
/** Milliseconds by which the clock of who asks is ahead of that of the files. */
let ahead: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "parley-kept-"));
  cache = join(root, "node_modules", ".cache", "parley");
  made = 0;
  // Sources that were changed just now are not trusted.
  ahead = 60_000;
  mkdirSync(join(root, "functions"));
  writeFileSync(join(root, "functions", "rooms.ts"), "one");
  writeFileSync(join(root, "package.json"), "{}");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Asks for the bundle, whose only file says what its source says. */
async function ask(name = "rooms"): Promise<{ readonly folder: string; readonly text: string }> {
  const bundles = keptBundles(root, cache, () => Date.now() + ahead);
  const folder = await bundles.folderOf(name, async () => {
    made += 1;
    const source = readFileSync(join(root, "functions", "rooms.ts"));
    return { files: new Map([[`${name}.mjs`, source]]), inputs: ["functions/rooms.ts"] };
  });
  return { folder, text: readFileSync(join(folder, `${name}.mjs`), "utf8") };
}

test("a bundle is made once, for as long as its sources stay as they are", async () => {
  const first = await ask();
  expect(await ask()).toEqual(first);
  expect(made).toBe(1);
  await ask("room");
  expect(made).toBe(2);
  // The longer name is no old state of the shorter one.
  expect(await ask()).toEqual(first);
  expect(made).toBe(2);
});

test("a source of the same size and time that says something else makes another bundle", async () => {
  expect((await ask()).text).toBe("one");
  const source = join(root, "functions", "rooms.ts");
  const long = new Date(1_000_000_000_000);
  writeFileSync(source, "two");
  utimesSync(source, long, long);
  expect((await ask()).text).toBe("two");
  expect(made).toBe(2);
});

test("what was changed while it was bundled is bundled again", async () => {
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

test("what another run may still copy is left alone for an hour, and removed after that", async () => {
  const hour = 3_600_000;
  const first = await ask();
  // It was current for long: that it is not so any more is new.
  ahead += 24 * hour;
  writeFileSync(join(root, "functions", "rooms.ts"), "two");
  await ask();
  expect(existsSync(first.folder)).toBe(true);
  ahead += 2 * hour;
  writeFileSync(join(root, "functions", "rooms.ts"), "three");
  await ask();
  expect(existsSync(first.folder)).toBe(false);
});

test("where nothing can be kept, each run makes its own", async () => {
  // A file where the folder would be: not even an administrator can make one there.
  writeFileSync(join(root, "node_modules"), "");
  expect((await ask()).text).toBe("one");
  expect((await ask()).text).toBe("one");
  expect(made).toBe(2);
});
