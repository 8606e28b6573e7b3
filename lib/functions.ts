import type { Area } from "../contract/operation.ts";

/** The functions behind the WebSocket API. `frame` serves every frame of a client. */
export type WebSocketFunctionName = "authorize" | "connect" | "frame" | "disconnect";

/**
 * The functions behind the queues and the stream, and the operators' function. `fanOut` posts pages
 * of large deliveries. `tableStream` handles the changes of the table's stream. `tasks` does long
 * and retried work. `push` notifies users without a connection. `rebuild` serves `npm run rebuild`.
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

/**
 * The queues: `delivery` holds pages of large deliveries in order; `tasks` and `push` keep no
 * order.
 */
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

/**
 * The places of the bucket's objects: uploads that are not in use yet, files of messages, and
 * pictures of users.
 */
export type ObjectPlace = "pending" | "files" | "avatars";
type ObjectAction = "DeleteObject" | "GetObject" | "GetObjectTagging" | "PutObject";

/** The permissions of a function, and its time limit. The stack grants nothing else. */
export interface FunctionNeeds {
  readonly timeoutSeconds: number;
  /** Actions on the table. A transaction needs the actions of its parts, such as PutItem. */
  readonly tableActions: readonly TableAction[];
  /** Whether it queries the index `gsi1`. */
  readonly queriesIndex?: boolean;
  /**
   * Methods on a connection of the WebSocket API: GET reads its state, POST sends to it, DELETE
   * closes it.
   */
  readonly connectionMethods?: readonly ("GET" | "POST" | "DELETE")[];
  /** The queues that it sends to. */
  readonly sendsTo?: readonly QueueName[];
  /** The queue or stream that calls it. */
  readonly takesFrom?: QueueName | "stream";
  /** Whether it sends pages that it gives up to the dead-letter queue of `delivery` itself. */
  readonly givesUpPages?: boolean;
  /**
   * Actions on objects of the bucket. A URL that a function signs can do what the function itself
   * may do, and no more.
   */
  readonly objectActions?: Readonly<Partial<Record<ObjectPlace, readonly ObjectAction[]>>>;
  /** The places whose objects it lists. */
  readonly listsObjects?: readonly ObjectPlace[];
  /** Whether it begins uploads, and so needs the size limit of each kind. */
  readonly limitsUploads?: boolean;
  /** Whether it puts notifications, and so needs to know how long they are kept. */
  readonly notifies?: boolean;
  /**
   * Whether it gets addresses of push services, and so needs to know whether they may be on this
   * machine.
   */
  readonly knowsPushServices?: boolean;
  /** Whether it publishes to the topic, if there is one. */
  readonly publishes?: boolean;
  /** Whether it needs to recognize administrators. */
  readonly knowsAdministrators?: boolean;
  /** HTTP methods that it uses on the search index, if that is an OpenSearch. */
  readonly searchMethods?: readonly ("POST" | "PUT")[];
  /** Whether it calls Cognito about a user. */
  readonly managesAccounts?: boolean;
}

/** Seconds that the gateway waits over a WebSocket; over HTTP it waits a second longer. */
const gatewayTimeoutSeconds = 29;

/**
 * Functions that post events. They also close connections whose token has expired. If a user's last
 * connection is closed, they publish that to the user's peers, whom they find through the index.
 */
const posts = { connectionMethods: ["POST", "DELETE"], queriesIndex: true } as const;

/** Functions that publish to rooms of any size. They send large deliveries to the queue. */
const delivers = { ...posts, sendsTo: ["delivery"] } as const;

/**
 * Functions that publish new messages. They send a task for recipients whose connections turn out
 * to be closed, so that these users get a notification.
 */
const sends = { ...delivers, sendsTo: ["delivery", "tasks"] } as const;

/**
 * Functions that send messages inspect the files, and copy them to their final place. Functions
 * that show messages sign downloads.
 */
const attaches = {
  objectActions: {
    pending: ["DeleteObject", "GetObject", "GetObjectTagging"],
    files: ["DeleteObject", "GetObject", "PutObject"],
  },
} as const;

/**
 * Functions that handle changes, at once or as a task: files of deleted messages, pictures, the
 * directory of users, the search index.
 */
const handlesChanges = {
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
    // Administrators see the files of reported messages.
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
  // A user waits for the upgrade. A refusal, which the client retries, is better than a long wait.
  authorize: {
    timeoutSeconds: 10,
    tableActions: ["DeleteItem", "GetItem", "PutItem", "UpdateItem"],
  },
  // This function sends to no queue. A room that it creates is direct: its events are posted at
  // once, as presences and visits are.
  connect: {
    timeoutSeconds: 10,
    tableActions: ["BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"],
    ...posts,
  },
  frame: {
    timeoutSeconds: gatewayTimeoutSeconds,
    // DeleteItem: an upload whose bytes are not of the declared kind is deleted.
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
    // A message that is rendered for its viewers has a URL of its file.
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
    ...handlesChanges,
    notifies: true,
    takesFrom: "stream",
  },
  // The time is enough for thousands of items; another task goes on with the rest. Tasks publish
  // what an interrupted request did not, and check whether opening connections are open now. Only
  // this function scans, for a rebuild.
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
    ...handlesChanges,
    sendsTo: ["delivery", "tasks", "push"],
    notifies: true,
    listsObjects: ["files"],
    takesFrom: "tasks",
  },
  // A push service has ten seconds. It is called a second time if it finds the message too large.
  push: {
    timeoutSeconds: 30,
    tableActions: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
    queriesIndex: true,
    knowsPushServices: true,
    publishes: true,
    takesFrom: "push",
  },
  // It starts the work that `tasks` does, and reports its progress.
  rebuild: {
    timeoutSeconds: 10,
    tableActions: ["DescribeTable", "GetItem", "UpdateItem"],
    sendsTo: ["tasks"],
  },
};

// Safe: Object.keys loses the key type; a Record over a union holds exactly the union's names.
export const functionNames = Object.keys(functionNeeds) as FunctionName[];

/** Returns what `make` returns for each function, by its name. */
export function perFunction<T>(make: (name: FunctionName) => T): Record<FunctionName, T> {
  // Safe: Object.fromEntries loses the key type, and every name is present.
  return Object.fromEntries(functionNames.map((name) => [name, make(name)])) as Record<FunctionName, T>;
}
