import { type Answer, answerJson, type Service } from "../proxy/types.ts";
import { toAnswer } from "../s3/s3-service.ts";
import type { Sqs } from "./index.ts";

/** SQS behind the proxy. */
export function createSqsService(sqs: Pick<Sqs, "describe" | "handle">): Service {
  return {
    describe(request) {
      const { action, needs, queue } = sqs.describe(request);
      return {
        service: "sqs",
        action,
        needs,
        keys: queue === "" ? [] : [{ pk: queue, sk: "" }],
        payload: {},
      };
    },
    execute: async (request, _call, signal) => toAnswer(await sqs.handle(request, signal())),
    refuse,
    throttle: () => refuse(400, "ThrottlingException", "The request was denied due to request throttling."),
  };
}

/** The header names the error for clients of the older protocol, and SDKs take the name from it. */
function refuse(status: number, code: string, message: string): Answer {
  const isDenied = code === "AccessDeniedException";
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amzn-query-error": `${isDenied ? "AccessDenied" : code};Sender`,
  };
  return answerJson(
    isDenied ? 403 : status,
    { __type: `com.amazon.coral.service#${code}`, message },
    headers,
  );
}
