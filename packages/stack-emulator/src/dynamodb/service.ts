import { crc32 } from "node:zlib";
import type { Forward } from "../proxy/forward.ts";
import {
  type Answer,
  answerJson,
  type Call,
  isRecord,
  parsePayload,
  type Request,
  type Service,
} from "../proxy/types.ts";
import { meterRequest } from "./capacity.ts";
import { describeDynamoCall } from "./describe-call.ts";
import { withEmptyMapsInRecords } from "./empty-maps.ts";
import { localSignature, type Tables } from "./tables.ts";
import { halveBatch } from "./unprocessed.ts";

const serviceErrors = "com.amazonaws.dynamodb.v20120810";
const commonErrors = "com.amazon.coral.service";

type Execute = (request: Request, call: Call) => Promise<Answer>;

/** DynamoDB, answered by DynamoDB Local. `onWrite` is called after each call that wrote. */
export function createDynamoService(forward: Forward, tables: Tables, onWrite: () => void): Service {
  const execute: Execute = async (request, call) => {
    const metered = meterRequest(call.action, call.payload, request.body);
    const headers = { ...localSignature, "x-amz-target": String(request.headers["x-amz-target"] ?? "") };
    const answer = await forward(headers, metered.body);
    const { body: given, rru, wru } = metered.read(answer.status, answer.body);
    const body =
      call.action === "GetRecords"
        ? Buffer.from(JSON.stringify(withEmptyMapsInRecords(parsePayload(given))))
        : given;
    if (wru > 0 && answer.status === 200) onWrite();
    return dynamoAnswer(answer.status, body, rru, wru, String(answer.headers["x-amzn-requestid"] ?? ""));
  };
  return {
    describe: (request) => describeDynamoCall(request, tables),
    execute,
    refuse: (status, code, message) => dynamoError(status, `${commonErrors}#${code}`, message),
    // An on-demand table gives this answer beyond its current capacity; the SDK retries the call.
    throttle: () =>
      dynamoError(
        400,
        `${serviceErrors}#ThrottlingException`,
        "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table " +
          "or index so please try again shortly.",
      ),
    executeHalf(request, call) {
      const half = halveBatch(call.action, call.payload);
      return half && executeHalf(half.request, half.left, half.leftField, request, call, execute);
    },
  };
}

async function executeHalf(
  payload: Call["payload"],
  left: Readonly<Record<string, unknown>>,
  leftField: string,
  request: Request,
  call: Call,
  execute: Execute,
): Promise<Answer> {
  const some = Object.keys(isRecord(payload.RequestItems) ? payload.RequestItems : {}).length > 0;
  const answer = some
    ? await execute({ ...request, body: Buffer.from(JSON.stringify(payload)) }, { ...call, payload })
    : answerJson(200, leftField === "UnprocessedKeys" ? { Responses: {} } : {});
  if (answer.status !== 200) return answer;
  const body = Buffer.from(JSON.stringify({ ...parsePayload(answer.body), [leftField]: left }));
  return dynamoAnswer(200, body, answer.rru, answer.wru, answer.headers["x-amzn-requestid"] ?? "");
}

function dynamoAnswer(status: number, body: Buffer, rru: number, wru: number, requestId: string): Answer {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amzn-requestid": requestId,
    // The body may have changed on its way.
    "x-amz-crc32": String(crc32(body)),
  };
  return { status, headers, body, rru, wru };
}

function dynamoError(status: number, type: string, message: string): Answer {
  // DynamoDB writes `message` for errors of its own and `Message` for others; SDKs read both.
  return dynamoAnswer(
    status,
    Buffer.from(JSON.stringify({ __type: type, message })),
    0,
    0,
    crypto.randomUUID(),
  );
}
