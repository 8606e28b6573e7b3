import type { Area } from "../contract/operation.ts";

/** The functions behind the WebSocket API; `message` serves every frame. */
export type WebSocketFunctionName = "authorize" | "connect" | "message" | "disconnect";

/** The function `name` is `functions/<name>.ts`; each area of the HTTP API is one. */
export type FunctionName = Area | WebSocketFunctionName;

export type TableAction = "BatchGetItem" | "DeleteItem" | "GetItem" | "PutItem" | "Query" | "UpdateItem";

/** What a function may do, and for how long. The stack grants this and nothing else. */
export interface FunctionNeeds {
  readonly timeoutSeconds: number;
  /** On the table. A transaction needs the actions of its parts, such as PutItem. */
  readonly tableActions: readonly TableAction[];
  /** Whether it queries the index `gsi1`. */
  readonly queriesIndex?: boolean;
  /** What it may do to a connection of the WebSocket API: GET asks for it, POST sends to it, DELETE closes it. */
  readonly connectionMethods?: readonly ("GET" | "POST" | "DELETE")[];
  /** Whether it calls Cognito about a user. */
  readonly managesAccounts?: boolean;
}

/** What the gateway waits over a WebSocket; over HTTP it waits a second longer. */
const gatewayTimeoutSeconds = 29;

/**
 * Who delivers an event also closes connections whose token has expired, and, where somebody's last one is gone, tells
 * their peers, whom it finds through the index.
 */
const delivers = { connectionMethods: ["POST", "DELETE"], queriesIndex: true } as const;

export const functionNeeds: Record<FunctionName, FunctionNeeds> = {
  auth: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["GetItem", "PutItem", "UpdateItem"],
    managesAccounts: true,
  },
  rooms: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"],
    ...delivers,
  },
  messages: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
    ...delivers,
  },
  presence: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
    queriesIndex: true,
    connectionMethods: ["GET", "POST", "DELETE"],
  },
  // A person waits for the upgrade: better a refusal that the client retries than a long silence.
  authorize: {
    timeoutSeconds: 10,
    tableActions: ["DeleteItem", "GetItem", "PutItem", "UpdateItem"],
  },
  connect: {
    timeoutSeconds: 10,
    tableActions: ["BatchGetItem", "GetItem", "PutItem", "UpdateItem"],
    ...delivers,
  },
  message: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"],
    ...delivers,
  },
  disconnect: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["BatchGetItem", "GetItem", "UpdateItem"],
    ...delivers,
  },
};

// Object.keys forgets the key type; a Record over a union holds exactly the union's names.
export const functionNames = Object.keys(functionNeeds) as FunctionName[];

/** What `make` gives for each function, by its name. */
export const perFunction = <T>(make: (name: FunctionName) => T): Record<FunctionName, T> =>
  // Object.fromEntries forgets the key type; every name is there.
  Object.fromEntries(functionNames.map((name) => [name, make(name)])) as Record<FunctionName, T>;
