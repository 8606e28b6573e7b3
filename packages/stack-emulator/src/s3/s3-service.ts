import type { Answer, Call, Request, Service } from "../proxy/types.ts";
import type { StoreResponse } from "../store.ts";
import type { S3 } from "./index.ts";

/**
 * Creates S3 behind the proxy. The store itself finds the signature of a request, in its header,
 * query or form.
 */
export function createS3Service(s3: Pick<S3, "describe" | "handle">): Service {
  return {
    describe: (request) => describeS3Call(s3, request),
    execute: async (request: Request) => toAnswer(await s3.handle(request)),
    refuse,
    throttle: () => refuse(503, "SlowDown", "Please reduce your request rate."),
  };
}

function describeS3Call(s3: Pick<S3, "describe">, request: Request): Call {
  try {
    const { action, needs, bucket, key } = s3.describe(request);
    return {
      service: "s3",
      action,
      // A preflight carries the address of the request that it asks for, and needs no permission
      // itself.
      needs: request.method === "OPTIONS" ? [] : needs,
      keys: [{ pk: key === "" ? bucket : key, sk: "" }],
      payload: {},
    };
  } catch {
    // An address that S3 cannot read is answered by S3, with the same error.
    return { service: "s3", action: request.method, needs: [], keys: [], payload: {} };
  }
}

/** S3 names access that is denied differently from the other services. */
function refuse(status: number, code: string, message: string): Answer {
  const name = code === "AccessDeniedException" ? "AccessDenied" : code;
  const escaped = message.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  const body =
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<Error><Code>${name}</Code><Message>${escaped}</Message><RequestId>${crypto.randomUUID()}</RequestId></Error>`;
  return {
    status: code === "AccessDeniedException" ? 403 : status,
    headers: { "content-type": "application/xml" },
    body: Buffer.from(body),
    rru: 0,
    wru: 0,
  };
}

export function toAnswer({ status, headers, body }: StoreResponse): Answer {
  return { status, headers, body: typeof body === "string" ? Buffer.from(body) : body, rru: 0, wru: 0 };
}
