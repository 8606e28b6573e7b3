import { afterEach, describe, expect, test } from "vitest";
import { FunctionError } from "../../src/lambda/types.ts";
import { type Served, type ServeOptions, serve } from "../support/serve.ts";

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

async function start(source: string, more: Partial<ServeOptions> = {}): Promise<Served> {
  served = await serve({ functions: { F: source }, resources: {}, ...more });
  return served;
}

const requestId = expect.stringMatching(/^[0-9a-f-]{36}$/);

async function failureOf(
  work: Promise<unknown>,
): Promise<Pick<FunctionError, "kind" | "errorType" | "message">> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FunctionError)) throw new Error(`Expected a FunctionError, got ${String(error)}.`);
  return { kind: error.kind, errorType: error.errorType, message: error.message };
}

test("a function has the environment of its template, a session of its own, and nothing of this machine", async () => {
  process.env.OF_THIS_MACHINE = "secret";
  const { functions } = await start("export const handler = async () => process.env;", {
    functionProperties: { Environment: { Variables: { TABLE_NAME: "T", STAGE: "dev" } }, MemorySize: 512 },
  });
  const environment = await functions.invoke("F", {});
  delete process.env.OF_THIS_MACHINE;
  expect(environment).toMatchObject({
    TABLE_NAME: "T",
    STAGE: "dev",
    AWS_LAMBDA_FUNCTION_NAME: "F",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
    AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1",
  });
  expect(environment).not.toHaveProperty("OF_THIS_MACHINE");
  expect(environment).not.toHaveProperty("HOME");
});

test("a worker keeps its state, its environment is its own, and another starts when it is busy", async () => {
  const { functions } = await start(`
    let count = 0;
    export const handler = async ({ hang }) => {
      process.env.MARK ??= process.env.AWS_ACCESS_KEY_ID;
      if (hang) await new Promise(() => setInterval(() => {}, 1000));
      const key = process.env.AWS_ACCESS_KEY_ID;
      return { count: ++count, isOwn: process.env.MARK === key, key };
    };`);
  // Safe: the function above returns this.
  const first = (await functions.invoke("F", {})) as { key: string };
  expect(await functions.invoke("F", {})).toEqual({ count: 2, isOwn: true, key: first.key });
  const hanging = failureOf(functions.invoke("F", { hang: true }));
  expect(await functions.invoke("F", {})).toEqual({
    count: 1,
    isOwn: true,
    key: expect.not.stringMatching(first.key),
  });
  functions.crash(first.key);
  await hanging;
});

test("no more workers than the cap run; the rest wait their turn", async () => {
  const source = `
    export const handler = async () => {
      const started = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return [process.env.AWS_ACCESS_KEY_ID, started, Date.now()];
    };`;
  const { functions } = await start(source, { concurrency: 2 });
  const results = await Promise.all(Array.from({ length: 12 }, () => functions.invoke("F", {})));
  // Safe: the function above returns this.
  const spans = results as Array<[string, number, number]>;
  expect(new Set(spans.map(([key]) => key)).size).toBeLessThanOrEqual(2);
  for (const [, started] of spans) {
    const running = spans.filter(([, from, to]) => from <= started && started < to);
    expect(running.length).toBeLessThanOrEqual(2);
  }
});

test("the caller behind an access key id is known while it runs", async () => {
  const { functions } = await start(`
    export const handler = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return process.env.AWS_ACCESS_KEY_ID;
    };`);
  const key = String(await functions.invoke("F", {}, { operation: "POST /x" }));
  expect(functions.caller(key)).toMatchObject({
    functionLogicalId: "F",
    roleLogicalId: "FRole",
    operation: "POST /x",
  });
  expect(functions.caller("ASIANOBODY")).toBeUndefined();
});

test("a crash ends the invocation, and the next one finds a fresh worker", async () => {
  const { functions } = await start(`
    let count = 0;
    export const handler = async ({ hang }) => hang ? new Promise(() => setInterval(() => {}, 1000)) : [++count, process.env.AWS_ACCESS_KEY_ID];`);
  // Safe: the function above returns this.
  const [first, key] = (await functions.invoke("F", {})) as [number, string];
  expect(first).toBe(1);
  const hanging = functions.invoke("F", { hang: true });
  functions.crash(key);
  expect(await failureOf(hanging)).toMatchObject({ kind: "crash", errorType: "Runtime.ExitError" });
  // A URL that it has signed is still its own.
  expect(functions.caller(key)).toMatchObject({ functionLogicalId: "F" });
  expect(await functions.invoke("F", {})).toMatchObject([1, expect.not.stringMatching(key)]);
});

test("a function that takes too long is ended, even one that never yields", async () => {
  const { functions } = await start("export const handler = () => { for (;;); };", {
    functionProperties: { Timeout: 1 },
  });
  const failure = await failureOf(functions.invoke("F", {}));
  expect(failure).toMatchObject({ kind: "timeout", errorType: "Sandbox.Timedout" });
  expect(failure.message).toContain("Task timed out after 1.00 seconds");
});

test.each([
  ["throws", `export const handler = () => { throw new RangeError('too far'); };`, "RangeError", "too far"],
  ["rejects", `export const handler = async () => { throw new TypeError('bad'); };`, "TypeError", "bad"],
  [
    "throws outside of it",
    `export const handler = () => new Promise(() => setTimeout(() => { throw new SyntaxError('late'); }));`,
    "SyntaxError",
    "late",
  ],
  ["does not load", `throw new EvalError('broken'); export const handler = 1;`, "EvalError", "broken"],
  [
    "has no handler",
    "export const other = 1;",
    "Runtime.HandlerNotFound",
    "handler is undefined or not exported",
  ],
])("a function that %s is reported by its error", async (_, source, errorType, message) => {
  const { functions } = await start(source);
  expect(await failureOf(functions.invoke("F", {}))).toEqual({ kind: "unhandled", errorType, message });
});

test("what exits is a crash", async () => {
  const { functions } = await start("export const handler = () => process.exit(3);");
  const failure = await failureOf(functions.invoke("F", {}));
  expect(failure).toMatchObject({ kind: "crash", message: expect.stringContaining("exit status 3") });
});

test("more than 6 MB go neither in nor out", async () => {
  const { functions } = await start(`export const handler = async () => 'x'.repeat(7 * 1024 * 1024);`);
  const tooLarge = "x".repeat(7 * 1024 * 1024);
  expect(await failureOf(functions.invoke("F", tooLarge))).toMatchObject({
    errorType: "RequestTooLargeException",
  });
  expect(await failureOf(functions.invoke("F", {}))).toMatchObject({
    errorType: "Function.ResponseSizeTooLarge",
  });
});

test("time inside a function follows the clock", async () => {
  const { functions, clock } = await start(`
    export const handler = async () => ({
      now: Date.now(), constructed: new Date().getTime(), text: Date.parse(Date()), isDate: new Date() instanceof Date,
      parsed: new Date('2024-01-01T00:00:00Z').toISOString(), made: new Date(2024, 0, 1) instanceof Date,
    });`);
  const hours = 3 * 60 * 60 * 1000;
  clock.advance(hours);
  const before = Date.now() + hours;
  const seen = await functions.invoke("F", {});
  const soon = (value: unknown) => Number(value) >= before - 1000 && Number(value) <= Date.now() + hours;
  expect(seen).toMatchObject({ isDate: true, made: true, parsed: "2024-01-01T00:00:00.000Z" });
  // Safe: the function above returns this.
  const { now, constructed, text } = seen as Record<string, unknown>;
  expect([soon(now), soon(constructed), soon(text)]).toEqual([true, true, true]);
});

test("a function sees its context, and only what JSON carries", async () => {
  const { functions } = await start(`
    export const handler = async (event, context) => ({
      event, ...context, remaining: context.getRemainingTimeInMillis(), gone: undefined,
    });`);
  const seen = await functions.invoke("F", { kept: 1, dropped: undefined, date: new Date(0) });
  expect(seen).toMatchObject({
    event: { kept: 1, date: "1970-01-01T00:00:00.000Z" },
    functionName: "F",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:F",
    memoryLimitInMB: "128",
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  // Safe: the function above returns this.
  const { remaining } = seen as { remaining: number };
  expect(remaining).toBeGreaterThan(0);
  expect(remaining).toBeLessThanOrEqual(3000);
});

test("what a function prints is logged before its result, with the ids of its request", async () => {
  const { functions, printed } = await start(
    `export const handler = async () => { console.log("one\\ntwo"); console.error("three"); };`,
  );
  await functions.invoke("F", { requestContext: { requestId: "gateway" } });
  expect(printed).toEqual([
    { functionLogicalId: "F", requestId, gatewayRequestId: "gateway", isError: false, text: "one\ntwo" },
    { functionLogicalId: "F", requestId, gatewayRequestId: "gateway", isError: true, text: "three" },
  ]);
  await functions.invoke("F", {});
  expect(printed[2]).toMatchObject({ requestId, gatewayRequestId: undefined });
  expect(printed[2]?.requestId).not.toBe(printed[0]?.requestId);
});

describe("replaced code", () => {
  const waiting = `export const handler = async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return "old";
  };`;

  test("runs from the next invocation on; what is under way ends in the old code", async () => {
    const { functions, writeModule } = await start(waiting);
    const underWay = functions.invoke("F", {});
    // Begun: its worker has started.
    await expect.poll(() => functions.underWay).toBe(1);
    expect(await functions.invoke("F", {})).toBe("old");
    functions.replaceCode("f", writeModule("new.mjs", `export const handler = () => "new";`));
    expect(await functions.invoke("F", {})).toBe("new");
    expect(await underWay).toBe("old");
    functions.replaceCode("F", writeModule("newer.mjs", `export const handler = () => "newer";`));
    expect(await functions.invoke("F", {})).toBe("newer");
  });

  test("that does not start is said, and another one repairs it", async () => {
    const { functions, printed, writeModule } = await start(`export const handler = () => "old";`);
    functions.replaceCode("F", writeModule("broken.mjs", `throw new RangeError("no start");`));
    expect(await failureOf(functions.invoke("F", {}))).toMatchObject({ errorType: "RangeError" });
    expect(printed.map(({ text }) => text).join()).toContain("could not start: RangeError: no start");
    functions.replaceCode("F", writeModule("repaired.mjs", `export const handler = () => "repaired";`));
    expect(await functions.invoke("F", {})).toBe("repaired");
    expect(() => functions.replaceCode("G", "any.mjs")).toThrow("no function G");
  });
});
