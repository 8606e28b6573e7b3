import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { type Payload, parsePayload } from "../proxy/types.ts";
import type { StoreLocation, StoreRequest, StoreResponse } from "../store.ts";
import { textOf } from "../template/read.ts";
import type { PhysicalNames, Resource } from "../template/types.ts";
import { actions } from "./actions.ts";
import { noSuchQueue, SqsError, unsupported } from "./errors.ts";
import { createQueue, type Queue } from "./queue.ts";
import { readQueueConfig } from "./queue-config.ts";
import { createSnapshots } from "./snapshot.ts";
import { createWaiter, type Waiter } from "./waiting.ts";

interface SqsOptions {
  /** The template's resources; the AWS::SQS::Queue ones become queues. */
  readonly resources: ReadonlyMap<string, Resource>;
  readonly dataDir: string;
  /** Begin with empty queues. */
  readonly fresh: boolean;
  readonly clock: Clock;
  readonly location: StoreLocation;
}

/** A request, for policies, meters and faults. Nothing is verified yet. */
interface SqsCall {
  /** The API's name, such as `SendMessageBatch`. */
  readonly action: string;
  /** Batch actions are permitted by their single one. */
  readonly needs: readonly { readonly action: string; readonly resource: string }[];
  /** The queue's name, or ''. */
  readonly queue: string;
}

/** A queue as event sources and destinations inside the emulator use it. */
export interface QueueEndpoint {
  readonly queue: Queue;
  readonly waiter: Waiter;
}

export interface Sqs {
  /**
   * Registers URLs (what Ref gives), ARNs and names. The location's endpoint must be known by then.
   */
  provision(names: PhysicalNames): void;
  handle(request: StoreRequest, signal?: AbortSignal): Promise<StoreResponse>;
  describe(request: StoreRequest): SqsCall;
  queueByArn(arn: string): QueueEndpoint | undefined;
  close(): void;
}

/**
 * SQS over its JSON protocol:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-faqs.html
 */
export function createSqs(options: SqsOptions): Sqs {
  const { clock, location } = options;
  const snapshots = createSnapshots(join(options.dataDir, "sqs"), options.fresh);
  const endpoints = new Map<string, QueueEndpoint>();
  const byLogicalId = (logicalId: string): Queue | undefined =>
    [...endpoints.values()].find(({ queue }) => queue.config.logicalId === logicalId)?.queue;
  const byArn = (arn: string): QueueEndpoint | undefined =>
    [...endpoints.values()].find(({ queue }) => queue.config.arn === arn);
  for (const [logicalId, resource] of options.resources) {
    if (resource.Type !== "AWS::SQS::Queue") continue;
    const config = readQueueConfig(logicalId, resource, location);
    const { redrive } = config;
    const target = (): Queue | undefined => redrive && byLogicalId(redrive.deadLetterLogicalId);
    const queue = createQueue(config, clock, target, snapshots.load(config.name));
    snapshots.follow(queue);
    endpoints.set(config.name, { queue, waiter: createWaiter(queue, clock) });
  }
  requireDeadLetterQueues(
    [...endpoints.values()].map(({ queue }) => queue),
    byLogicalId,
  );

  // The SDK sends to the origin of the QueueUrl, so this one must be that of its endpoint.
  const urlOf = ({ config }: Queue): string => `${location.endpoint()}/${location.accountId}/${config.name}`;
  const closing = new AbortController();

  const run = async (request: StoreRequest, signal: AbortSignal): Promise<Payload> => {
    const { action, queue: name } = describe(request, location);
    const payload = parsePayload(request.body);
    if (action === "ListQueues") return listQueues(payload, [...endpoints.values()], urlOf);
    const handler = actions.get(action);
    if (handler === undefined)
      throw unsupported(`The local SQS does not serve ${action || "requests without X-Amz-Target"}.`);
    const endpoint = endpoints.get(name);
    if (endpoint === undefined) throw noSuchQueue();
    const { queue, waiter } = endpoint;
    const sources = [...endpoints.values()]
      .map((other) => other.queue)
      .filter((other) => other.config.redrive?.deadLetterLogicalId === queue.config.logicalId);
    const senderId = /Credential=([^/,\s]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "anonymous";
    return handler(payload, {
      queue,
      waiter,
      senderId,
      url: urlOf(queue),
      queueByArn: (arn) => byArn(arn)?.queue,
      queueByLogicalId: byLogicalId,
      sources,
      urlOf,
      signal,
    });
  };

  return {
    provision(names) {
      for (const { queue } of endpoints.values()) {
        const { logicalId, arn, name } = queue.config;
        names.ref(logicalId, urlOf(queue));
        names.attribute(logicalId, "Arn", arn);
        names.attribute(logicalId, "QueueName", name);
        names.attribute(logicalId, "QueueUrl", urlOf(queue));
      }
    },
    describe: (request) => describe(request, location),
    queueByArn: byArn,
    async handle(request, signal) {
      const common = {
        "content-type": "application/x-amz-json-1.0",
        "x-amzn-requestid": randomUUID(),
        // The SDK corrects its own clock by this header, so it must tell the emulator's time.
        date: new Date(clock.now()).toUTCString(),
      };
      try {
        const either = signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]);
        const body = JSON.stringify(await run(request, either));
        return { status: 200, headers: common, body };
      } catch (error) {
        if (!(error instanceof SqsError)) throw error;
        const body = JSON.stringify({ __type: `com.amazonaws.sqs#${error.shape}`, message: error.message });
        return { status: 400, headers: { ...common, "x-amzn-query-error": `${error.code};Sender` }, body };
      }
    },
    close() {
      closing.abort();
      snapshots.close();
    },
  };
}

function describe(request: StoreRequest, { accountId, region }: StoreLocation): SqsCall {
  const target = String(request.headers["x-amz-target"] ?? "");
  const action = target.startsWith("AmazonSQS.") ? target.slice("AmazonSQS.".length) : "";
  const payload = parsePayload(request.body);
  // By its last part alone: the port in a stored QueueUrl may be that of an earlier run.
  const address = textOf(payload.QueueUrl)?.split("/").at(-1) ?? textOf(payload.SourceArn)?.split(":").at(-1);
  const queue = address ?? textOf(payload.QueueName) ?? "";
  const resource = queue === "" ? "*" : `arn:aws:sqs:${region}:${accountId}:${queue}`;
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
  return { action, needs: [{ action: `sqs:${action.replace(/Batch$/, "")}`, resource }], queue };
}

function listQueues(
  payload: Payload,
  endpoints: readonly QueueEndpoint[],
  urlOf: (queue: Queue) => string,
): Payload {
  const prefix = textOf(payload.QueueNamePrefix) ?? "";
  const queues = endpoints.map(({ queue }) => queue).filter(({ config }) => config.name.startsWith(prefix));
  return { QueueUrls: queues.map(urlOf) };
}

function requireDeadLetterQueues(
  queues: readonly Queue[],
  byLogicalId: (logicalId: string) => Queue | undefined,
): void {
  for (const { config } of queues) {
    if (config.redrive === undefined) continue;
    const target = byLogicalId(config.redrive.deadLetterLogicalId);
    if (target === undefined) {
      throw new Error(
        `${config.logicalId}: its dead-letter queue ${config.redrive.deadLetterLogicalId} is no queue of this template.`,
      );
    }
    if (target.config.fifo !== config.fifo) {
      throw new Error(
        `${config.logicalId}: the dead-letter queue of a FIFO queue must be FIFO too, and of a standard queue standard.`,
      );
    }
  }
}
