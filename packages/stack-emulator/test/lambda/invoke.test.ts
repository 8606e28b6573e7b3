import { describe, expect, test } from "vitest";
import { createLambdaService } from "../../src/lambda/lambda-service.ts";
import { FunctionError } from "../../src/lambda/types.ts";
import type { Request } from "../../src/proxy/types.ts";

const resources = new Map([
  ["helloFunction", { Type: "AWS::Lambda::Function", Properties: {} }],
  ["Table", { Type: "AWS::DynamoDB::Table", Properties: {} }],
]);
/** Greets whom the event names, and fails without a name. */
const invoke = async (logicalId: string, event: unknown): Promise<unknown> => {
  const { name } = Object(event);
  if (name === undefined) throw new FunctionError("unhandled", "TypeError", "There is no name.");
  return `${logicalId} greets ${name}`;
};
const service = createLambdaService({ resources }, { findRef: (id) => `${id}-name` }, () => ({ invoke }));

const request = (name: string, body: string, headers: Record<string, string> = {}): Request => ({
  method: "POST",
  url: `/2015-03-31/functions/${name}/invocations`,
  headers,
  body: Buffer.from(body),
});

const call = async (asked: Request) => {
  const { status, headers, body } = await service.execute(
    asked,
    service.describe(asked),
    () => new AbortController().signal,
  );
  return { status, body: JSON.parse(body.toString()), headers };
};

describe("an invocation of a function by its name", () => {
  test("gives what the function gives", async () => {
    expect(await call(request("helloFunction-name", '{"name":"Ann"}'))).toMatchObject({
      status: 200,
      body: "helloFunction greets Ann",
    });
  });

  test("tells by a header that the function failed, and how", async () => {
    for (const body of ["{}", ""])
      expect(await call(request("helloFunction-name", body))).toMatchObject({
        status: 200,
        headers: { "x-amz-function-error": "Unhandled" },
        body: { errorType: "TypeError", errorMessage: "There is no name." },
      });
  });

  test("is refused for a function that there is not, for no JSON, and for what is not waited for", async () => {
    for (const name of ["Table-name", "other"])
      expect(await call(request(name, "{}"))).toMatchObject({
        status: 404,
        headers: { "x-amzn-errortype": "ResourceNotFoundException" },
      });
    expect((await call(request("helloFunction-name", "{"))).status).toBe(400);
    const event = { "x-amz-invocation-type": "Event" };
    expect((await call(request("helloFunction-name", "{}", event))).status).toBe(400);
  });

  test("needs the right to invoke that function", () => {
    expect(service.describe(request("helloFunction-name", "{}")).needs).toEqual([
      {
        action: "lambda:InvokeFunction",
        resource: "arn:aws:lambda:us-east-1:000000000000:function:helloFunction-name",
      },
    ]);
  });
});
