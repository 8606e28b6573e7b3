import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import type { Caller, FunctionHost } from "../lambda/types.ts";
import type { Log } from "../store.ts";
import { readCredential } from "./credential.ts";
import type { FaultSpec, Faults } from "./faults.ts";
import { shortFunctionName } from "./function-names.ts";
import type { Authorizer } from "./iam/authorize.ts";
import { type Meter, noOperation } from "./meter.ts";
import {
  ADMIN_ACCESS_KEY_ID,
  type Answer,
  answerJson,
  type Call,
  type Request,
  type Service,
  type ServiceName,
} from "./types.ts";

interface ProxyOptions {
  readonly services: ReadonlyMap<ServiceName, Service>;
  readonly functions: () => FunctionHost;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly faults: Faults;
  /** Answers what is no call of a service: the documents of an issuer. */
  readonly answerPublic: (request: Request) => Answer | undefined;
  readonly log: Log;
}

interface Proxy {
  /**
   * Whom the key id belongs to, also when its worker has ended: a presigned URL outlives its
   * signer.
   */
  knownCaller(accessKeyId: string): Caller | undefined;
  readonly serve: RequestListener;
}

/**
 * Cognito's public operations are not signed, so a function's calls of them carry its key id in the
 * path: `/caller/<access key id>/`.
 */
const callerPath = /^\/caller\/([^/]+)/;

/** The meter's label for requests that a function signed and a client sent. */
const presignedOperation = "(presigned)";

/**
 * The one endpoint of all services: it identifies the caller, holds the call against policies,
 * meters and injects faults.
 */
export function createProxy(options: ProxyOptions): Proxy {
  const { services, functions, authorizer, clock, meter, faults, log } = options;
  const remembered = new Map<string, Caller>();

  const knownCaller = (accessKeyId: string): Caller | undefined => {
    const caller = functions().caller(accessKeyId);
    if (caller) remembered.set(accessKeyId, caller);
    return caller ?? remembered.get(accessKeyId);
  };

  const answer = async (request: Request, signal: () => AbortSignal): Promise<Answer | "broken"> => {
    const { name, accessKeyId, presigned } = route(request, services);
    const service = name && services.get(name);
    if (!service) return options.answerPublic(request) ?? unknownService(request);
    const call = service.describe(request);
    if (accessKeyId === ADMIN_ACCESS_KEY_ID) return service.execute(request, call, signal);
    const signer = accessKeyId === undefined ? undefined : knownCaller(accessKeyId);
    const caller = signer && presigned ? { ...signer, requestId: "", operation: presignedOperation } : signer;
    if (!caller) {
      // A call without a function passes only if it needs no permission. S3 judges unsigned
      // requests itself.
      if (call.needs.length === 0 || (call.service === "s3" && accessKeyId === undefined)) {
        return service.execute(request, call, signal);
      }
      const reason =
        accessKeyId === undefined ? "it is unsigned" : `its signer ${accessKeyId} is no function`;
      log(`${call.service} ${call.action} is refused: ${reason}`);
      return service.refuse(
        call.service === "s3" ? 403 : 400,
        call.service === "s3" ? "InvalidAccessKeyId" : "UnrecognizedClientException",
        "The security token included in the request is invalid.",
      );
    }
    const started = performance.now();
    const struck = faults.strike(call, caller.functionLogicalId);
    const result = await perform(service, request, call, caller, struck, signal);
    record(call, caller, result, started);
    const crashes = struck.some(({ kind }) => kind === "crash");
    // Whoever sends a presigned request is no function that could end.
    if (crashes && accessKeyId !== undefined && !presigned) functions().crash(accessKeyId);
    return crashes || struck.some(({ kind }) => kind === "lose") ? "broken" : result;
  };

  const perform = async (
    service: Service,
    request: Request,
    call: Call,
    caller: Caller,
    struck: readonly FaultSpec[],
    signal: () => AbortSignal,
  ): Promise<Answer> => {
    const refused = authorizer.refusal(caller, call.needs);
    if (refused) {
      log(`denied: ${refused}`);
      return service.refuse(call.service === "execute-api" ? 403 : 400, "AccessDeniedException", refused);
    }
    if (struck.length === 0) return service.execute(request, call, signal);
    for (const { kind, delay_ms = 0 } of struck) if (kind === "delay") await sleep(delay_ms);
    if (struck.some(({ kind }) => kind === "throttle")) return service.throttle();
    const half = struck.some(({ kind }) => kind === "unprocessed");
    return (half && service.executeHalf?.(request, call)) || service.execute(request, call, signal);
  };

  const record = (call: Call, caller: Caller, { status, rru, wru }: Answer, started: number) => {
    const [key] = call.keys;
    meter.record({
      at: new Date(clock.now()).toISOString(),
      operation: caller.operation ?? noOperation,
      function: shortFunctionName(caller.functionLogicalId),
      request_id: caller.requestId,
      service: call.service,
      action: call.action,
      key: key ? (key.sk === "" ? key.pk : `${key.pk}/${key.sk}`) : null,
      rru,
      wru,
      status,
      started_ms: started,
      ended_ms: performance.now(),
    });
  };

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    // SDKs correct their own clock by this header, so it must tell the emulator's time.
    const date = new Date(clock.now()).toUTCString();
    const signal = () => {
      const gone = new AbortController();
      outgoing.once("close", () => gone.abort());
      return gone.signal;
    };
    try {
      const result = await answer(await readRequest(incoming), signal);
      if (result === "broken") incoming.socket.destroy();
      else write(outgoing, result, date, incoming.method === "HEAD");
    } catch (error) {
      // A client that went away while it sent its body needs no answer.
      if (incoming.destroyed && !incoming.complete) return;
      log(`the proxy failed: ${error instanceof Error ? error.stack : error}`);
      const problem = {
        __type: "InternalServerError",
        message: "The local proxy failed; see the emulator's log.",
      };
      write(outgoing, answerJson(500, problem), date, false);
    }
  };

  return { knownCaller, serve: (incoming, outgoing) => void serve(incoming, outgoing) };
}

interface Route {
  readonly name?: ServiceName;
  readonly accessKeyId?: string;
  readonly presigned?: boolean;
}

/** Which service a request is for, and which key id it came with. */
function route(request: Request, services: ReadonlyMap<ServiceName, Service>): Route {
  const credential = readCredential(request);
  const target = String(request.headers["x-amz-target"] ?? "");
  if (target.startsWith("AWSCognitoIdentityProviderService.")) {
    const accessKeyId = credential?.accessKeyId ?? callerPath.exec(request.url)?.[1];
    return { name: "cognito-idp", ...(accessKeyId ? { accessKeyId } : {}) };
  }
  if (credential) {
    const name = [...services.keys()].find((served) => served === credential.service);
    return name ? { name, ...credential } : {};
  }
  // An unsigned request can only be a browser's request to a bucket, such as a preflight.
  return target || request.url.includes("/.well-known/") ? {} : { name: "s3" };
}

function unknownService(request: Request): Answer {
  const { service } = readCredential(request) ?? {};
  const message = service
    ? `The emulator does not serve ${service}.`
    : "This is the emulator's endpoint for AWS calls; a call must be signed.";
  return answerJson(service ? 501 : 403, { __type: "UnknownServiceException", message });
}

function readRequest(incoming: IncomingMessage): Promise<Request> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("error", reject);
    incoming.on("end", () => {
      const [first = Buffer.alloc(0)] = chunks;
      resolve({
        method: incoming.method ?? "GET",
        url: incoming.url ?? "/",
        headers: incoming.headers,
        body: chunks.length > 1 ? Buffer.concat(chunks) : first,
      });
    });
  });
}

function write(
  outgoing: ServerResponse,
  { status, headers, body }: Answer,
  date: string,
  isHead: boolean,
): void {
  if (isHead || status === 204 || status === 304) outgoing.writeHead(status, { date, ...headers }).end();
  else outgoing.writeHead(status, { date, ...headers, "content-length": body.length }).end(body);
}
