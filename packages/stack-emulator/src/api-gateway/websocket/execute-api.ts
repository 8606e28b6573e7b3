import { decode } from "../../proxy/credential.ts";
import type { Answer, Call, Request, Service } from "../../proxy/types.ts";
import { ACCOUNT_ID, REGION } from "../../template/pseudo-parameters.ts";
import type { ConnectionInfo, Connections } from "./types.ts";

const path = /^\/([^/]+)\/@connections\/([^/?]+)$/;

/**
 * The management API of the WebSocket API: POST, GET and DELETE of `/{stage}/@connections/{id}`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function createConnectionsService(apiId: string, connections: () => Connections): Service {
  return {
    describe: (request) => describeConnectionsCall(request, apiId),
    execute: (request, { keys }) =>
      Promise.resolve(answerConnectionsCall(request, keys[0]?.pk, connections())),
    refuse,
    throttle: () => refuse(429, "LimitExceededException", "Too Many Requests"),
  };
}

/**
 * IAM knows one action for all three methods; the method is part of the resource.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
 */
function describeConnectionsCall(request: Request, apiId: string): Call {
  const [, stage = "", id = ""] = path.exec(request.url) ?? [];
  // The SDK writes the id with its trailing `=` as `%3D`.
  const connectionId = decode(id);
  const resource = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${apiId}/${stage}/${request.method}/@connections/${connectionId}`;
  return {
    service: "execute-api",
    action: actions[request.method] ?? request.method,
    payload: {},
    needs: [{ action: "execute-api:ManageConnections", resource }],
    keys: id === "" ? [] : [{ pk: connectionId, sk: "" }],
  };
}

const actions: Readonly<Record<string, string>> = {
  POST: "PostToConnection",
  GET: "GetConnection",
  DELETE: "DeleteConnection",
};

function answerConnectionsCall(request: Request, id: string | undefined, connections: Connections): Answer {
  if (id === undefined) return refuse(403, "ForbiddenException", "Forbidden");
  if (request.method === "POST") {
    const outcome = connections.post(id, request.body);
    if (outcome === "ok") return empty(200);
    if (outcome === "too-large") return refuse(413, "PayloadTooLargeException", "Message too long");
    if (outcome === "limit-exceeded") return refuse(429, "LimitExceededException", "Too Many Requests");
    return gone();
  }
  if (request.method === "GET") {
    const info = connections.get(id);
    return info ? answer(200, JSON.stringify(shown(info))) : gone();
  }
  if (request.method === "DELETE") return connections.close(id) ? empty(204) : gone();
  return refuse(403, "ForbiddenException", "Forbidden");
}

function shown({ connectedAt, lastActiveAt, identity }: ConnectionInfo): object {
  return { connectedAt, lastActiveAt, identity };
}

const gone = () => refuse(410, "GoneException", "The connection is gone.");

const empty = (status: number) => answer(status, "");

function refuse(status: number, code: string, message: string): Answer {
  // The SDK takes the error's name from this header; the body has none.
  return answer(status, JSON.stringify({ message }), { "x-amzn-errortype": code });
}

function answer(status: number, body: string, headers: Record<string, string> = {}): Answer {
  const common = { "content-type": "application/json", "x-amzn-requestid": crypto.randomUUID() };
  return { status, headers: { ...common, ...headers }, body: Buffer.from(body), rru: 0, wru: 0 };
}
