import type { Area } from "../contract/operation.ts";

/** The functions behind the WebSocket API; `message` serves every frame. */
export type WebSocketFunctionName = "authorize" | "connect" | "message" | "disconnect";

/**
 * What runs behind the APIs: `deliver` posts what is told to more than a few connections, `derive` follows the table's
 * stream, `work` does what takes long or has to be tried again, `push` reaches people who are not connected, `rebuild` is
 * for operators.
 */
type BackgroundFunctionName = "deliver" | "derive" | "work" | "push" | "rebuild";

/** The function `name` is `functions/<name>.ts`; each area of the HTTP API is one. */
export type FunctionName = Area | WebSocketFunctionName | BackgroundFunctionName;

/** The queues: pages of large deliveries, in order; tasks, and notifications to push, in any. */
export type QueueName = "delivery" | "work" | "push";

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
const sends = { ...delivers, sendsTo: ["delivery", "work"] } as const;

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
  sendsTo: ["work", "push"],
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
  people: {
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
  message: {
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
  deliver: {
    timeoutSeconds: 30,
    tableActions: ["BatchGetItem", "DeleteItem", "GetItem", "UpdateItem"],
    ...posts,
    sendsTo: ["work"],
    // A message as each of its viewers sees it has a URL of its file.
    objectActions: { files: ["GetObject"] },
    takesFrom: "delivery",
    givesUpPages: true,
  },
  derive: {
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
  work: {
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
    sendsTo: ["delivery", "work", "push"],
    notifies: true,
    listsObjects: ["files"],
    takesFrom: "work",
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
  // It starts what `work` then does, and tells how far that is.
  rebuild: {
    timeoutSeconds: 10,
    tableActions: ["DescribeTable", "GetItem", "UpdateItem"],
    sendsTo: ["work"],
  },
};

// Object.keys forgets the key type; a Record over a union holds exactly the union's names.
export const functionNames = Object.keys(functionNeeds) as FunctionName[];

/** What `make` gives for each function, by its name. */
export const perFunction = <T>(make: (name: FunctionName) => T): Record<FunctionName, T> =>
  // Object.fromEntries forgets the key type; every name is there.
  Object.fromEntries(functionNames.map((name) => [name, make(name)])) as Record<FunctionName, T>;
