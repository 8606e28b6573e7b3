import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findFreePort } from "../free-port.ts";
import type { Log } from "../store.ts";

/**
 * The port of the last start with this data directory, if it is free. It is part of the issuer's
 * address, so tokens stay valid over restarts only while it stays the same.
 */
export async function choosePort(dataDir: string, log: Log): Promise<number> {
  const file = join(dataDir, "aws-port");
  const last = readPort(file);
  const port = await findFreePort(last);
  if (last !== 0 && port !== last) {
    log(
      `port ${last}, which served the user pool so far, is taken: tokens issued until now name it as their issuer ` +
        "and are refused, so users have to log in or refresh again",
    );
  }
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, String(port));
  return port;
}

function readPort(file: string): number {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10) || 0;
  } catch {
    return 0;
  }
}
