import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { afterAll, expect, test } from "vitest";
import { type Clients, startTestAws, type TestAws } from "../support/aws-stack.ts";
import { callsOf, failsWith } from "./fixture.ts";

let aws: TestAws;
let cognito: Clients["cognito"];

afterAll(() => aws.close());

const { signUp, refresh, getUser, newUser, tokensOf } = callsOf(() => ({ aws, cognito }));

test("data, keys and issuer outlive a restart; --fresh keeps nothing", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "stack-emulator-"));
  let blocker: Server | undefined;
  try {
    const start = async () => {
      const started = await startTestAws({ dataDir });
      [aws, cognito] = [started, started.as("Role").cognito];
    };
    await start();
    const address = await newUser();
    const before = await tokensOf(address);
    const { endpoint } = aws;
    await aws.close();

    await start();
    expect(aws.endpoint).toBe(endpoint);
    await getUser(before.access);
    await refresh(before.refresh);
    await failsWith(signUp(address), "UsernameExistsException");
    await aws.close();

    blocker = createServer().listen(Number(new URL(endpoint).port), "127.0.0.1");
    await start();
    expect(aws.endpoint).not.toBe(endpoint);
    expect(aws.lines.join("\n")).toContain("users have to log in or refresh again");
    const { AuthenticationResult: moved } = await refresh(before.refresh);
    expect(decodeJwt(moved?.AccessToken ?? "").iss).toBe(`${aws.endpoint}/${aws.poolId}`);
    await aws.close();

    aws = await startTestAws();
    cognito = aws.as("Role").cognito;
    await failsWith(getUser(before.access), "NotAuthorizedException", "Invalid Access Token");
    await signUp(address);
  } finally {
    blocker?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 60_000);
