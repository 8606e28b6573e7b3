import { randomUUID } from "node:crypto";
import type { Answer, Service } from "../proxy/types.ts";
import { toAnswer } from "../s3/s3-service.ts";
import { errorBody } from "./errors.ts";
import type { Sns } from "./index.ts";

/** SNS behind the proxy. */
export function createSnsService(sns: Pick<Sns, "describe" | "handle">): Service {
  return {
    describe(request) {
      const { action, needs, topic } = sns.describe(request);
      return {
        service: "sns",
        action,
        needs,
        keys: topic === "" ? [] : [{ pk: topic, sk: "" }],
        payload: {},
      };
    },
    execute: async (request) => toAnswer(await sns.handle(request)),
    refuse,
    throttle: () => refuse(400, "Throttling", "Rate exceeded"),
  };
}

/**
 * SNS has a name of its own for what policies do not allow.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
 */
function refuse(status: number, code: string, message: string): Answer {
  const isDenied = code === "AccessDeniedException";
  return toAnswer({
    status: isDenied ? 403 : status,
    headers: { "content-type": "text/xml" },
    body: errorBody(isDenied ? "AuthorizationError" : code, message, randomUUID()),
  });
}
