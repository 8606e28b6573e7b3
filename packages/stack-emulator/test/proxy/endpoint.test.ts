import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listen, stopListening } from "../../src/listen.ts";
import { openEndpoint } from "../../src/proxy/endpoint.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "stack-emulator-endpoint-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const status = async (port: number) => (await fetch(`http://127.0.0.1:${port}`)).status;

test("the port is held while the services start, and answers with 503 until they are there", async () => {
  const endpoint = await openEndpoint(undefined, () => {});
  await expect(listen(createServer(), endpoint.port)).rejects.toThrow("is in use");
  expect(await status(endpoint.port)).toBe(503);
  endpoint.serve((_incoming, outgoing) => void outgoing.writeHead(204).end());
  expect(await status(endpoint.port)).toBe(204);
  await endpoint.close();
  await expect(status(endpoint.port)).rejects.toThrow();
});

test("a start takes the port of the last one; if it is taken, another, and says what follows", async () => {
  const said: string[] = [];
  const first = await openEndpoint(dataDir, (line) => said.push(line));
  await first.close();
  const second = await openEndpoint(dataDir, (line) => said.push(line));
  expect(second.port).toBe(first.port);
  await second.close();
  expect(said).toEqual([]);

  const other = createServer();
  await listen(other, first.port);
  const third = await openEndpoint(dataDir, (line) => said.push(line));
  expect(third.port).not.toBe(first.port);
  expect(said).toEqual([expect.stringContaining(`port ${first.port}, which served the user pool so far`)]);
  await third.close();
  await stopListening(other);
});
