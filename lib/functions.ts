import type { Area } from "../contract/operation.ts";

/** The functions behind the WebSocket API. `frame` serves every frame that a client sends. */
export type WebSocketFunctionName = "authorize" | "connect" | "frame" | "disconnect";

/**
 * The functions behind the queues and the stream, and the operators' function:
 * `fanOut` posts pages of large deliveries, `tableStream` follows the table's stream, `tasks` does long and retried work,
 * `push` notifies users without a connection, `rebuild` serves `npm run rebuild`.
 */
type BackgroundFunctionName = "fanOut" | "tableStream" | "tasks" | "push" | "rebuild";

/** A Lambda function. Each area of the HTTP API is one. */
export type FunctionName = Area | WebSocketFunctionName | BackgroundFunctionName;

/** The file with each function's `handler`, by its trigger. */
export const entryPoints: Record<FunctionName, string> = {
  auth: "functions/entrypoints/http/auth.ts",
  rooms: "functions/entrypoints/http/rooms.ts",
  messages: "functions/entrypoints/http/messages.ts",
  attachments: "functions/entrypoints/http/attachments.ts",
  search: "functions/entrypoints/http/search.ts",
  users: "functions/entrypoints/http/users.ts",
  notifications: "functions/entrypoints/http/notifications.ts",
  presence: "functions/entrypoints/http/presence.ts",
  authorize: "functions/entrypoints/websocket/authorize.ts",
  connect: "functions/entrypoints/websocket/connect.ts",
  frame: "functions/entrypoints/websocket/frame.ts",
  disconnect: "functions/entrypoints/websocket/disconnect.ts",
  fanOut: "functions/entrypoints/background/fan-out.ts",
  tableStream: "functions/entrypoints/background/table-stream.ts",
  tasks: "functions/entrypoints/background/tasks.ts",
  push: "functions/entrypoints/background/push.ts",
  rebuild: "functions/entrypoints/background/rebuild.ts",
};

/** The queues: `delivery` holds pages of large deliveries in order, `tasks` and `push` keep no order. */
export type QueueName = "delivery" | "tasks" | "push";

type TableAction =
  | "BatchGetItem"
  | "BatchWriteItem"
  | "ConditionCheckItem"
  | "DeleteItem"
  | "DescribeTable"
  | "GetItem"
  | "PutItem"
  | "Query"
  | "Scan"
  | "UpdateItem";

/** Where objects of the bucket are: uploads that nothing has taken yet, the files of messages, and pictures of people. */
export type ObjectPlace = "pending" | "files" | "avatars";
type ObjectAction = "DeleteObject" | "GetObject" | "GetObjectTagging" | "PutObject";

/** What a function may do, and for how long. The stack grants this and nothing else. */
export interface FunctionNeeds {
  readonly timeoutSeconds: number;
  /** On the table. A transaction needs the actions of its parts, such as PutItem. */
  readonly tableActions: readonly TableAction[];
  /** Whether it queries the index `gsi1`. */
  readonly queriesIndex?: boolean;
  /** What it may do to a connection of the WebSocket API: GET asks for it, POST sends to it, DELETE closes it. */
  readonly connectionMethods?: readonly ("GET" | "POST" | "DELETE")[];
  /** The queues that it sends to. */
  readonly sendsTo?: readonly QueueName[];
  /** Whose messages, or changes, it is given. */
  readonly takesFrom?: QueueName | "stream";
  /** Whether it puts pages that it gives up into the dead-letter queue of `delivery` itself. */
  readonly givesUpPages?: boolean;
  /** On objects of the bucket. A URL that a function signs does what the function itself may do, and no more. */
  readonly objectActions?: Readonly<Partial<Record<ObjectPlace, readonly ObjectAction[]>>>;
  /** Where it lists objects. */
  readonly listsObjects?: readonly ObjectPlace[];
  /** Whether it begins uploads, and so knows how large each kind may be. */
  readonly limitsUploads?: boolean;
  /** Whether it puts notifications, and so knows for how long. */
  readonly notifies?: boolean;
  /** Whether it is given addresses of push services, and so knows whether one may be on this machine. */
  readonly knowsPushServices?: boolean;
  /** Whether it publishes to the topic, where there is one. */
  readonly publishes?: boolean;
  /** Whether it knows administrators from others. */
  readonly knowsAdministrators?: boolean;
  /** What it does with the index that messages are found by, where that is an OpenSearch: its methods of HTTP. */
  readonly searchMethods?: readonly ("POST" | "PUT")[];
  /** Whether it calls Cognito about a user. */
  readonly managesAccounts?: boolean;
}

/** What the gateway waits over a WebSocket; over HTTP it waits a second longer. */
const gatewayTimeoutSeconds = 29;

/**
 * Who posts an event also closes connections whose token has expired, and, where somebody's last one is gone, tells their
 * peers, whom it finds through the index.
 */
const posts = { connectionMethods: ["POST", "DELETE"], queriesIndex: true } as const;

/** Who tells rooms of any size hands large deliveries to the queue. */
const delivers = { ...posts, sendsTo: ["delivery"] } as const;

/** Who tells of new messages has those notified whose connections turn out to be over. */
const sends = { ...delivers, sendsTo: ["delivery", "tasks"] } as const;

/** Who sends messages looks at their files, and copies them to where they stay; who shows them signs downloads. */
const attaches = {
  objectActions: {
    pending: ["DeleteObject", "GetObject", "GetObjectTagging"],
    files: ["DeleteObject", "GetObject", "PutObject"],
  },
} as const;

/**
 * What follows from changes, done right away or as a task: files of messages that are gone, pictures, people's directory,
 * what messages are found by.
 */
const follows = {
  searchMethods: ["POST", "PUT"],
  objectActions: { pending: ["DeleteObject"], files: ["DeleteObject"], avatars: ["DeleteObject"] },
  sendsTo: ["tasks", "push"],
} as const;

export const functionNeeds: Record<FunctionName, FunctionNeeds> = {
  auth: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["GetItem", "PutItem", "UpdateItem"],
    managesAccounts: true,
  },
  rooms: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: [
      "BatchGetItem",
      "ConditionCheckItem",
      "DeleteItem",
      "GetItem",
      "PutItem",
      "Query",
      "UpdateItem",
    ],
    ...delivers,
  },
  messages: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
    ...sends,
    ...attaches,
  },
  attachments: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["DeleteItem", "GetItem", "PutItem", "UpdateItem"],
    objectActions: {
      pending: ["DeleteObject", "GetObject", "GetObjectTagging", "PutObject"],
      files: ["DeleteObject", "GetObject"],
      avatars: ["DeleteObject", "GetObject", "PutObject"],
    },
    limitsUploads: true,
  },
  search: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["BatchGetItem", "GetItem", "Query"],
    queriesIndex: true,
    objectActions: { files: ["GetObject"] },
    searchMethods: ["POST"],
  },
  users: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: [
      "BatchGetItem",
      "ConditionCheckItem",
      "DeleteItem",
      "GetItem",
      "PutItem",
      "Query",
      "UpdateItem",
    ],
    ...delivers,
    // Administrators see the files of messages that were reported.
    objectActions: { files: ["GetObject"] },
    knowsAdministrators: true,
  },
  notifications: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
    queriesIndex: true,
    knowsPushServices: true,
  },
  presence: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
    ...posts,
    connectionMethods: ["GET", "POST", "DELETE"],
  },
  // A person waits for the upgrade: better a refusal that the client retries than a long silence.
  authorize: {
    timeoutSeconds: 10,
    tableActions: ["DeleteItem", "GetItem", "PutItem", "UpdateItem"],
  },
  // The only room that it tells of anything is a direct one.
  connect: {
    timeoutSeconds: 10,
    tableActions: ["BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"],
    ...posts,
  },
  frame: {
    timeoutSeconds: gatewayTimeoutSeconds,
    // An upload that is not what it claims is deleted.
    tableActions: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
    ...sends,
    ...attaches,
  },
  disconnect: {
    timeoutSeconds: gatewayTimeoutSeconds,
    tableActions: ["BatchGetItem", "DeleteItem", "GetItem", "UpdateItem"],
    ...posts,
  },
  fanOut: {
    timeoutSeconds: 30,
    tableActions: ["BatchGetItem", "DeleteItem", "GetItem", "UpdateItem"],
    ...posts,
    sendsTo: ["tasks"],
    // A message as each of its viewers sees it has a URL of its file.
    objectActions: { files: ["GetObject"] },
    takesFrom: "delivery",
    givesUpPages: true,
  },
  tableStream: {
    timeoutSeconds: 60,
    tableActions: [
      "BatchGetItem",
      "BatchWriteItem",
      "DeleteItem",
      "GetItem",
      "PutItem",
      "Query",
      "UpdateItem",
    ],
    ...posts,
    ...follows,
    notifies: true,
    takesFrom: "stream",
  },
  // Long enough for thousands of items; what is left over goes on in a task of its own. It tells what a request that was
  // cut off did not, and asks whether connections that were opening are open now. It alone scans, for a rebuild.
  tasks: {
    timeoutSeconds: 120,
    tableActions: [
      "BatchGetItem",
      "BatchWriteItem",
      "ConditionCheckItem",
      "DeleteItem",
      "GetItem",
      "PutItem",
      "Query",
      "Scan",
      "UpdateItem",
    ],
    ...delivers,
    connectionMethods: ["GET", "POST", "DELETE"],
    ...follows,
    sendsTo: ["delivery", "tasks", "push"],
    notifies: true,
    listsObjects: ["files"],
    takesFrom: "tasks",
  },
  // A push service is given ten seconds, and asked a second time where it finds the message too large.
  push: {
    timeoutSeconds: 30,
    tableActions: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
    queriesIndex: true,
    knowsPushServices: true,
    publishes: true,
    takesFrom: "push",
  },
  // It starts what `tasks` then does, and tells how far that is.
  rebuild: {
    timeoutSeconds: 10,
    tableActions: ["DescribeTable", "GetItem", "UpdateItem"],
    sendsTo: ["tasks"],
  },
};

// Object.keys forgets the key type; a Record over a union holds exactly the union's names.
export const functionNames = Object.keys(functionNeeds) as FunctionName[];

/** What `make` gives for each function, by its name. */
export function perFunction<T>(make: (name: FunctionName) => T): Record<FunctionName, T> {
  // Object.fromEntries forgets the key type; every name is there.
  return Object.fromEntries(functionNames.map((name) => [name, make(name)])) as Record<FunctionName, T>;
}
