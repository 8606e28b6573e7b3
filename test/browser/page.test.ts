import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../support/background.ts";
import { call } from "../support/contract-client.ts";
import { createUpload, png } from "../support/files.ts";
import { directRoom, password, type TestUser, two } from "../support/people.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runner-process.ts";
import { setTarget } from "../support/target.ts";
import { startBrowser } from "./browser.ts";
import { type PageServer, servePage } from "./page-server.ts";

let allowed: PageServer;
let stranger: PageServer;
let runner: RunnerProcess;
let browser: Browser;
let ann: TestUser;
let ben: TestUser;
let roomId: string;
const closers: (() => unknown)[] = [];

// A runner of its own, which allows one origin alone.
beforeAll(async () => {
  browser = await startBrowser();
  closers.push(() => browser.close());
  [allowed, stranger] = [await servePage(), await servePage()];
  closers.push(allowed.close, stranger.close);
  runner = await startRunnerProcess("--fresh", "--quiet", "-c", `corsOrigins=${allowed.origin}`);
  closers.push(runner.stop);
  setTarget(runner.ready);
  [ann, ben] = await two();
  roomId = await directRoom(ann, ben);
});
afterAll(async () => {
  for (const close of closers) await close();
});

/** Opens the client in a window of its own, from this origin. */
async function openPage({ origin }: PageServer): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  const { httpUrl, webSocketUrl } = runner.ready;
  const query = new URLSearchParams({ http: httpUrl, socket: webSocketUrl, room: roomId });
  await page.goto(`${origin}/?${query}`);
  return page;
}

/** Presses a button, and returns the outcome. */
async function press(page: Page, name: string): Promise<string> {
  const status = page.getByRole("status");
  // Clears the outcome of the press before.
  await status.evaluate((element: object) => Reflect.set(element, "textContent", ""));
  await page.getByRole("button", { name }).click();
  let text = "";
  await until(async () => {
    text = (await status.textContent()) ?? "";
    return /^(?:done|failed: .*)$/.test(text);
  }, `${name} has ended`);
  return text;
}

async function logIn(page: Page, user: TestUser): Promise<string> {
  await page.getByLabel("E-mail").fill(user.email);
  await page.getByLabel("Password").fill(password);
  return press(page, "Log in");
}

async function chatting(user: TestUser): Promise<Page> {
  const page = await openPage(allowed);
  expect(await logIn(page, user)).toBe("done");
  return page;
}

function file(name: string, mimeType: string, buffer: Buffer) {
  return { name, mimeType, buffer };
}

async function sendText(page: Page, text: string): Promise<string> {
  await page.getByLabel("Message").fill(text);
  return press(page, "Send");
}

async function sendFile(page: Page, sent: ReturnType<typeof file>): Promise<string> {
  await page.getByLabel("File").setInputFiles(sent);
  return press(page, "Send");
}

async function usePicture(page: Page): Promise<string> {
  await page.getByLabel("Picture of me").setInputFiles(file("me.png", "image/png", png));
  return press(page, "Use picture");
}

/** Returns the width of a picture that the page has loaded; 0 if it could not. */
async function widthOf(page: Page, name: string): Promise<unknown> {
  const image = page.getByRole("img", { name, exact: true }).last();
  await image.waitFor({ state: "attached" });
  const fact = (name: string) => image.evaluate((element: object, key) => Reflect.get(element, key), name);
  await until(async () => (await fact("complete")) === true, `${name} is loaded, or can't be`);
  return fact("naturalWidth");
}

describe("a page of another origin, which has logged in and opened a socket", () => {
  let one: Page;
  let other: Page;
  beforeAll(async () => {
    [one, other] = [await chatting(ann), await chatting(ben)];
  });

  test("sends a picture that the other's page shows", async () => {
    expect(await sendFile(one, file("dot.png", "image/png", png))).toBe("done");
    expect(await widthOf(other, "dot.png")).toBe(1);
    expect(await widthOf(one, "dot.png")).toBe(1);
  });

  test("shows a user's picture, which was uploaded in a page", async () => {
    expect(await usePicture(one)).toBe("done");
    expect(await sendText(one, "Hello")).toBe("done");
    await other.getByText("Hello").waitFor();
    expect(await widthOf(other, ann.username)).toBe(1);
  });

  test("saves a file under its name, and runs no code in it", async () => {
    const text = Buffer.from("<html><script>document.title = 'run'</script></html>");
    expect(await sendFile(one, file("Befund Ü (1).txt", "text/plain", text))).toBe("done");
    const saving = other.waitForEvent("download");
    await other.getByRole("link", { name: "Befund Ü (1).txt" }).click();
    const download = await saving;
    expect(download.suggestedFilename()).toBe("Befund Ü (1).txt");
    expect(readFileSync(await download.path()).equals(text)).toBe(true);
    expect(await other.title()).toBe("A small client");
  });

  test("shows that a picture which is HTML is refused, and no member gets it", async () => {
    const html = Buffer.from("<html><script>alert(1)</script></html>");
    const before = await other.getByRole("listitem").count();
    expect(await sendFile(one, file("dot.png", "image/png", html))).toMatch(/^failed: The file is refused/);
    expect(await sendText(one, "After it")).toBe("done");
    await other.getByText("After it").waitFor();
    expect(await other.getByRole("listitem").count()).toBe(before + 1);
  });
});

describe("a page of an origin that is not allowed", () => {
  test("reads no answer of the API, and passes no preflight", async () => {
    const page = await openPage(stranger);
    const problems: string[] = [];
    page.on("console", (line) => problems.push(line.text()));
    expect(await logIn(page, ann)).toBe("failed: Failed to fetch");
    expect(problems.join("\n")).toContain("blocked by CORS policy");
  });

  test("uploads nothing to the bucket, even with a URL that was signed for another", async () => {
    const [page, other] = [await openPage(stranger), await openPage(allowed)];
    const { upload } = await createUpload(ann, roomId);
    // As text, since what runs in the page knows other globals than a test does.
    const put = `fetch(${JSON.stringify(upload.url)}, {
      method: "PUT",
      headers: ${JSON.stringify(upload.headers)},
      body: Uint8Array.from(${JSON.stringify([...png])}),
    }).then(({ status }) => status, (error) => error.message)`;
    expect(await page.evaluate(put)).toBe("Failed to fetch");
    expect(await other.evaluate(put)).toBe(200);
  });

  test("may show a picture, which is public to every client with its address", async () => {
    expect(await usePicture(await chatting(ann))).toBe("done");
    const { profile_picture } = await call("getProfile", { token: ann.token });
    const page = await openPage(stranger);
    const load = `new Promise((resolve) => {
      const image = new Image();
      image.onload = image.onerror = () => resolve(image.naturalWidth);
      image.src = ${JSON.stringify(profile_picture)};
    })`;
    expect(await page.evaluate(load)).toBe(1);
  });
});
